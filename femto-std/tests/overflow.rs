//! A sink that stalls: what each policy does, how much memory waits, and that every record is counted.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

#[path = "support/scratch.rs"]
mod scratch;

use core::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use core::time::Duration;
use std::collections::BTreeSet;
use std::fs::File;
use std::io::Read;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Instant;

use femto_core::frame::portable::{Portable, Style};
use femto_std::{
    Delivery, Handler, Level, LevelFilter, Logger, OverflowPolicy, Route, engine, info,
};
use scratch::{PATIENCE, Scratch, lines, lone_logger, plain, stalled_pipe, wait_until};

const CAPACITY: usize = 256 << 10;

/// Memory is that of the process: one test at a time.
static ALONE: Mutex<()> = Mutex::new(());

struct Stalled {
    _alone: MutexGuard<'static, ()>,
    _scratch: Scratch,
    pipe: File,
    handler: Arc<Handler>,
    logger: Logger,
}

fn stalled(name: &str, overflow: OverflowPolicy) -> Stalled {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let scratch = Scratch::new(name);
    let path = scratch.path("pipe");
    let pipe = stalled_pipe(&path);
    let builder = plain(&path).with_capacity(CAPACITY).with_overflow(overflow);
    let handler = builder.build().unwrap();
    let logger = lone_logger(name, &handler);
    Stalled { _alone, _scratch: scratch, pipe, handler, logger }
}

#[test]
fn a_record_that_never_got_to_be_submitted_is_counted_and_told() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let scratch = Scratch::new("counted");
    let (logger, handler, path) = scratch.logger("counted");
    handler.set_level(Level::INFO);
    let route = Route::new("counted", vec![handler.clone()]);
    for level in [Level::ERROR, Level::INFO, Level::DEBUG] {
        route.count_dropped(level);
    }
    info!(logger: logger, "next");
    let mut lines = lines(&handler, &path);
    lines.sort();
    assert_eq!(lines, ["2 records dropped", "next"]);
    let stats = handler.stats();
    assert_eq!((stats.accepted, stats.written, stats.dropped), (3, 1, 2), "{stats:?}");
}

#[test]
fn a_route_at_any_level_asks_filters_and_no_level() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let scratch = Scratch::new("any_level");
    for is_direct in [false, true] {
        let path = scratch.path(if is_direct { "direct" } else { "queued" });
        let delivery = if is_direct { Delivery::Direct } else { Delivery::Queued };
        let handler =
            plain(&path).with_level(Level::ERROR).with_delivery(delivery).build().unwrap();
        handler.add_filter(Arc::new(LevelFilter::new(Level::NOTSET..=Level::INFO)));
        let (any, own) =
            (Route::at_any_level(handler.clone()), Route::new("own", vec![handler.clone()]));
        for (level, template) in [(Level::INFO, "taken"), (Level::ERROR, "filtered")] {
            let mut bytes = Vec::new();
            let frame = Portable { level, style: Style::Ready, template, ..Portable::default() };
            let _ = frame.write(&mut bytes);
            for route in [&any, &own] {
                route.submit(level, engine::now(), &bytes);
            }
        }
        assert_eq!(lines(&handler, &path), ["taken"]);
        // Counted as dropped whatever its level, as it would have been taken.
        any.count_dropped(Level::INFO);
        own.count_dropped(Level::INFO);
        let stats = handler.stats();
        let dropped = u64::from(!is_direct);
        assert_eq!((stats.written, stats.dropped), (1, dropped), "{stats:?}");
    }
}

/// Reads a pipe until told to stop, and keeps what comes.
struct Reader(Arc<Mutex<Vec<u8>>>);

impl Reader {
    fn start(mut pipe: File) -> Self {
        let read = Arc::new(Mutex::new(Vec::new()));
        let into = read.clone();
        // It ends with the process: this end of the pipe is its last reader and writer.
        thread::spawn(move || {
            let mut buffer = vec![0; 64 << 10];
            while let Ok(count) = pipe.read(&mut buffer) {
                into.lock().unwrap().extend_from_slice(&buffer[..count]);
            }
        });
        Self(read)
    }

    /// Waits until the output says how many are missing; answers the numbers of the others.
    fn until_reported(&self, handler: &Handler) -> Vec<u64> {
        let mut numbers = Vec::new();
        wait_until("the report of what was dropped", || {
            let is_whole = self.0.lock().unwrap().len() as u64 == handler.stats().bytes;
            let reported;
            (numbers, reported) = if is_whole { judge(&self.lines()) } else { (Vec::new(), 0) };
            is_whole && reported == handler.stats().dropped
        });
        numbers
    }

