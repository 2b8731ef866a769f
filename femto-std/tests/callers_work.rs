//! A program that lets whoever flushes do the collector's work.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

#[path = "support/scratch.rs"]
mod scratch;

use core::sync::atomic::{AtomicBool, Ordering};
use core::time::Duration;
use std::io::{self, Write};
use std::os::unix::fs::{MetadataExt, symlink};
use std::sync::{Arc, Mutex};
use std::thread::{self, ThreadId};
use std::time::Instant;

use femto_std::formatter::FnFormatter;
use femto_std::handlers::SinkHandlerBuilder;
use femto_std::sink::{Open, Sink};
use femto_std::{FlushError, engine, info};
use scratch::{PATIENCE, Scratch, lone_logger, plain, read, wait_until};

/// By which threads lines were made.
static MADE_BY: Mutex<Vec<ThreadId>> = Mutex::new(Vec::new());
/// By which threads they were written to [`Witness`].
static WRITTEN_BY: Mutex<Vec<ThreadId>> = Mutex::new(Vec::new());
static IS_FLUSHING: AtomicBool = AtomicBool::new(false);

/// A sink that notes who writes to it, on the file system of this number.
#[derive(Debug)]
struct Witness(u64);

impl Open for Witness {
    fn open(&self, _again: bool) -> io::Result<Box<dyn Sink>> {
        Ok(Box::new(Self(self.0)))
    }

    fn name(&self) -> String {
        "witness".to_owned()
    }

    fn may_stall(&self) -> bool {
        false
    }

    fn file_system(&self) -> Option<u64> {
        Some(self.0)
    }
}

impl Write for Witness {
    fn write(&mut self, block: &[u8]) -> io::Result<usize> {
        WRITTEN_BY.lock().unwrap().push(thread::current().id());
        Ok(block.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_flush_makes_and_writes_lines_itself_and_waits_for_sinks_as_ever() {
    engine::let_callers_work();
    let scratch = Scratch::new("callers");
    let file = scratch.path("file");
    let formatter = FnFormatter::new(|record, line| {
        MADE_BY.lock().unwrap().push(thread::current().id());
        let _ = record.write_message(line);
        if IS_FLUSHING.load(Ordering::Relaxed) {
            let refused = engine::flush(PATIENCE);
            assert_eq!(refused, Err(FlushError::CalledFromEngine));
        }
    });
    let handler = plain(&file).with_formatter(Arc::new(formatter)).build().unwrap();
    let device = std::fs::metadata(&file).unwrap().dev();
    let second = SinkHandlerBuilder::new(Witness(device)).build().unwrap();
    let logger = lone_logger("callers", &handler);
    logger.add_handler(second.clone());

    let me = thread::current().id();
    let until = Instant::now() + PATIENCE;
    let mut count = 0;
    // What a flush of one handler took for another is handed over, too.
    while ![&MADE_BY, &WRITTEN_BY].iter().all(|by| by.lock().unwrap().contains(&me)) {
        assert!(Instant::now() < until, "the collector was always quicker");
        count += 1;
        info!(logger: logger, "{count}");
        handler.flush(PATIENCE).unwrap();
        assert_eq!(read(&file).lines().count(), count);
    }
    second.flush(PATIENCE).unwrap();
    assert_eq!(second.stats().written, count as u64);
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
    // A link into a folder that is not there yet. The link's own is: else its file system would not be known, and
    // the other test's sinks get workers where both run in one process.
    let path = scratch.path("log");
    symlink("sub/log", &path).unwrap();
    let handler = plain(&path).with_delay(true).build().unwrap();
    let logger = lone_logger("refused", &handler);
    info!(logger: logger, "1");
    handler.flush(PATIENCE).expect_err("no folder yet");
    std::fs::create_dir(scratch.path("sub")).unwrap();
    wait_until("written", || handler.stats().written == 1);
    assert_eq!(read(&path), "1\n");
}
