//! Flush: when it returns, what was logged before is in the file.

#[path = "support/scratch.rs"]
mod scratch;

use core::time::Duration;
use std::thread;

use femto_std::{FlushError, Manager, info};
use scratch::{PATIENCE, Scratch, lone_logger, plain, read, stalled_pipe, within};

#[test]
fn all_that_a_thread_logged_before_is_in_the_file() {
    let scratch = Scratch::new("before");
    let (logger, handler, path) = scratch.logger("before");
    let mut expected = String::new();
    for round in 0..2_000 {
        for i in 0..round % 7 {
            info!(logger: logger, "{round} {i}");
            expected.push_str(&format!("{round} {i}\n"));
        }
        handler.flush(PATIENCE).unwrap();
        assert!(read(&path) == expected, "round {round}");
    }
}

#[test]
fn each_of_four_threads_finds_its_own_records_after_its_flush() {
    let scratch = Scratch::new("four");
    let (logger, handler, path) = scratch.logger("four");
    thread::scope(|scope| {
        for name in ["a", "b", "c", "d"] {
            let (handler, path) = (&handler, &path);
            scope.spawn(move || {
                for count in 1..=100 {
                    info!(logger: logger, "{name}");
                    handler.flush(PATIENCE).unwrap();
                    let own = read(path).lines().filter(|line| *line == name).count();
                    assert_eq!(own, count);
                }
            });
        }
    });
    assert_eq!(handler.stats().written, 400);
}

#[test]
fn flush_waits_for_all_handlers_of_the_process() {
    let scratch = Scratch::new("all");
    let (one, one_path) = scratch.handler("one");
    let (other, other_path) = scratch.handler("other");
    let logger = lone_logger("all", &one);
    logger.add_handler(other.clone());
    for i in 1..=200 {
        info!(logger: logger, "{i}");
        Manager::global().flush(PATIENCE).unwrap();
        assert_eq!((read(&one_path).lines().count(), read(&other_path).lines().count()), (i, i));
    }
}

#[test]
fn flush_gives_up_at_its_deadline_and_says_so() {
    let scratch = Scratch::new("deadline");
    let path = scratch.path("pipe");
    let pipe = stalled_pipe(&path);
    let handler = plain(&path).build().unwrap();
    let logger = lone_logger("deadline", &handler);
    // More than a pipe holds.
    info!(logger: logger, "{}", "x".repeat(1 << 20));
    let deadline = Duration::from_millis(200);
    let flushing = handler.clone();
    let flushed = within(Duration::from_secs(20), "flush of a stalled pipe", move || {
        flushing.flush(deadline)
    });
    assert_eq!(flushed, Err(FlushError::DeadlinePassed { deadline }));
    let reader = scratch::drain(pipe, (1 << 20) + 1);
    handler.flush(PATIENCE).unwrap();
    assert_eq!(reader.join().unwrap().len(), (1 << 20) + 1);
}
