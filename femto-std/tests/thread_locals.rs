//! Log calls in destructors of thread-local variables, when the thread's lane is gone already.

#[path = "support/scratch.rs"]
mod scratch;

use core::cell::RefCell;
use core::fmt;
use core::time::Duration;
use std::sync::Arc;
use std::thread;
use std::time::Instant;

use femto_std::{Filter, Logger, Manager, Record, info};
use scratch::{PATIENCE, Scratch, lines, lone_logger, plain, wait_until};

/// Logs when its thread ends.
struct Parting(Logger, u32);

struct Shown(u32);

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "shown {}", self.0)
    }
}

impl Drop for Parting {
    fn drop(&mut self) {
        info!(logger: self.0, "typed {}", self.1);
        info!(logger: self.0, "{}", Shown(self.1));
        log::info!(target: self.0.name(), "bridged {}", self.1);
    }
}

thread_local! {
    static BEFORE: RefCell<Option<Parting>> = const { RefCell::new(None) };
    static AFTER: RefCell<Option<Parting>> = const { RefCell::new(None) };
}

/// Threads that log in between: the variables before and after the lane's, in either order of
/// destruction.
fn run(logger: Logger, thread: u32) {
    BEFORE.set(Some(Parting(logger, 2 * thread)));
    info!(logger: logger, "alive {}", Shown(thread));
    log::info!(target: logger.name(), "alive {}", thread);
    AFTER.set(Some(Parting(logger, 2 * thread + 1)));
}

struct All;

impl Filter for All {
    fn matches(&self, _: &Record<'_>) -> bool {
        true
    }
}

// One test: it ends with a shutdown, which concerns the whole process.
#[test]
fn all_of_them_are_written() {
    const THREADS: u32 = 50;
    const EACH: usize = 8;
    femto_std::bridge::log::install().unwrap();
    let scratch = Scratch::new("locals");
    let path = scratch.path("log");
    let handler = plain(&path).build().unwrap();
    let logger = lone_logger("locals", &handler);
    for thread in 0..THREADS {
        thread::spawn(move || run(logger, thread)).join().unwrap();
    }
    assert_eq!(lines(&handler, &path).len(), EACH * THREADS as usize);

    // They wake the collector themselves, should it sleep by then. The first variable goes last,
    // after the lane. One of the rounds may be slow by the machine's doing.
    let rest = move || {
        BEFORE.set(Some(Parting(logger, THREADS)));
        info!(logger: logger, "alive {}", THREADS);
        // Halfway between two of the collector's own looks.
        thread::sleep(Duration::from_millis(1450));
    };
    let mut written = EACH * THREADS as usize;
    let mut slow = 0;
    for _ in 0..5 {
        thread::spawn(rest).join().unwrap();
        written += 4;
        let start = Instant::now();
        wait_until("the line", || scratch::read(&path).lines().count() == written);
        slow += u32::from(start.elapsed() > Duration::from_millis(20));
    }
    assert!(slow < 2, "{slow} of 5 waited for the collector's own look");

    // Through a filter of the logger, whose record is looked at on the caller.
    logger.add_filter(Arc::new(All));
    thread::spawn(move || run(logger, THREADS + 1)).join().unwrap();
    assert_eq!(lines(&handler, &path).len(), written + EACH);
    logger.clear_filters();

    // And after the end of the collector.
    Manager::global().shutdown(PATIENCE).unwrap();
    thread::spawn(move || run(logger, THREADS + 2)).join().unwrap();
    assert_eq!(scratch::read(&path).lines().count(), written + 2 * EACH);
    let stats = handler.stats();
    assert_eq!((stats.written, stats.dropped), (stats.accepted, 0));
}
