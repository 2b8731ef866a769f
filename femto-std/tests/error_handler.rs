//! What a handler's error hook is told, on which threads, and what it may do there.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

#[path = "support/scratch.rs"]
mod scratch;

use core::fmt;
use core::sync::atomic::{AtomicUsize, Ordering};
use core::time::Duration;
use std::io;
use std::sync::{Arc, Mutex, mpsc};
use std::thread;

use femto_std::formatter::{CaptureMask, FormatError, Formatter};
use femto_std::handlers::SinkHandlerBuilder;
use femto_std::sink::{Open, Sink};
use femto_std::{Delivery, Failure, FlushError, Handler, Manager, OverflowPolicy, Record, info};
use scratch::{PATIENCE, Scratch, lone_logger, pattern, plain, stalled_pipe, wait_until, within};

/// A sink that refuses while `failures` is above zero, and keeps what it takes.
#[derive(Clone, Debug, Default)]
struct Flaky(Arc<State>);

#[derive(Debug, Default)]
struct State {
    failures: AtomicUsize,
    panics: AtomicUsize,
    taken: Mutex<Vec<u8>>,
    may_stall: bool,
}

impl Flaky {
    fn new(failures: usize, may_stall: bool) -> Self {
        Self(Arc::new(State { failures: failures.into(), may_stall, ..State::default() }))
    }

    fn text(&self) -> String {
        String::from_utf8(self.0.taken.lock().unwrap().clone()).unwrap()
    }

    fn builder(&self) -> SinkHandlerBuilder {
        SinkHandlerBuilder::new(self.clone()).with_formatter(pattern("%(message)s"))
    }
}

impl Open for Flaky {
    fn open(&self, _again: bool) -> io::Result<Box<dyn Sink>> {
        Ok(Box::new(self.clone()))
    }

    fn name(&self) -> String {
        "flaky".to_owned()
    }

    fn may_stall(&self) -> bool {
        self.0.may_stall
    }
}

