//! Report: failures that no caller can be told of go to standard error, a few a minute.

use core::fmt;
use core::sync::atomic::{AtomicU64, Ordering};
use core::time::Duration;
use std::io::{self, Write};
use std::sync::OnceLock;
use std::time::Instant;

use crate::formatter::FormatError;
use crate::handler::Handler;

/// A sink refused lines; they are kept and offered again.
pub(crate) fn write_error(handler: &Handler, error: &io::Error) {
    report(format_args!("could not write {}: {error}; will try again", handler.name()));
}

/// A direct handler's sink refused a line.
pub(crate) fn dropped(handler: &Handler, error: &io::Error) {
    report(format_args!("dropped a record: could not write {}: {error}", handler.name()));
}

/// A record could not be formatted; it is dropped and counted.
pub(crate) fn format_error(handler: &Handler, error: &FormatError) {
    report(format_args!("dropped a record for {}: {error}", handler.name()));
}

fn report(text: fmt::Arguments<'_>) {
    static START: OnceLock<Instant> = OnceLock::new();
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let now = START.get_or_init(Instant::now).elapsed().as_millis() as u64;
    let next = NEXT.load(Ordering::Relaxed);
    let later = now + INTERVAL.as_millis() as u64;
    let is_due = now >= next
        && NEXT.compare_exchange(next, later, Ordering::Relaxed, Ordering::Relaxed).is_ok();
    if is_due {
        // Standard error is the last resort: there is nobody to tell that it failed.
        let _ = writeln!(io::stderr(), "femtologging: {text}");
    }
}

/// At most one report in so long.
const INTERVAL: Duration = Duration::from_secs(5);
