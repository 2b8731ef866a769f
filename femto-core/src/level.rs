//! Level: is the record wanted at all?
//!
//! Runs on the *caller*, first of all stages: one relaxed load of a byte and a comparison, after
//! the compile-time ceiling ([`STATIC_MAX_LEVEL`]). Before it nothing happens; after it, filters.

use core::fmt;
use core::str::FromStr;

use crate::value::write_decimal;

/// The severity of a record, and the threshold of a logger or handler.
///
/// A number from 0 to 255 with the meaning of Python's `logging`: the higher, the more severe. A
/// record passes a threshold if its level is at least the threshold's. There is no second type
/// for thresholds: [`Level::NOTSET`] lets everything pass, [`Level::OFF`] nothing.
///
/// # Examples
/// ```
/// use femto_core::Level;
///
/// assert!(Level::ERROR > Level::WARN);
/// assert_eq!("warning".parse(), Ok(Level::WARN));
/// assert_eq!(Level::new(25).to_string(), "Level 25");
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[repr(transparent)]
pub struct Level(u8);

impl Level {
    /// 0: no level of its own; a logger with it takes its parent's.
    pub const NOTSET: Self = Self(0);
    /// 5: the finest detail.
    pub const TRACE: Self = Self(5);
    /// 10: what helps while looking for a fault.
    pub const DEBUG: Self = Self(10);
    /// 20: the normal course of things.
    pub const INFO: Self = Self(20);
    /// 30: something unexpected that was dealt with.
    pub const WARN: Self = Self(30);
    /// 40: something failed.
    pub const ERROR: Self = Self(40);
    /// 50: the program cannot do its work.
    pub const CRITICAL: Self = Self(50);
    /// 255: a threshold that nothing passes. Not meant as the level of a record.
    pub const OFF: Self = Self(255);

    /// The level with the given number; any `u8` is one.
    #[must_use]
    #[inline]
    pub const fn new(number: u8) -> Self {
        Self(number)
    }

    /// The level's number, 0 to 255.
    #[must_use]
    #[inline]
    pub const fn number(self) -> u8 {
        self.0
    }

    /// The upper-case name of one of the named levels, `None` for numbers between them.
    #[must_use]
    pub const fn name(self) -> Option<&'static str> {
        Some(match self {
            Self::NOTSET => "NOTSET",
            Self::TRACE => "TRACE",
            Self::DEBUG => "DEBUG",
            Self::INFO => "INFO",
            Self::WARN => "WARN",
            Self::ERROR => "ERROR",
            Self::CRITICAL => "CRITICAL",
            Self::OFF => "OFF",
            _ => return None,
        })
    }

    /// Writes what a level without a name is shown as.
    pub(crate) fn write_number(self, out: &mut dyn fmt::Write) -> fmt::Result {
        out.write_str("Level ")?;
        write_decimal(self.0.into(), 1, out)
    }

    /// Whether a call at this level is compiled in, by the ceiling of the `max_level_*` features.
    #[must_use]
    #[inline]
    #[allow(clippy::absurd_extreme_comparisons, reason = "absurd only without a ceiling")]
    pub const fn is_compiled_in(self) -> bool {
        self.0 >= STATIC_MAX_LEVEL.0
    }
}

/// Prints the name, padded as the format asks, or `Level N` (as Python's `logging` does).
impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.pad(name),
            None => self.write_number(f),
        }
    }
}

impl fmt::Debug for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Reads a name in any case, `WARNING` and `FATAL` included, or a number from 0 to 255.
impl FromStr for Level {
    type Err = ParseLevelError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        NAMES
            .iter()
            .find(|(name, _)| name.eq_ignore_ascii_case(text))
            .map(|&(_, level)| level)
            .or_else(|| text.parse().ok().map(Self))
            .ok_or(ParseLevelError)
    }
}

/// The text is neither the name of a level nor a number from 0 to 255.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ParseLevelError;

impl fmt::Display for ParseLevelError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no such level: allowed are ")?;
        for (name, _) in NAMES {
            write!(f, "{name}, ")?;
        }
        f.write_str("or a number from 0 to 255")
    }
}

impl core::error::Error for ParseLevelError {}

/// Calls below this level are not compiled in.
///
/// [`Level::NOTSET`] unless one of the features `max_level_*` or, for builds without debug
/// assertions, `release_max_level_*` is on. If several are on, the strictest counts.
pub const STATIC_MAX_LEVEL: Level = {
    macro_rules! ceiling {
        ($($feature:literal => $level:ident,)*) => {{
            let mut ceiling = Level::NOTSET;
            $(if cfg!(feature = $feature) && Level::$level.0 > ceiling.0 {
                ceiling = Level::$level;
            })*
            ceiling
        }};
    }
    let all = ceiling! {
        "max_level_trace" => TRACE, "max_level_debug" => DEBUG, "max_level_info" => INFO,
        "max_level_warn" => WARN, "max_level_error" => ERROR, "max_level_critical" => CRITICAL,
        "max_level_off" => OFF,
    };
    let release = ceiling! {
        "release_max_level_trace" => TRACE, "release_max_level_debug" => DEBUG,
        "release_max_level_info" => INFO, "release_max_level_warn" => WARN,
        "release_max_level_error" => ERROR, "release_max_level_critical" => CRITICAL,
        "release_max_level_off" => OFF,
    };
    if cfg!(debug_assertions) || release.0 < all.0 { all } else { release }
};

const NAMES: [(&str, Level); 10] = [
    ("NOTSET", Level::NOTSET),
    ("TRACE", Level::TRACE),
    ("DEBUG", Level::DEBUG),
    ("INFO", Level::INFO),
    ("WARN", Level::WARN),
    ("WARNING", Level::WARN),
    ("ERROR", Level::ERROR),
    ("CRITICAL", Level::CRITICAL),
    ("FATAL", Level::CRITICAL),
    ("OFF", Level::OFF),
];

#[cfg(test)]
mod tests {
    use std::string::ToString;

    use super::*;

    #[test]
    fn every_name_reads_back() {
        for (name, level) in NAMES {
            assert_eq!(name.to_ascii_lowercase().parse(), Ok(level));
        }
        assert_eq!("17".parse(), Ok(Level::new(17)));
        assert_eq!("256".parse::<Level>(), Err(ParseLevelError));
    }

    #[test]
    fn the_error_names_what_is_allowed() {
        let text = ParseLevelError.to_string();
        assert!(NAMES.iter().all(|(name, _)| text.contains(name)), "{text}");
    }
}
