//! A sink that stalls for a while beside a healthy one, on one logger, at each policy: who waits, how
//! much memory is held, what is counted, and what each output says.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

#[path = "support/scratch.rs"]
mod scratch;

use core::time::Duration;
use std::fs::File;
use std::io::{self, Read};
use std::os::unix::fs::MetadataExt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Instant;

use femto_std::handlers::SinkHandlerBuilder;
use femto_std::sink::{Open, Sink};
use femto_std::{Failure, Handler, Logger, OverflowPolicy, info};
use scratch::{PATIENCE, Scratch, lone_logger, plain, read, stalled_pipe, wait_until, within};

const CAPACITY: usize = 128 << 10;
const RECORDS: u64 = 40_000;
/// How long the sink stalls: the hazard list's ten seconds, scaled down.
const STALL: Duration = Duration::from_secs(1);

/// Memory is that of the process: one test at a time.
static ALONE: Mutex<()> = Mutex::new(());

struct Pair {
    _alone: MutexGuard<'static, ()>,
    scratch: Scratch,
    pipe: File,
    stalled: Arc<Handler>,
    healthy: Arc<Handler>,
    logger: Logger,
    told: Arc<Mutex<Vec<String>>>,
}

/// A logger with a handler whose pipe nobody reads, and one on a file.
fn pair(name: &str, policy: OverflowPolicy, neighbours: OverflowPolicy, limit: Duration) -> Pair {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let scratch = Scratch::new(name);
    let path = scratch.path("pipe");
    let pipe = stalled_pipe(&path);
    let told = Arc::new(Mutex::new(Vec::new()));
    let into = told.clone();
    let stalled = plain(&path)
        .with_capacity(CAPACITY)
        .with_overflow(policy)
        .with_stall_limit(limit)
        .with_error_handler(move |_: &Handler, failure: &Failure| {
            into.lock().unwrap().push(failure.to_string());
        })
        .build()
        .unwrap();
    let healthy = plain(&scratch.path("log")).with_overflow(neighbours).build().unwrap();
    let logger = lone_logger(name, &stalled);
    logger.add_handler(healthy.clone());
    Pair { _alone, scratch, pipe, stalled, healthy, logger, told }
}

/// Resident memory in bytes.
fn memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() << 10
}

impl Pair {
    /// Logs on another thread; answers how long the longest call took, when all is logged.
    fn log(&self, records: u64) -> thread::JoinHandle<Duration> {
        let logger = self.logger;
        thread::spawn(move || {
            let mut longest = Duration::ZERO;
            for i in 0..records {
                let start = Instant::now();
                info!(logger: logger, "{} {}", i, FILLING);
                longest = longest.max(start.elapsed());
            }
            longest
        })
    }

    /// As [`Pair::recover_and_judge`], while a caller that waited goes on.
    fn judge_after(&mut self, logging: thread::JoinHandle<Duration>, at_least: Duration) {
        let received = self.recover();
        let longest = within(PATIENCE, "logging", move || logging.join().unwrap());
        assert!(longest >= at_least, "somebody waited: {longest:?}");
        self.judge(&received);
    }

    fn recover_and_judge(&mut self) {
        let received = self.recover();
        self.judge(&received);
    }

    /// Has the pipe read from now on.
    fn recover(&mut self) -> Arc<Mutex<Vec<u8>>> {
        let received = Arc::new(Mutex::new(Vec::new()));
        let into = received.clone();
        let mut pipe = self.pipe.try_clone().unwrap();
        // It ends with the process: the pipe has no other reader.
        thread::spawn(move || {
            let mut buffer = vec![0; 64 << 10];
            while let Ok(count) = pipe.read(&mut buffer) {
                into.lock().unwrap().extend_from_slice(&buffer[..count]);
            }
        });
        received
    }