    fn lines(&self) -> Vec<String> {
        let text = String::from_utf8(self.0.lock().unwrap().clone()).unwrap();
        text.lines().map(str::to_owned).collect()
    }
}

/// Splits lines into the records' numbers and the sum of what the reports say was dropped.
#[track_caller]
fn judge(lines: &[String]) -> (Vec<u64>, u64) {
    let (mut numbers, mut dropped) = (Vec::new(), 0);
    for line in lines {
        if let Some(count) =
            line.strip_suffix(" records dropped").or_else(|| line.strip_suffix(" record dropped"))
        {
            dropped += count.parse::<u64>().unwrap();
        } else {
            let (number, rest) = line.split_once(' ').unwrap();
            assert_eq!(rest, TEXT, "torn");
            numbers.push(number.parse().unwrap());
        }
    }
    (numbers, dropped)
}

/// Resident memory in bytes.
fn memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() << 10
}

const TEXT: &str =
    "some eighty bytes of text, so that there is something to keep: abcdefghijklmnop";

#[test]
fn drop_newest_never_waits_counts_exactly_and_reports_once_there_is_room() {
    const RECORDS: u64 = 300_000;
    let Stalled { _alone, _scratch, pipe, handler, logger } =
        stalled("drop", OverflowPolicy::DropNewest);
    let before = memory();
    for i in 0..RECORDS {
        info!(logger: logger, "{} {}", i, TEXT);
    }
    // 30 MB were logged; what waits is what the capacity, the lanes and a few blocks hold.
    assert!(memory() < before + (12 << 20), "{} bytes more", memory() - before);
    wait_until("all records to be judged", || handler.stats().accepted == RECORDS);
    let reader = Reader::start(pipe);
    handler.flush(PATIENCE).unwrap();
    let stats = handler.stats();
    assert_eq!(stats.accepted, RECORDS);
    assert_eq!(stats.written + stats.dropped, RECORDS, "{stats:?}");
    assert!(stats.dropped > 0 && stats.written > 1000, "{stats:?}");
    // No record comes after them, and the report does all the same.
    let numbers = reader.until_reported(&handler);
    assert_eq!(numbers.len() as u64, stats.written);
    assert!(numbers.is_sorted_by(|one, next| one < next), "in order, none twice");
}

#[test]
fn drop_newest_to_a_healthy_file_that_is_flooded_counts_exactly() {
    const RECORDS: u64 = 300_000;
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let scratch = Scratch::new("flood");
    let path = scratch.path("log");
    let builder = plain(&path).with_overflow(OverflowPolicy::DropNewest).with_capacity(4096);
    let handler = builder.build().unwrap();
    let logger = lone_logger("flood", &handler);
    thread::scope(|scope| {
        for thread in 0..3 {
            scope.spawn(move || {
                for i in 0..RECORDS / 3 {
                    info!(logger: logger, "{} {}", 3 * i + thread, TEXT);
                }
            });
        }
    });
    let (mut numbers, mut reported) = judge(&lines(&handler, &path));
    let stats = handler.stats();
    assert_eq!(stats.accepted, RECORDS);
    assert_eq!(stats.written + stats.dropped, RECORDS, "{stats:?}");
    // A worker that was still over its capacity gets the last report once there is room.
    wait_until("the report of what was dropped", || {
        (numbers, reported) = judge(&lines(&handler, &path));
        reported == stats.dropped
    });
    assert_eq!(numbers.len() as u64, stats.written);
    assert_eq!(numbers.iter().collect::<BTreeSet<_>>().len(), numbers.len(), "none twice");
}

