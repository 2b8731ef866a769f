//! Filter: does the record pass? From metadata if that is enough, from the record if not.
//!
//! Runs on the *caller* for loggers, on the *collector* or *drain* for handlers, after the level.

use core::ops::RangeInclusive;

use crate::{Level, Record};

/// What is known of a record before it is made.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Metadata<'a> {
    /// The severity.
    pub level: Level,
    /// Name of the logger.
    pub logger_name: &'a str,
}

impl<'a> Metadata<'a> {
    /// The metadata of a record.
    #[must_use]
    pub const fn new(level: Level, logger_name: &'a str) -> Self {
        Self { level, logger_name }
    }
}

/// Decides whether a record passes.
///
/// # For implementors
/// A filter that can decide from the metadata overrides [`Filter::enabled`], so that a record it
/// refuses is never made.
pub trait Filter: Send + Sync {
    /// The first look. Default: yes.
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        let _ = metadata;
        true
    }

    /// The second look. Default: what the first says.
    fn matches(&self, record: &Record<'_>) -> bool {
        self.enabled(&Metadata::new(record.level(), record.logger_name()))
    }
}

/// Passes levels of a range.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LevelFilter(pub RangeInclusive<Level>);

impl Filter for LevelFilter {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        self.0.contains(&metadata.level)
    }
}

/// Passes the logger of a dotted name and those below it; the empty name passes all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NameFilter<T>(pub T);

impl<T: AsRef<str> + Send + Sync> Filter for NameFilter<T> {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        let name = self.0.as_ref();
        match metadata.logger_name.strip_prefix(name) {
            Some(rest) => name.is_empty() || rest.is_empty() || rest.starts_with('.'),
            None => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_passes_itself_and_what_is_below() {
        let passes = |name| NameFilter("net").enabled(&Metadata::new(Level::INFO, name));
        assert!(passes("net") && passes("net.tcp"));
        assert!(!passes("network") && !passes("root"));
        assert!(NameFilter("").enabled(&Metadata::new(Level::INFO, "any")));
    }

    #[test]
    fn a_range_passes_its_ends() {
        let filter = LevelFilter(Level::INFO..=Level::WARN);
        let passes = |level| filter.enabled(&Metadata::new(level, ""));
        assert!(passes(Level::INFO) && passes(Level::WARN));
        assert!(!passes(Level::DEBUG) && !passes(Level::ERROR));
    }
}