    /// Judges what comes: every record once and in order, or counted in a report.
    fn judge(&self, received: &Mutex<Vec<u8>>) {
        self.stalled.flush(PATIENCE).unwrap();
        let (mut numbers, mut reported) = (Vec::new(), 0);
        wait_until("the report of what was dropped", || {
            let bytes = received.lock().unwrap().clone();
            let stats = self.stalled.stats();
            if bytes.len() as u64 != stats.bytes {
                return false;
            }
            (numbers, reported) = (Vec::new(), 0);
            for line in str::from_utf8(&bytes).unwrap().lines() {
                match line.split_once(' ').unwrap() {
                    (count, "records dropped" | "record dropped") => {
                        reported += count.parse::<u64>().unwrap();
                    }
                    (number, filling) => {
                        assert_eq!(filling, FILLING, "torn");
                        numbers.push(number.parse::<u64>().unwrap());
                    }
                }
            }
            reported == stats.dropped
        });
        let stats = self.stalled.stats();
        assert_eq!(
            (stats.accepted, stats.written + stats.dropped),
            (RECORDS, RECORDS),
            "{stats:?}"
        );
        assert_eq!(numbers.len() as u64, stats.written);
        assert!(numbers.is_sorted_by(|one, next| one < next), "in order, none twice");
        // What waits is the capacity, what the lane held when it was reached, and a block.
        assert!(stats.high_water < (CAPACITY + (1 << 20)) as u64, "{stats:?}");
    }

    /// The neighbour has everything.
    fn judge_neighbour(&self) {
        wait_until("the neighbour", || self.healthy.stats().written == RECORDS);
        let text = read(&self.scratch.path("log"));
        let expected = (0..RECORDS).map(|i| format!("{i} {FILLING}"));
        assert!(text.lines().eq(expected), "the neighbour's file is not whole");
        assert_eq!(self.healthy.stats().dropped, 0);
    }
}

const FILLING: &str =
    "some eighty bytes of text, so that there is something to keep: abcdefghijklmnop";

#[test]
fn drop_newest_beside_block_waits_for_nobody() {
    let mut pair = pair("drop", OverflowPolicy::DropNewest, OverflowPolicy::Block, STALL * 100);
    let before = memory();
    pair.log(RECORDS).join().unwrap();
    // While the other still stalls.
    pair.judge_neighbour();
    thread::sleep(STALL);
    assert!(memory() < before + (12 << 20), "{} bytes more", memory() - before);
    assert!(pair.stalled.stats().dropped > 0);
    pair.recover_and_judge();
    assert!(pair.told.lock().unwrap().is_empty(), "a stall within its limit is no failure");
}

#[test]
fn timeout_beside_block_waits_no_longer_than_it_says_and_drops_what_came_then() {
    let patience = Duration::from_millis(50);
    let policy = OverflowPolicy::Timeout(patience);
    let mut pair = pair("timeout", policy, OverflowPolicy::Block, STALL * 100);
    let before = memory();
    let logging = pair.log(RECORDS);
    // Each call waits for so long, and its record is dropped.
    wait_until("several in vain", || pair.stalled.stats().dropped >= 10);
    assert!(!logging.is_finished());
    assert!(memory() < before + (12 << 20), "{} bytes more", memory() - before);
    pair.judge_after(logging, patience / 2);
    pair.judge_neighbour();
}

#[test]
fn block_beside_drop_newest_waits_out_a_stall_within_its_limit_and_loses_nothing() {
    let mut pair = pair("block", OverflowPolicy::Block, OverflowPolicy::DropNewest, STALL * 100);
    let before = memory();
    let logging = pair.log(RECORDS);
    thread::sleep(STALL);
    assert!(!logging.is_finished(), "the caller waits");
    assert!(memory() < before + (12 << 20), "{} bytes more", memory() - before);
    assert_eq!(pair.stalled.stats().dropped, 0);
    pair.judge_after(logging, STALL / 2);
    assert_eq!(pair.stalled.stats().dropped, 0);
}

#[test]
fn block_beside_drop_newest_gives_up_a_stall_beyond_its_limit_and_says_what_was_lost() {
    let mut pair = pair("limit", OverflowPolicy::Block, OverflowPolicy::DropNewest, STALL / 3);
    let before = memory();
    let logging = pair.log(RECORDS);
    let longest = within(PATIENCE, "logging to a stalled sink", move || logging.join().unwrap());
    assert!(longest >= STALL / 4, "somebody waited: {longest:?}");
    assert!(memory() < before + (12 << 20), "{} bytes more", memory() - before);
    assert!(pair.stalled.stats().dropped > 0);
    wait_until("the stall to be told", || !pair.told.lock().unwrap().is_empty());
    pair.recover_and_judge();
    wait_until("the recovery to be told", || pair.told.lock().unwrap().len() == 2);
    let told = pair.told.lock().unwrap();
    assert!(told[0].starts_with("failing or stalled for"), "{told:?}");
    let dropped = pair.stalled.stats().dropped;
    assert_eq!(told[1], format!("works again, {dropped} records dropped"));
}

