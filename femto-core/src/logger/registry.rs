//! The loggers in use, by name, so that levels can be changed at run time.

use spin::Mutex;

use super::Logger;
#[cfg(feature = "log")]
use crate::Level;

/// The logger with the given name, among those that were asked for a record before.
///
/// Waits while another context is at the registry: from thread mode only.
#[must_use]
pub fn find_logger(name: &str) -> Option<&'static Logger> {
    LOGGERS.lock().iter().find(|logger| logger.name() == name).copied()
}

/// [`find_logger`] for the log path: where it would have to wait, it finds nothing.
pub(super) fn try_find(name: &str) -> Option<&'static Logger> {
    LOGGERS.try_lock()?.iter().find(|logger| logger.name() == name).copied()
}

/// The logger with the longest of the names that `fits` says yes to. For the log path: where it would
/// have to wait, it finds nothing.
#[cfg(feature = "log")]
pub(crate) fn nearest_logger(fits: impl Fn(&str) -> bool) -> Option<&'static Logger> {
    let loggers = LOGGERS.try_lock()?;
    let fitting = loggers.iter().filter(|logger| fits(logger.name()));
    fitting.max_by_key(|logger| logger.name().len()).copied()
}

/// The lowest level that counts for any known logger, [`Level::OFF`] without one. `None` where it
/// would have to wait.
#[cfg(feature = "log")]
pub(crate) fn lowest_level() -> Option<Level> {
    let loggers = LOGGERS.try_lock()?;
    Some(loggers.iter().map(|logger| logger.effective_level()).min().unwrap_or(Level::OFF))
}

/// Calls `f` for every known logger. From thread mode only.
pub(super) fn for_each(f: impl FnMut(&&'static Logger)) {
    LOGGERS.lock().iter().for_each(f);
}

/// Whether `logger` is known from now on.
///
/// Called on the log path, an interrupt's too: it never waits. A logger that cannot be added now
/// (an interrupt met the registry at work, or it is full) looks its level up at each call.
pub(super) fn add(logger: &'static Logger) -> bool {
    let Some(mut loggers) = LOGGERS.try_lock() else { return false };
    loggers.iter().any(|known| core::ptr::eq(*known, logger)) || loggers.push(logger).is_ok()
}

/// The most loggers that the registry knows.
const CAPACITY: usize = 32;

static LOGGERS: Mutex<heapless::Vec<&'static Logger, CAPACITY>> = Mutex::new(heapless::Vec::new());
