//! Report: failures that no caller can be told of go to the handler's error hook, by default to
//! standard error, a few a minute.
//!
//! Runs on the thread that met the failure, without a lock.

use core::cell::Cell;
use core::mem;
use core::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use core::time::Duration;
use std::fs::File;
use std::io::{self, Write};
use std::os::fd::AsFd;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use crate::handler::{ErrorHandler, Failure, Handler};
use crate::recover::LeftoverError;
use crate::unwind::guarded;
use crate::{clock, os, registry};

/// Tells the handler's error hook. Not to be called with a lock held.
pub(crate) fn tell(handler: &Handler, failure: &Failure) {
    // A hook that logs may cause failures itself: those are counted, and that is all.
    if IN_HOOK.replace(true) {
        return;
    }
    // The panic of a hook was reported by the panic hook.
    let work = || _ = guarded(|| handler.error_handler().handle(handler, failure));
    // What it asks for must not wait for this thread.
    match os::is_engine_thread() {
        true => work(),
        false => os::as_engine_thread(work),
    }
    IN_HOOK.set(false);
}

thread_local! {
    static IN_HOOK: Cell<bool> = const { Cell::new(false) };
}

/// Failures that were met with a lock held, to be told when it is not.
#[derive(Default)]
pub(crate) struct Untold {
    failures: Mutex<Vec<(Arc<Handler>, Failure)>>,
    has_some: AtomicBool,
}

impl Untold {
    pub(crate) fn add(&self, handler: &Arc<Handler>, failure: Failure) {
        let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        failures.push((handler.clone(), failure));
        self.has_some.store(true, Ordering::Release);
    }

    pub(crate) fn tell(&self) {
        if !self.has_some.swap(false, Ordering::Acquire) {
            return;
        }
        let failures =
            mem::take(&mut *self.failures.lock().unwrap_or_else(PoisonError::into_inner));
        for (handler, failure) in &failures {
            tell(handler, failure);
        }
    }
}

/// The default: tells the process's hook if there is one, else writes to standard error, a few lines a
/// minute.
#[derive(Debug, Default)]
pub(crate) struct StandardError {
    /// When the next may be written, in milliseconds of [`clock::uptime`].
    next: AtomicU64,
    /// Failures that were not.
    omitted: AtomicU64,
}

impl ErrorHandler for StandardError {
    fn handle(&self, handler: &Handler, failure: &Failure) {
        // A signal handler that logs must not wait for what it interrupts.
        if !registry::is_locked_here() {
            let hook = registry::lock().error_handler.clone();
            if let Some(hook) = hook {
                return hook.handle(handler, failure);
            }
        }
        let now = clock::uptime().as_millis() as u64;
        let next = self.next.load(Ordering::Relaxed);
        let later = now + INTERVAL.as_millis() as u64;
        let is_due = now >= next
            && self
                .next
                .compare_exchange(next, later, Ordering::Relaxed, Ordering::Relaxed)
                .is_ok();
        if !is_due {
            self.omitted.fetch_add(1, Ordering::Relaxed);
            return;
        }
        let mut line = format!("femtologging: {}: {failure}", handler.name());
        match self.omitted.swap(0, Ordering::Relaxed) {
            0 => {}
            omitted => line.push_str(&format!(" ({omitted} reports left out)")),
        }
        line.push('\n');
        // Standard error is the last resort: there is nobody to tell that it failed.
        let _ = write_standard_error(&line);
    }
}

/// What a process that is gone left cannot be read.
pub(crate) fn unreadable(path: &Path, error: &LeftoverError) {
    let _ =
        write_standard_error(&format!("femtologging: left {} as it is: {error}\n", path.display()));
}

/// Records will be lost if this process is killed.
pub(crate) fn unprotected(path: &Path, error: &io::Error) {
    let _ = write_standard_error(&format!(
        "femtologging: could not keep records in {}: {error}\n",
        path.display()
    ));
}

/// Writes without the library's lock, which a thread may hold that waits for the reader of a pipe,
/// and not at all if there is no room: neither collector nor worker waits for whoever reads this.
fn write_standard_error(line: &str) -> io::Result<()> {
    if !os::takes_bytes(io::stderr().as_fd()) {
        return Err(io::ErrorKind::WouldBlock.into());
    }
    File::from(io::stderr().as_fd().try_clone_to_owned()?).write_all(line.as_bytes())
}

/// At most one report of a handler in so long.
const INTERVAL: Duration = Duration::from_secs(5);
