//! Memory: what a peer holds while its sink takes nothing, and what becomes of the records.
//!
//! The file is a named pipe. Nobody reads it for two seconds, while a thread logs as fast as it is
//! let; then everything is read, and what was logged, written and said to be dropped is compared.

use core::time::Duration;
use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Read};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::Instant;

use rustix::fs::{CWD, FileType, Mode, OFlags, mknodat};

use super::{Plan, word};
use crate::check;
use crate::outcome::Outcome;
use crate::peer::Peer;
use crate::usage;

pub(super) fn run<P: Peer>(plan: &Plan, outcome: &mut Outcome) {
    let mut pipe = pipe(&plan.path);
    let before = usage::peak_memory();
    let peer = P::start(&plan.path);
    let (calls, stall) = if plan.is_quick { (CALLS / 10, STALL / 10) } else { (CALLS, STALL) };
    let (called, is_over) = (AtomicU64::new(0), AtomicBool::new(false));
    let is_finished = AtomicBool::new(false);
    let (mut returned, mut peak) = (0, 0.0);
    let seen = thread::scope(|scope| {
        let reader = thread::scope(|callers| {
            let caller = callers.spawn(|| {
                let word = word();
                for number in 0..calls {
                    if is_over.load(Ordering::Relaxed) {
                        break;
                    }
                    peer.call(word, number);
                    called.store(number + 1, Ordering::Relaxed);
                }
            });
            thread::sleep(stall);
            (returned, peak) = (called.load(Ordering::Relaxed), usage::peak_memory());
            is_over.store(true, Ordering::Relaxed);
            let reader = scope.spawn(|| read(&mut pipe, &outcome.marks, &is_finished));
            caller.join().expect("no peer panics");
            reader
        });
        // What it has dropped is known when it has looked at everything.
        thread::sleep(QUIET);
        let dropped = peer.dropped();
        peer.finish();
        is_finished.store(true, Ordering::Relaxed);
        (reader.join().expect("the reader does not panic"), dropped)
    });
    let (seen, dropped) = seen;
    let called = called.into_inner();
    outcome.set("returned", returned as f64);
    outcome.set("peak_MiB", peak);
    outcome.set("start_MiB", before);
    outcome.set("called", called as f64);
    outcome.set("lost", called as f64 - seen.records as f64);
    outcome.set("torn", seen.torn as f64);
    // The more that it says in one of the two ways.
    let told = dropped.unwrap_or(0).max(seen.told);
    outcome.set("told", told as f64);
    outcome.set("untold", (called as f64 - seen.records as f64 - told as f64).abs());
    // Not a file that could be read back.
    outcome.files.clear();
}

/// A pipe with a reader, so that it can be opened to be written.
fn pipe(path: &Path) -> File {
    let _ = std::fs::remove_file(path);
    mknodat(CWD, path, FileType::Fifo, Mode::from_raw_mode(0o600), 0).expect("a pipe can be made");
    let reader = OpenOptions::new()
        .read(true)
        .custom_flags(OFlags::NONBLOCK.bits().cast_signed())
        .open(path);
    reader.expect("it was made above")
}

/// What came out of the pipe.
#[derive(Debug, Default)]
struct Seen {
    /// Lines that are records, each with a greater number than that before.
    records: u64,
    /// How many records other lines say are dropped.
    told: u64,
    /// Lines that are neither.
    torn: u64,
}

/// Reads until the peer is finished and nothing has come for a while.
fn read(pipe: &mut File, marks: &[String], is_finished: &AtomicBool) -> Seen {
    let (mut seen, mut next) = (Seen::default(), 0);
    let (mut bytes, mut text) = (vec![0; 64 << 10], Vec::new());
    let mut last = Instant::now();
    loop {
        let was_finished = is_finished.load(Ordering::Relaxed);
        match pipe.read(&mut bytes) {
            Ok(read @ 1..) => {
                last = Instant::now();
                text.extend_from_slice(&bytes[..read]);
                let whole = text.iter().rposition(|&byte| byte == b'\n').map_or(0, |at| at + 1);
                for line in text[..whole].split_inclusive(|&byte| byte == b'\n') {
                    match (check::record(line, marks), dropped(line)) {
                        (Some(number), _) if number >= next => {
                            seen.records += 1;
                            next = number + 1;
                        }
                        (None, Some(number)) => seen.told += number,
                        _ => seen.torn += 1,
                    }
                }
                text.drain(..whole);
            }
            Err(error) if error.kind() != ErrorKind::WouldBlock => return seen,
            _ if was_finished && last.elapsed() > QUIET => return seen,
            _ => thread::sleep(LOOK),
        }
    }
}

/// The number in a line that says how many records are dropped.
fn dropped(line: &[u8]) -> Option<u64> {
    let line = core::str::from_utf8(line).ok()?;
    if let Some((_, rest)) = line.split_once("overflow, count: ") {
        return rest.split(|byte: char| !byte.is_ascii_digit()).next()?.parse().ok();
    }
    let (head, _) = line.split_once(" record dropped").or(line.split_once(" records dropped"))?;
    head.rsplit(' ').next()?.parse().ok()
}

const CALLS: u64 = 500_000;
const STALL: Duration = Duration::from_secs(2);
const LOOK: Duration = Duration::from_millis(1);
const QUIET: Duration = Duration::from_millis(200);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_say_how_many_records_are_dropped() {
        assert_eq!(dropped(b"10:00:00 WARNING femtologging: 12 records dropped\n"), Some(12));
        assert_eq!(dropped(b"1 record dropped\n"), Some(1));
        let slog = b"ERRO slog-async: logger dropped messages due to channel overflow, count: 7\n";
        assert_eq!(dropped(slog), Some(7));
        assert_eq!(dropped(b"hello world 7\n"), None);
    }
}
