//! Where statements without `logger:` go.

use core::fmt;

use super::Logger;
use crate::reference::SetOnce;
use crate::{CallSite, Level, Value};

/// Sets the logger of statements without `logger:`, once.
///
/// Until then such statements are switched off.
///
/// # Errors
/// [`RootAlreadySet`] if one was set before; it stays.
pub fn set_root(root: &'static Logger) -> Result<(), RootAlreadySet> {
    if ROOT.set(root) { Ok(()) } else { Err(RootAlreadySet) }
}

/// There is a default logger already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RootAlreadySet;

impl fmt::Display for RootAlreadySet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a root logger was set before, and stays")
    }
}

impl core::error::Error for RootAlreadySet {}

static ROOT: SetOnce<&'static Logger> = SetOnce::new(&&OFF);

/// The default logger until one is set.
static OFF: Logger = Logger::off();

/// The default logger.
pub(super) fn logger() -> &'static Logger {
    ROOT.get()
}

/// Whether `logger` stands in for the default one that was not set.
pub(super) fn is_off(logger: &Logger) -> bool {
    core::ptr::eq(logger, &raw const OFF)
}

/// The default logger, as a statement without `logger:` sees it.
#[derive(Debug)]
pub struct DefaultLogger;

impl DefaultLogger {
    /// The statement's module, which a static tree shows from the call site.
    #[must_use]
    pub const fn new(_name: &'static str) -> Self {
        Self
    }

    /// See [`Logger`].
    #[inline(always)]
    #[must_use]
    pub fn enabled(&self, level: Level) -> bool {
        ROOT.get().enabled(level)
    }

    /// See [`Logger`].
    #[inline(always)]
    pub fn log<const N: usize>(
        &self,
        level: Level,
        site: &'static CallSite,
        values: &[Value<'_>; N],
    ) {
        ROOT.get().log(level, site, values);
    }
}