impl Sink for Flaky {
    fn write(&mut self, block: &[u8]) -> io::Result<usize> {
        let lower = |count: usize| count.checked_sub(1);
        if self.0.panics.fetch_update(Ordering::SeqCst, Ordering::SeqCst, lower).is_ok() {
            panic!("as asked");
        }
        if self.0.failures.fetch_update(Ordering::SeqCst, Ordering::SeqCst, lower).is_ok() {
            return Err(io::ErrorKind::StorageFull.into());
        }
        self.0.taken.lock().unwrap().extend_from_slice(block);
        Ok(block.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What a hook was told, as text.
#[derive(Clone, Default)]
struct Told(Arc<Mutex<Vec<String>>>);

impl Told {
    fn hook(&self) -> impl Fn(&Handler, &Failure) + Send + Sync + 'static {
        let told = self.clone();
        move |handler: &Handler, failure: &Failure| {
            told.0.lock().unwrap().push(format!("{}: {failure}", handler.name()));
        }
    }

    fn all(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }
}

#[test]
fn a_sink_that_refuses_is_tried_again_after_growing_pauses_and_nothing_is_lost() {
    for may_stall in [true, false] {
        let (sink, told) = (Flaky::new(3, may_stall), Told::default());
        let handler = sink.builder().with_error_handler(told.hook()).build().unwrap();
        let logger = lone_logger(&format!("pauses.{may_stall}"), &handler);
        info!(logger: logger, "1");
        wait_until("the line", || sink.text() == "1\n");
        wait_until("the end of the failure", || told.all().len() == 4);
        let expected = [
            "flaky: could not write: no storage space; will try again after 20ms",
            "flaky: could not write: no storage space; will try again after 40ms",
            "flaky: could not write: no storage space; will try again after 80ms",
            "flaky: works again, nothing was dropped",
        ];
        assert_eq!(told.all(), expected);
        let stats = handler.stats();
        assert_eq!((stats.written, stats.dropped, stats.errors), (1, 0, 3));
        assert_eq!((stats.bytes, stats.high_water), (2, 2));
    }
}

#[test]
fn a_flush_tries_at_once_and_is_told_why_it_failed() {
    let sink = Flaky::new(usize::MAX, true);
    let handler = sink.builder().with_error_handler(Told::default().hook()).build().unwrap();
    let logger = lone_logger("flush_tries", &handler);
    info!(logger: logger, "1");
    let flushed = handler.flush(PATIENCE);
    assert!(
        matches!(&flushed, Err(FlushError::WriteRecords { handler, error })
            if handler == "flaky" && error == "no storage space"),
        "{flushed:?}"
    );
    sink.0.failures.store(0, Ordering::SeqCst);
    wait_until("the next try", || handler.flush(PATIENCE).is_ok());
    assert_eq!(sink.text(), "1\n");
}

#[test]
fn a_hook_may_log_and_flush_on_every_thread_that_it_is_called_on() {
    for (name, may_stall, delivery) in [
        ("worker", true, Delivery::Queued),
        ("collector", false, Delivery::Queued),
        ("caller", true, Delivery::Direct),
    ] {
        let scratch = Scratch::new(name);
        let (witness, witness_handler, _) = scratch.logger(&format!("hook.{name}.witness"));
        let sink = Flaky::new(2, may_stall);
        let (tell, told) = mpsc::sync_channel(64);
        let logger = Manager::global().get_logger(&format!("hook.{name}"));
        let hook = move |handler: &Handler, failure: &Failure| {
            // To the handler that fails, to another, and to all.
            info!(logger: logger, "from the hook");
            info!(logger: witness, "{}", failure);
            let flushed = (handler.flush(PATIENCE), Manager::global().flush(PATIENCE));
            // Another thread is not kept by any lock.
            let (done, is_done) = mpsc::channel();
            thread::spawn(move || {
                info!(logger: logger, "from beside the hook");
                let _ = Manager::global().get_logger("hook.new");
                let _ = Manager::global().flush(Duration::from_millis(1));
                done.send(())
            });
            let is_free = is_done.recv_timeout(PATIENCE).is_ok();
            let _ = tell.try_send((flushed, is_free));
        };
        let handler =
            sink.builder().with_delivery(delivery).with_error_handler(hook).build().unwrap();
        let logger = lone_logger(&format!("hook.{name}"), &handler);
        within(PATIENCE, name, move || {
            for _ in 0..5 {
                info!(logger: logger, "x");
            }
        });
        let (flushed, is_free) = told.recv_timeout(PATIENCE).unwrap();
        let refused = Err(FlushError::CalledFromEngine);
        assert_eq!(flushed, (refused.clone(), refused), "{name}");
        assert!(is_free, "{name}: a thread beside the hook waits for a lock");
        wait_until("the lines of the hook", || sink.text().contains("from the hook\n"));
        wait_until("what the witness was told", || witness_handler.stats().written > 0);
        logger.remove_handler(&handler);
    }
}

#[test]
fn what_panics_in_a_sink_and_in_a_hook_costs_nothing() {
    let sink = Flaky::new(0, true);
    sink.0.panics.store(2, Ordering::SeqCst);
    let told = Told::default();
    let count = told.clone();
    let hook = move |_: &Handler, failure: &Failure| {
        count.0.lock().unwrap().push(failure.to_string());
        panic!("as asked");
    };
    let handler = sink.builder().with_error_handler(hook).build().unwrap();
    let logger = lone_logger("panics", &handler);
    info!(logger: logger, "1");
    wait_until("the line", || sink.text() == "1\n");
    wait_until("the reports", || told.all().len() == 3);
    assert!(told.all()[0].contains("the sink panicked"), "{:?}", told.all());
}

#[derive(Debug)]
struct Picky;

impl Formatter for Picky {
    fn format(&self, record: &Record<'_>, out: &mut String) -> Result<(), FormatError> {
        let mut message = String::new();
        record.write_message(&mut message).unwrap();
        match &*message {
            "bad" => Err(FormatError::WriteMessage),
            "worse" => panic!("as asked"),
            good => fmt::Write::write_str(out, good).map_err(|_| FormatError::WriteMessage),
        }
    }

    fn mask(&self) -> CaptureMask {
        CaptureMask::NONE
    }
}

#[test]
fn records_that_cannot_be_formatted_are_counted_told_and_missed_in_the_output() {
    for delivery in [Delivery::Queued, Delivery::Direct] {
        let (sink, told) = (Flaky::new(0, true), Told::default());
        let builder = sink.builder().with_formatter(Arc::new(Picky)).with_delivery(delivery);
        let handler = builder.with_error_handler(told.hook()).build().unwrap();
        let logger = lone_logger(&format!("picky.{delivery:?}"), &handler);
        for message in ["bad", "good", "worse"] {
            info!(logger: logger, "{}", message);
            handler.flush(PATIENCE).unwrap();
        }
        info!(logger: logger, "last");
        handler.flush(PATIENCE).unwrap();
        assert_eq!(sink.text(), "1 record dropped\ngood\n1 record dropped\nlast\n", "{delivery:?}");
        wait_until("two reports", || told.all().len() == 2);
        let error = FormatError::WriteMessage;
        let expected = [
            format!("flaky: 1 record dropped: could not format: {error}"),
            "flaky: 1 record dropped: a filter or formatter panicked".to_owned(),
        ];
        assert_eq!(told.all(), expected);
        let stats = handler.stats();
        assert_eq!((stats.accepted, stats.written, stats.dropped, stats.errors), (4, 2, 2, 2));
    }
}

#[test]
fn a_direct_handler_says_what_it_dropped_once_its_sink_works_again() {
    let (sink, told) = (Flaky::new(3, true), Told::default());
    let builder = sink.builder().with_delivery(Delivery::Direct);
    let handler = builder.with_error_handler(told.hook()).build().unwrap();
    let logger = lone_logger("direct", &handler);
    for i in 0..6 {
        info!(logger: logger, "{i}");
    }
    assert_eq!(sink.text(), "3 records dropped\n3\n4\n5\n");
    assert_eq!(told.all().len(), 4);
    assert_eq!(told.all()[3], "flaky: works again, 3 records dropped");
    assert_eq!((handler.stats().written, handler.stats().dropped), (3, 3));
}

#[test]
fn callers_that_block_wait_for_a_stalled_sink_no_longer_than_its_limit() {
    const RECORDS: u64 = 20_000;
    let scratch = Scratch::new("limit");
    let path = scratch.path("pipe");
    let pipe = stalled_pipe(&path);
    let told = Told::default();
    let handler = plain(&path)
        .with_capacity(64 << 10)
        .with_overflow(OverflowPolicy::Block)
        .with_stall_limit(Duration::from_millis(300))
        .with_error_handler(told.hook())
        .build()
        .unwrap();
    let logger = lone_logger("limit", &handler);
    // 2 MB, into a pipe that nobody reads and that holds 64 KiB.
    within(PATIENCE, "logging to a stalled pipe", move || {
        for i in 0..RECORDS {
            info!(logger: logger, "{} {}", i, "x".repeat(90));
        }
    });
    wait_until("all to be judged", || handler.stats().accepted == RECORDS);
    wait_until("the stall to be told", || !told.all().is_empty());
    assert!(told.all()[0].ends_with("records beyond the capacity are dropped"), "{:?}", told.all());
    assert!(handler.stats().dropped > 0);
    assert!(handler.stats().high_water >= 64 << 10);
    // A report comes when somebody reads, and then nothing is missing that is not told.
    let read = Arc::new(Mutex::new(Vec::new()));
    let into = read.clone();
    thread::spawn(move || {
        let mut buffer = vec![0; 64 << 10];
        let mut pipe = pipe;
        while let Ok(count) = io::Read::read(&mut pipe, &mut buffer) {
            into.lock().unwrap().extend_from_slice(&buffer[..count]);
        }
    });
    wait_until("the recovery", || told.all().len() == 2);
    wait_until("all to be written or dropped", || {
        let stats = handler.stats();
        stats.written + stats.dropped == RECORDS
    });
    let stats = handler.stats();
    assert!(
        told.all()[1].ends_with(&format!("works again, {} records dropped", stats.dropped)),
        "{:?} {stats:?}",
        told.all()
    );
    let report = format!("{} records dropped\n", stats.dropped);
    wait_until("the report in the output", || {
        String::from_utf8_lossy(&read.lock().unwrap()).ends_with(&report)
    });
    assert_eq!(
        String::from_utf8_lossy(&read.lock().unwrap()).lines().count() as u64,
        stats.written + 1
    );
}

#[test]
fn what_is_unwritten_when_a_failing_handler_is_closed_is_counted_and_told() {
    for may_stall in [true, false] {
        let (sink, told) = (Flaky::new(usize::MAX, may_stall), Told::default());
        let handler = sink.builder().with_error_handler(told.hook()).build().unwrap();
        let logger = lone_logger(&format!("given_up.{may_stall}"), &handler);
        for i in 0..10 {
            info!(logger: logger, "{i}");
        }
        handler.close(Duration::from_millis(100)).expect_err("it fails");
        wait_until("the count", || handler.stats().dropped == 10);
        // Told for each block: the first records may have gone out in one of their own.
        wait_until("the report", || {
            let told = told.all();
            let counts = told.iter().filter_map(|line| {
                let (count, rest) = line.strip_prefix("flaky: ")?.split_once(' ')?;
                let is_it = rest.strip_prefix("record")?.trim_start_matches('s')
                    == " dropped: closed before everything was written";
                count.parse::<u64>().ok().filter(|_| is_it)
            });
            counts.sum::<u64>() == 10
        });
    }
}
