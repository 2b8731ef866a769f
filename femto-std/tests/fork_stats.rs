//! Statistics of forked children: each process counts what it did itself. One test: the process forks.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

#[path = "support/child.rs"]
mod child;
#[path = "support/scratch.rs"]
mod scratch;

use std::sync::{Arc, Barrier};
use std::thread;

use child::{in_child, wait};
use femto_std::formatter::{CaptureMask, FormatError, Formatter};
use femto_std::handlers::{FanOutHandlerBuilder, MemoryHandlerBuilder, PipeHandlerBuilder};
use femto_std::{
    Delivery, Failure, Filter, Handler, HandlerStats, Logger, LoggerStats, Manager, Record, info,
};
use scratch::{PATIENCE, Scratch, lone_logger, pattern, plain, read, stalled_pipe, wait_until};

/// Takes records whose message is not "unwanted".
struct Wanted;

impl Filter for Wanted {
    fn matches(&self, record: &Record<'_>) -> bool {
        message(record) != "unwanted"
    }
}

/// Writes the message, unless it is "bad".
#[derive(Debug)]
struct Good;

impl Formatter for Good {
    fn format(&self, record: &Record<'_>, out: &mut String) -> Result<(), FormatError> {
        let message = message(record);
        out.push_str(&message);
        if message == "bad" { Err(FormatError::WriteMessage) } else { Ok(()) }
    }

    fn mask(&self) -> CaptureMask {
        CaptureMask::NONE
    }
}

fn message(record: &Record<'_>) -> String {
    let mut message = String::new();
    record.write_message(&mut message).unwrap();
    message
}

fn quiet(_: &Handler, _: &Failure) {}

/// Accepted, rejected, written, dropped, errors.
fn counted(handler: &Handler) -> [u64; 5] {
    let HandlerStats { accepted, rejected, written, dropped, errors, .. } = handler.stats();
    [accepted, rejected, written, dropped, errors]
}

fn logger_stats(name: &str) -> LoggerStats {
    let stats = Manager::global().stats();
    stats.loggers.into_iter().find(|logger| logger.name == name).unwrap_or_default()
}

#[test]
fn a_child_counts_from_zero_what_it_does_itself() {
    let scratch = Scratch::new("fork-stats");
    for delivery in [Delivery::Direct, Delivery::Queued] {
        handlers_of_one_file(&scratch, delivery);
        drops_are_told_by_whose_they_are(&scratch, delivery);
    }
    records_queued_at_the_fork(&scratch);
    handlers_that_pass_records_on(&scratch);
    threads_that_log_first(&scratch);
}

/// Handlers of two loggers, for one file.
fn handlers_of_one_file(scratch: &Scratch, delivery: Delivery) {
    let path = scratch.path(&format!("{delivery:?}"));
    let handlers = [1, 2].map(|_| {
        let builder = plain(&path).with_delivery(delivery).with_formatter(Arc::new(Good));
        builder.with_filter(Arc::new(Wanted)).with_error_handler(quiet).build().unwrap()
    });
    let names = [1, 2].map(|number| format!("{delivery:?}{number}"));
    let loggers = [0, 1].map(|at| lone_logger(&names[at], &handlers[at]));

    let check = |turns: u64| {
        Manager::global().flush(PATIENCE).unwrap();
        for (handler, name) in handlers.iter().zip(&names) {
            let expected = [3 * turns, turns, 2 * turns, turns, turns];
            assert_eq!(counted(handler), expected, "{name}");
            let stats = logger_stats(name);
            assert_eq!((stats.info, stats.rejected), (4 * turns, 0), "{name}");
        }
    };
    let work = || {
        for logger in loggers {
            for text in ["good", "bad", "unwanted", "good"] {
                info!(logger: logger, "{}", text);
            }
        }
    };
    work();
    check(1);
    wait(in_child(|| {
        // Also what is asked before anything was logged.
        handlers.iter().for_each(|handler| assert_eq!(counted(handler), [0; 5]));
        wait(in_child(|| {
            work();
            check(1);
        }));
        wait(in_child(|| check(0)));
        work();
        check(1);
        work();
        check(2);
    }));
    check(1);
    work();
    check(2);
}

