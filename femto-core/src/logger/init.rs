//! What a program sets once, at once. Before any stage runs, in thread mode.

use core::error::Error;
use core::fmt;

use super::{Logger, RegistryFull, RootAlreadySet, set_root};
use crate::{Clock, ClockAlreadySet, set_clock};

/// Starts logging, once, before the first record: statements without `logger:` go to `root`, `clock` tells
/// the time, and `root` and `loggers` are known by name (to the shell, [`find_logger`](crate::find_logger) and
/// [`set_levels`](crate::set_levels)) before they log.
///
/// It is [`set_clock`], [`set_root`] and [`Logger::register`] together, which a program that needs only
/// one of them calls by itself. From thread mode only.
///
/// # Errors
/// [`InitError`] for the first thing that could not be done; all others are. Called once, with fewer than
/// [`MAX_LOGGERS`](crate::MAX_LOGGERS) loggers, it does not fail.
///
/// # Examples
/// ```
/// use femto_core::{Clock, Logger, info, init};
///
/// # struct Uptime;
/// # impl Clock for Uptime { fn now(&self) -> u64 { 0 } }
/// static ROOT: Logger = Logger::root();
/// static NET: Logger = Logger::child("net", &ROOT);
///
/// init(&ROOT, &Uptime, &[&NET]).expect("called once, and there is room for two");
/// info!("booted");
/// ```
pub fn init(
    root: &'static Logger,
    clock: &'static dyn Clock,
    loggers: &[&'static Logger],
) -> Result<(), InitError> {
    let clock = set_clock(clock).map_err(InitError::SetClock);
    let all = [root].into_iter().chain(loggers.iter().copied());
    // All of them, whatever became of those before.
    let registered = all.map(Logger::register).fold(Ok(()), Result::and);
    let root = set_root(root).map_err(InitError::SetRoot);
    clock.and(root).and(registered.map_err(InitError::Register))
}

/// What [`init`] could not do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum InitError {
    /// There was a clock before, which stays.
    SetClock(ClockAlreadySet),
    /// There was a root logger before, which stays.
    SetRoot(RootAlreadySet),
    /// There was no room for this logger, which works all the same.
    Register(RegistryFull),
}

impl InitError {
    const fn inner(&self) -> &(dyn Error + 'static) {
        match self {
            Self::SetClock(error) => error,
            Self::SetRoot(error) => error,
            Self::Register(error) => error,
        }
    }
}

impl fmt::Display for InitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self.inner(), f)
    }
}

impl Error for InitError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(self.inner())
    }
}
