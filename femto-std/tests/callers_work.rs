//! A program that lets whoever flushes do the collector's work.

#[path = "support/scratch.rs"]
mod scratch;

use core::sync::atomic::{AtomicBool, Ordering};
use core::time::Duration;
use std::sync::{Arc, Mutex};
use std::thread::{self, ThreadId};
use std::time::Instant;

use femto_std::formatter::FnFormatter;
use femto_std::{FlushError, engine, info};
use scratch::{PATIENCE, Scratch, lone_logger, plain, read};

/// By which threads lines were made.
static MADE_BY: Mutex<Vec<ThreadId>> = Mutex::new(Vec::new());
static IS_FLUSHING: AtomicBool = AtomicBool::new(false);

#[test]
fn a_flush_makes_and_writes_lines_itself_and_waits_for_sinks_as_ever() {
    engine::let_callers_work();
    let scratch = Scratch::new("callers");
    let (file, other) = (scratch.path("file"), scratch.path("other"));
    let formatter = FnFormatter::new(|record, line| {
        MADE_BY.lock().unwrap().push(thread::current().id());
        let _ = record.write_message(line);
        if IS_FLUSHING.load(Ordering::Relaxed) {
            let refused = engine::flush(PATIENCE);
            assert_eq!(refused, Err(FlushError::CalledFromEngine));
        }
    });
    let handler = plain(&file).with_formatter(Arc::new(formatter)).build().unwrap();
    let second = plain(&other).build().unwrap();
    let logger = lone_logger("callers", &handler);
    logger.add_handler(second.clone());

    let me = thread::current().id();
    let until = Instant::now() + PATIENCE;
    let mut count = 0;
    while !MADE_BY.lock().unwrap().contains(&me) {
        assert!(Instant::now() < until, "the collector was always quicker");
        count += 1;
        info!(logger: logger, "{count}");
        handler.flush(PATIENCE).unwrap();
        assert_eq!(read(&file).lines().count(), count);
    }
    // What a flush of one handler took for another is handed over, too.
    let until = Instant::now() + PATIENCE;
    while second.stats().written < count as u64 {
        assert!(Instant::now() < until, "{:?}", second.stats());
        thread::sleep(Duration::from_millis(1));
    }
    IS_FLUSHING.store(true, Ordering::Relaxed);
    info!(logger: logger, "flushes");
    handler.flush(PATIENCE).unwrap();
    assert!(read(&file).ends_with("flushes\n"));
    IS_FLUSHING.store(false, Ordering::Relaxed);

    // Written by a worker: the deadline holds.
    let pipe = scratch.path("pipe");
    let reader = scratch::stalled_pipe(&pipe);
    let stalled = plain(&pipe).build().unwrap();
    logger.add_handler(stalled.clone());
    info!(logger: logger, "{}", "x".repeat(1 << 20));
    let deadline = Duration::from_millis(200);
    assert_eq!(stalled.flush(deadline), Err(FlushError::DeadlinePassed { deadline }));
    handler.flush(PATIENCE).unwrap();
    let reader = scratch::drain(reader, (1 << 20) + 1);
    stalled.flush(PATIENCE).unwrap();
    assert_eq!(reader.join().unwrap().len(), (1 << 20) + 1);
}

#[test]
fn what_a_sink_refused_is_written_later_by_the_collector() {
    engine::let_callers_work();
    let scratch = Scratch::new("refused");
    let path = scratch.path("sub/log");
    let handler = plain(&path).with_delay(true).build().unwrap();
    let logger = lone_logger("refused", &handler);
    info!(logger: logger, "1");
    // Until the collector sleeps.
    thread::sleep(Duration::from_millis(1500));
    handler.flush(Duration::from_secs(3)).expect_err("no folder yet");
    std::fs::create_dir(scratch.path("sub")).unwrap();
    let until = Instant::now() + PATIENCE;
    while handler.stats().written == 0 {
        assert!(Instant::now() < until, "{:?}", handler.stats());
        thread::sleep(Duration::from_millis(1));
    }
    assert_eq!(read(&path), "1\n");
}