/// What a parent dropped before the fork is told by its next line, not by its child's too.
fn drops_are_told_by_whose_they_are(scratch: &Scratch, delivery: Delivery) {
    let path = scratch.path(&format!("told-{delivery:?}"));
    let builder = plain(&path).with_delivery(delivery).with_formatter(Arc::new(Good));
    let handler = builder.with_error_handler(quiet).build().unwrap();
    let logger = lone_logger(&format!("told-{delivery:?}"), &handler);
    info!(logger: logger, "bad");
    handler.flush(PATIENCE).unwrap();
    wait(in_child(|| {
        info!(logger: logger, "child");
        handler.flush(PATIENCE).unwrap();
    }));
    info!(logger: logger, "parent");
    handler.flush(PATIENCE).unwrap();
    let text = read(&path);
    let mut lines: Vec<_> = text.lines().collect();
    lines.sort_unstable();
    assert_eq!(lines, ["1 record dropped", "child", "parent"], "{delivery:?}");
}

fn records_queued_at_the_fork(scratch: &Scratch) {
    let path = scratch.path("pipe");
    let pipe = stalled_pipe(&path);
    let builder = PipeHandlerBuilder::new(&path).with_formatter(pattern("%(message)s"));
    let handler = builder.with_error_handler(quiet).build().unwrap();
    let logger = lone_logger("fork-queued", &handler);
    let long = "x".repeat(1_000);
    let log = |records: u32| (0..records).for_each(|_| info!(logger: logger, "{}", long));
    log(500);
    wait_until("a worker that stalls", || handler.stats().queued > 0);
    let child = in_child(|| {
        assert_eq!(handler.stats(), HandlerStats::default());
        assert_eq!(logger_stats("fork-queued"), LoggerStats::default());
        log(100);
        handler.flush(PATIENCE).unwrap();
        assert_eq!(counted(&handler), [100, 0, 100, 0, 0]);
        assert_eq!(logger_stats("fork-queued").info, 100);
    });
    let drained = scratch::drain(pipe, 600 * 1_001);
    wait(child);
    handler.flush(PATIENCE).unwrap();
    assert_eq!(counted(&handler), [500, 0, 500, 0, 0]);
    assert_eq!(drained.join().unwrap().len(), 600 * 1_001);
}

fn handlers_that_pass_records_on(scratch: &Scratch) {
    let (file, _) = scratch.handler("passed-on");
    let memory = MemoryHandlerBuilder::new(file.clone()).build().unwrap();
    let both = FanOutHandlerBuilder::new([file.clone()]).build().unwrap();
    let logger = lone_logger("fork-memory", &memory);
    logger.add_handler(both.clone());
    let log = |records: u32| (0..records).for_each(|i| info!(logger: logger, "{}", i));
    log(3);
    Manager::global().flush(PATIENCE).unwrap();
    wait(in_child(|| {
        log(2);
        Manager::global().flush(PATIENCE).unwrap();
        assert_eq!((counted(&memory), counted(&both)), ([2, 0, 0, 0, 0], [2, 0, 2, 0, 0]));
        memory.flush(PATIENCE).unwrap();
        assert_eq!((counted(&memory), counted(&file)), ([2, 0, 2, 0, 0], [4, 0, 4, 0, 0]));
    }));
    memory.flush(PATIENCE).unwrap();
    assert_eq!((counted(&memory), counted(&file)), ([3, 0, 3, 0, 0], [6, 0, 6, 0, 0]));
}

/// Whoever is first in a child to need what it has anew: all threads count in one place.
fn threads_that_log_first(scratch: &Scratch) {
    const THREADS: usize = 4;
    let builder = plain(&scratch.path("first")).with_delivery(Delivery::Direct);
    let handler = builder.build().unwrap();
    let logger: Logger = lone_logger("fork-first", &handler);
    info!(logger: logger, "before");
    for _ in 0..200 {
        wait(in_child(|| {
            let barrier = Barrier::new(THREADS);
            thread::scope(|scope| {
                for _ in 0..THREADS {
                    scope.spawn(|| {
                        barrier.wait();
                        info!(logger: logger, "first");
                    });
                }
            });
            let all = THREADS as u64;
            assert_eq!(counted(&handler), [all, 0, all, 0, 0]);
            assert_eq!(logger_stats("fork-first").info, all);
        }));
    }
}
