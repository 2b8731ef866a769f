//! Levels of several loggers from one text, in the manner of `RUST_LOG`.

use core::fmt;

use super::{Logger, default, find_logger};
use crate::Level;

/// Sets levels by a text such as `info,net=debug,net.tcp=off`: a level by itself is for the logger
/// that [`set_root`](crate::set_root) was given, the others for the registered loggers they name.
/// All or nothing. Spaces around a directive, and empty directives, do not matter.
///
/// From thread mode only, as [`find_logger`].
///
/// # Errors
/// [`SetLevelsError`] for the first directive that cannot be followed; no level was changed.
///
/// # Examples
/// ```
/// use femto_core::{Level, Logger, set_levels, set_root};
///
/// static ROOT: Logger = Logger::root();
/// static NET: Logger = Logger::child("net", &ROOT);
/// set_root(&ROOT)?;
/// NET.register()?;
///
/// set_levels("warn, net=debug")?;
/// assert_eq!((ROOT.level(), NET.level()), (Level::WARN, Level::DEBUG));
/// assert_eq!(set_levels("nat=off").unwrap_err().to_string(), "nat=off: no logger has this name");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn set_levels(directives: &str) -> Result<(), SetLevelsError<'_>> {
    let all = || directives.split(',').map(str::trim).filter(|directive| !directive.is_empty());
    all().try_for_each(|directive| read(directive).map(drop))?;
    for (logger, level) in all().filter_map(|directive| read(directive).ok()) {
        logger.set_level(level);
    }
    Ok(())
}

fn read(directive: &str) -> Result<(&'static Logger, Level), SetLevelsError<'_>> {
    let (name, level) = match directive.split_once('=') {
        Some((name, level)) => (Some(name.trim_end()), level.trim_start()),
        None => (None, directive),
    };
    let level = level.parse().map_err(|_| SetLevelsError::ParseLevel(directive))?;
    let logger = match name {
        Some(name) => find_logger(name),
        None => Some(default::logger()).filter(|logger| !default::is_off(logger)),
    };
    Ok((logger.ok_or(SetLevelsError::FindLogger(directive))?, level))
}

/// Why [`set_levels`] changed nothing.
#[derive(Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum SetLevelsError<'a> {
    /// The level of this directive is neither a name of one nor a number from 0 to 255.
    ParseLevel(&'a str),
    /// No registered logger has the name in this directive; or it has none, and no root was set.
    FindLogger(&'a str),
}

/// Without quotes, for an `expect` in firmware: what escapes a text takes 5 KB.
impl fmt::Debug for SetLevelsError<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ParseLevel(directive) => write!(f, "ParseLevel({directive})"),
            Self::FindLogger(directive) => write!(f, "FindLogger({directive})"),
        }
    }
}

impl fmt::Display for SetLevelsError<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ParseLevel(directive) => write!(f, "{directive}: {}", crate::ParseLevelError),
            Self::FindLogger(directive) if directive.contains('=') => {
                write!(f, "{directive}: no logger has this name")
            }
            Self::FindLogger(directive) => write!(f, "{directive}: no root logger was set"),
        }
    }
}

impl core::error::Error for SetLevelsError<'_> {}
