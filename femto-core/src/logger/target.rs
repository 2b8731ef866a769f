//! The loggers that statements name by `target:`.

use core::sync::atomic::{AtomicU32, Ordering};

use super::{Logger, default, registry};
use crate::reference::{refer, resolve};
use crate::{CallSite, Level, Value};

/// The logger that a target names which is known only at run time.
#[derive(Clone, Copy, Debug)]
pub struct TargetLogger(&'static Logger);

impl TargetLogger {
    /// The logger of that name; else of those above it, by dots or `::`, the nearest; else the
    /// default one. Looks only among those that were registered or asked for a record before, and not
    /// at all where an interrupt meets the registry at work.
    #[must_use]
    pub fn new(target: &str) -> Self {
        Self(registry::nearest_logger(target).map_or_else(default::logger, |(logger, _)| logger))
    }

    /// See [`Logger`].
    #[inline(always)]
    #[must_use]
    pub fn enabled(&self, level: Level) -> bool {
        self.0.enabled(level)
    }

    /// See [`Logger`].
    #[inline(always)]
    pub fn log<const N: usize>(
        &self,
        level: Level,
        site: &'static CallSite,
        values: &[Value<'_>; N],
    ) {
        self.0.log(level, site, values);
    }
}

/// The logger that a literal target names: a word of RAM for such a statement, so that it looks
/// by name only until it finds the very logger.
pub struct NamedLogger(AtomicU32);

impl NamedLogger {
    /// For one statement.
    #[must_use]
    pub const fn new(_target: &'static str) -> Self {
        Self(AtomicU32::new(0))
    }

    /// The logger, as [`TargetLogger::new`] finds it; `target` is always the same.
    #[inline(always)]
    pub fn find(&self, target: &str) -> TargetLogger {
        match self.found() {
            Some(logger) => TargetLogger(logger),
            None => self.look(target),
        }
    }

    /// The logger, once it was found: its reference is kept.
    #[inline(always)]
    fn found(&self) -> Option<&'static Logger> {
        resolve(self.0.load(Ordering::Acquire))
    }

    #[cold]
    #[inline(never)]
    fn look(&self, target: &str) -> TargetLogger {
        match registry::nearest_logger(target) {
            Some((logger, is_itself)) => {
                // Who is interrupted here by the same statement keeps the same: nobody waits.
                if is_itself && let Some(reference) = refer(logger) {
                    self.0.store(reference, Ordering::Release);
                }
                TargetLogger(logger)
            }
            None => TargetLogger(default::logger()),
        }
    }
}

impl core::fmt::Debug for NamedLogger {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_tuple("NamedLogger").field(&self.found()).finish()
    }
}
