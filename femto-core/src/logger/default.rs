//! Where statements without `logger:` go.

use core::fmt;

use super::{Logger, registry};
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
        f.write_str("a root logger was set before")
    }
}

impl core::error::Error for RootAlreadySet {}

static ROOT: SetOnce<&'static Logger> = SetOnce::new(&&OFF);

/// The default logger until one is set.
static OFF: Logger = Logger::off();

/// The default logger, as a statement without `logger:` sees it.
#[derive(Debug)]
pub struct DefaultLogger;

impl DefaultLogger {
    /// The statement's module or literal target; a static tree shows it from the call site.
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

/// The logger that a target names which is known only at run time.
#[derive(Debug)]
pub struct TargetLogger(&'static Logger);

impl TargetLogger {
    /// The logger of that name, else the default one: also where the logger was never asked for a
    /// record before, and where an interrupt meets the registry at work.
    #[must_use]
    pub fn new(target: &str) -> Self {
        Self(registry::try_find(target).unwrap_or_else(|| ROOT.get()))
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
