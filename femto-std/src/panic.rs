//! Panic: has a panic be a record, and everything be written before the process may end.
//!
//! Runs on the thread that panics. Nothing in it may panic: that would abort the process.

use core::cell::Cell;
use core::sync::atomic::{AtomicBool, Ordering};
use core::time::Duration;
use std::panic::{self, PanicHookInfo};
use std::thread;

use crate::unwind::guarded;
use crate::{Level, Logger, engine, os, registry};

/// Installs the hook, once a process: the one that was there is called first.
pub(crate) fn install(logger: Logger) {
    static IS_INSTALLED: AtomicBool = AtomicBool::new(false);
    // Nobody else is at it, nor forks: this lock is left behind by no thread, and so is the library's.
    let _registry = registry::lock();
    if IS_INSTALLED.load(Ordering::Relaxed) {
        return;
    }
    let before = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        before(info);
        // A panic of what runs below is told by the other hook, and that is all; so is one of a sink,
        // a formatter or a filter, which is caught.
        if os::is_engine_thread() || IS_INSIDE.replace(true) {
            return;
        }
        let _ = guarded(|| log(logger, info));
        IS_INSIDE.set(false);
    }));
    IS_INSTALLED.store(true, Ordering::Relaxed);
}

thread_local! {
    static IS_INSIDE: Cell<bool> = const { Cell::new(false) };
}

fn log(logger: Logger, info: &PanicHookInfo<'_>) {
    let thread = thread::current();
    let name = thread.name().unwrap_or("unnamed");
    let reason = info.payload_as_str().unwrap_or("a value that is no text");
    match info.location() {
        Some(place) => {
            crate::log!(logger: logger, Level::CRITICAL, "thread '{name}' panicked at {place}: {reason}");
        }
        None => crate::log!(logger: logger, Level::CRITICAL, "thread '{name}' panicked: {reason}"),
    }
    // What takes longer is written by the end of the process, if it ends well.
    let _ = engine::flush(DEADLINE);
}

/// How long a thread that panics waits for sinks.
const DEADLINE: Duration = Duration::from_millis(200);