/// A sink that says it is quick; a write takes as long as somebody holds its gate.
#[derive(Clone, Debug, Default)]
struct Gated {
    shared: Arc<(Mutex<()>, Mutex<String>)>,
    file_system: Option<u64>,
}

impl Gated {
    fn gate(&self) -> MutexGuard<'_, ()> {
        self.shared.0.lock().unwrap()
    }

    fn lines(&self) -> usize {
        self.shared.1.lock().unwrap().lines().count()
    }
}

impl Open for Gated {
    fn open(&self, _again: bool) -> io::Result<Box<dyn Sink>> {
        Ok(Box::new(self.clone()))
    }

    fn name(&self) -> String {
        "gated".to_owned()
    }

    fn may_stall(&self) -> bool {
        false
    }

    fn file_system(&self) -> Option<u64> {
        self.file_system
    }
}

impl Sink for Gated {
    fn write(&mut self, block: &[u8]) -> io::Result<usize> {
        let _gate = self.gate();
        *self.shared.1.lock().unwrap() += str::from_utf8(block).unwrap();
        Ok(block.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_sink_that_was_slow_once_holds_up_no_other() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let scratch = Scratch::new("slow-once");
    let path = scratch.path("log");
    let file_system = Some(std::fs::metadata(scratch.path("")).unwrap().dev());
    let sink = Gated { file_system, ..Gated::default() };
    let slow = SinkHandlerBuilder::new(sink.clone()).build().unwrap();
    let logger = lone_logger("slow-once", &slow);
    logger.add_handler(plain(&path).build().unwrap());

    let gate = sink.gate();
    info!(logger: logger, "first");
    thread::sleep(Duration::from_millis(300));
    drop(gate);
    wait_until("the slow write", || sink.lines() == 1);

    let gate = sink.gate();
    info!(logger: logger, "second");
    wait_until("the line of the other handler", || read(&path) == "first\nsecond\n");
    info!(logger: logger, "third");
    wait_until("its next", || read(&path) == "first\nsecond\nthird\n");
    drop(gate);
    wait_until("all lines", || sink.lines() == 3);
}

#[test]
fn a_sink_of_another_file_system_holds_up_no_other_even_once() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let scratch = Scratch::new("slow-elsewhere");
    let (sink, path) = (Gated::default(), scratch.path("log"));
    let slow = SinkHandlerBuilder::new(sink.clone()).build().unwrap();
    let logger = lone_logger("slow-elsewhere", &slow);
    logger.add_handler(plain(&path).build().unwrap());
    let gate = sink.gate();
    info!(logger: logger, "first");
    wait_until("the line of the other handler", || read(&path) == "first\n");
    drop(gate);
    wait_until("its own", || sink.lines() == 1);
}

#[test]
fn a_write_of_the_collector_that_does_not_return_makes_nobody_wait_beyond_the_limit() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let sink = Gated::default();
    let builder = SinkHandlerBuilder::new(sink.clone()).with_stall_limit(STALL / 3);
    let handler = builder.build().unwrap();
    let logger = lone_logger("stuck", &handler);
    let gate = sink.gate();
    let logging = thread::spawn(move || {
        for i in 0..RECORDS {
            info!(logger: logger, "{} {}", i, FILLING);
        }
    });
    within(PATIENCE, "logging to a stuck collector", move || logging.join().unwrap());
    drop(gate);
    handler.flush(PATIENCE).unwrap();
    let stats = handler.stats();
    assert!(stats.dropped > 0, "{stats:?}");
    assert_eq!(stats.written + stats.dropped, RECORDS, "{stats:?}");
    // A line says what was lost.
    assert!(sink.lines() as u64 > stats.written, "{stats:?}");
}
