//! Where statements without `logger:` go: the logger named for their module, or their target.

use std::sync::OnceLock;

use femto_core::{CallSite, Level, Value};

use super::Logger;
use crate::{Manager, registry};

/// The logger of a statement's module or literal target, found at its first record.
#[derive(Debug)]
pub struct DefaultLogger {
    name: &'static str,
    logger: OnceLock<Logger>,
}

impl DefaultLogger {
    /// For a module path or target; `a::b` is read as `a.b`.
    #[must_use]
    pub const fn new(name: &'static str) -> Self {
        Self { name, logger: OnceLock::new() }
    }

    /// Itself: the logger of a literal target is found like that of a module.
    #[inline(always)]
    #[must_use]
    pub const fn find(&'static self, _name: &str) -> &'static Self {
        self
    }

    /// See [`Logger`].
    #[inline(always)]
    pub fn enabled(&self, level: Level) -> bool {
        match self.logger.get() {
            Some(logger) => logger.enabled(level),
            None => self.look().enabled(level),
        }
    }

    /// See [`Logger`].
    #[inline(always)]
    pub fn log<const N: usize>(
        &self,
        level: Level,
        site: &'static CallSite,
        values: &[Value<'_>; N],
    ) {
        if let Some(logger) = self.logger.get() {
            logger.log(level, site, values);
        }
    }

    #[cold]
    fn look(&self) -> Logger {
        let logger = Manager::global().get_logger(self.name);
        // A child that is forked while another thread puts it there would wait for that for ever.
        registry::undisturbed(|| *self.logger.get_or_init(|| logger))
    }
}

/// The logger that a target names which is known only at run time.
#[derive(Debug)]
pub struct TargetLogger(Logger);

impl TargetLogger {
    /// For a target; `a::b` is read as `a.b`.
    #[must_use]
    pub fn new(target: &str) -> Self {
        Self(Manager::global().get_logger(target))
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
