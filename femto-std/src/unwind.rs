//! Unwind: the application's own code (a filter, a formatter, a `Display`) may panic; neither the
//! caller of a log call nor the collector goes down with it.

use core::fmt::{self, Write};
use core::panic::AssertUnwindSafe;
use std::panic;

/// Runs the application's code; `None` if it panics. The panic hook has reported it then.
#[inline]
pub(crate) fn guarded<T>(work: impl FnOnce() -> T) -> Option<T> {
    panic::catch_unwind(AssertUnwindSafe(work)).ok()
}

/// Appends what a `Display` or `Debug` writes, and a mark where it fails or panics half-way.
pub(crate) fn render(text: &mut String, arguments: fmt::Arguments<'_>) {
    match guarded(|| text.write_fmt(arguments)) {
        Some(Ok(())) => {}
        Some(Err(_)) => text.push_str("<formatting failed>"),
        None => text.push_str("<formatting panicked>"),
    }
}
