//! Tells the `log` crate where the target lacks compare-and-swap: the critical section takes its place.
#![allow(unsafe_code)]

use log::{LevelFilter, Log, SetLoggerError, set_logger_racy, set_max_level_racy};

pub(super) fn logger(logger: &'static dyn Log) -> Result<(), SetLoggerError> {
    // SAFETY: this crate calls it here only, and one call at a time, in a critical section. Another
    // logging library may do the same at the same time only if the program initialises two; `log`
    // leaves it to programs not to.
    critical_section::with(|_| unsafe { set_logger_racy(logger) })
}

pub(super) fn max_level(level: LevelFilter) {
    // SAFETY: this crate calls it here only, and one call at a time, in a critical section. A reader
    // that is interrupted sees the old level or the new one: the word is loaded as a whole.
    critical_section::with(|_| unsafe { set_max_level_racy(level) });
}