#[test]
fn block_waits_until_there_is_room_and_then_everything_arrives() {
    const RECORDS: u64 = 50_000;
    let Stalled { _alone, _scratch, pipe, handler, logger } =
        stalled("block", OverflowPolicy::Block);
    let logged = Arc::new(AtomicU64::new(0));
    let counter = logged.clone();
    let before = memory();
    let caller = thread::spawn(move || {
        for i in 0..RECORDS {
            info!(logger: logger, "{} {}", i, TEXT);
            counter.store(i + 1, Ordering::Relaxed);
        }
    });
    // It comes to a stand: nothing is logged for a while.
    let mut last = (0, Instant::now());
    wait_until("the caller to wait", || {
        let now = logged.load(Ordering::Relaxed);
        if now != last.0 {
            last = (now, Instant::now());
        }
        now > 0 && last.1.elapsed() > Duration::from_millis(300)
    });
    assert!(logged.load(Ordering::Relaxed) < RECORDS && !caller.is_finished());
    assert!(memory() < before + (12 << 20), "{} bytes more", memory() - before);
    let reader = Reader::start(pipe);
    caller.join().unwrap();
    handler.flush(PATIENCE).unwrap();
    let stats = handler.stats();
    assert_eq!((stats.accepted, stats.written, stats.dropped), (RECORDS, RECORDS, 0));
    wait_until("the bytes", || reader.0.lock().unwrap().len() as u64 >= stats.bytes);
    assert_eq!(judge(&reader.lines()), ((0..RECORDS).collect(), 0));
}

#[test]
fn timeout_waits_for_so_long_and_then_drops_and_counts() {
    let patience = Duration::from_millis(100);
    let Stalled { _alone, _scratch, pipe, handler, logger } =
        stalled("timeout", OverflowPolicy::Timeout(patience));
    let mut slow = 0;
    let mut records = 0;
    while slow < 5 {
        let start = Instant::now();
        info!(logger: logger, "{} {}", records, TEXT);
        records += 1;
        let took = start.elapsed();
        assert!(took < Duration::from_secs(5), "{took:?}");
        if took >= patience {
            slow += 1;
        }
        assert!(records < 1_000_000, "it never waits");
    }
    wait_until("all records to be judged", || handler.stats().accepted == records);
    assert!(handler.stats().dropped > 0, "{:?}", handler.stats());
    let reader = Reader::start(pipe);
    handler.flush(PATIENCE).unwrap();
    let stats = handler.stats();
    assert_eq!(stats.written + stats.dropped, records);
    assert_eq!(reader.until_reported(&handler).len() as u64, stats.written);
}

#[test]
fn a_stalled_handler_that_drops_costs_its_neighbour_nothing() {
    const RECORDS: u64 = 100_000;
    let Stalled { _alone, _scratch, pipe, handler, logger } =
        stalled("two", OverflowPolicy::DropNewest);
    let (healthy, path): (_, PathBuf) = _scratch.handler("log");
    logger.add_handler(healthy.clone());
    for i in 0..RECORDS {
        info!(logger: logger, "{} {}", i, TEXT);
    }
    // The neighbour's file is whole while the other still stalls.
    wait_until("the neighbour", || healthy.stats().written == RECORDS);
    assert_eq!(
        judge(&scratch::read(&path).lines().map(str::to_owned).collect::<Vec<_>>()).0.len() as u64,
        RECORDS
    );
    assert_eq!(healthy.stats().dropped, 0);
    assert!(handler.stats().dropped > 0);
    let _reader = Reader::start(pipe);
    handler.flush(PATIENCE).unwrap();
    let stats = handler.stats();
    assert_eq!((stats.accepted, stats.written + stats.dropped), (RECORDS, RECORDS));
}

#[test]
fn large_messages_to_a_stalled_sink_do_not_fill_the_memory() {
    const RECORDS: usize = 20;
    let Stalled { _alone, _scratch, pipe, handler, logger } =
        stalled("large", OverflowPolicy::Block);
    let (before, done) = (memory(), Arc::new(AtomicBool::new(false)));
    let finished = done.clone();
    let caller = thread::spawn(move || {
        let text = "z".repeat(10 << 20);
        for _ in 0..RECORDS {
            info!(logger: logger, "{}", text);
        }
        finished.store(true, Ordering::Relaxed);
    });
    let start = Instant::now();
    while start.elapsed() < Duration::from_secs(2) && !done.load(Ordering::Relaxed) {
        thread::sleep(Duration::from_millis(10));
        assert!(memory() < before + (100 << 20), "{} MiB more", (memory() - before) >> 20);
    }
    assert!(!done.load(Ordering::Relaxed), "200 MiB went into a pipe that nobody reads");
    let reader = scratch::drain(pipe, RECORDS * ((10 << 20) + 1));
    caller.join().unwrap();
    handler.flush(PATIENCE).unwrap();
    assert_eq!(reader.join().unwrap().iter().filter(|byte| **byte == b'\n').count(), RECORDS);
    assert_eq!((handler.stats().written, handler.stats().dropped), (RECORDS as u64, 0));
}
