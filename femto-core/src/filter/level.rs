//! By level.

use core::fmt;
use core::ops::RangeInclusive;
use core::sync::atomic::{AtomicU16, Ordering};

use super::{Filter, Metadata};
use crate::Level;

/// Passes levels of a range, which can be changed at run time.
///
/// # Examples
/// Errors have a file of their own, so they are left out here:
/// ```
/// use femto_core::{Level, LevelFilter, Logger};
///
/// static BELOW_ERROR: LevelFilter = LevelFilter::new(Level::TRACE..=Level::WARN);
/// static NET: Logger = Logger::root().with_filters(&[&BELOW_ERROR]);
///
/// BELOW_ERROR.set(Level::TRACE..=Level::OFF); // the file is full
/// ```
pub struct LevelFilter {
    /// The lowest in the low byte, the highest in the high one: so they change at once.
    range: AtomicU16,
}

impl LevelFilter {
    /// Passes the levels from the first to the last, both included.
    #[must_use]
    pub const fn new(levels: RangeInclusive<Level>) -> Self {
        Self { range: AtomicU16::new(pack(&levels)) }
    }

    /// Changes the range, from any context.
    pub fn set(&self, levels: RangeInclusive<Level>) {
        self.range.store(pack(&levels), Ordering::Relaxed);
    }

    /// The range.
    #[must_use]
    pub fn levels(&self) -> RangeInclusive<Level> {
        let [low, high] = self.range.load(Ordering::Relaxed).to_le_bytes();
        Level::new(low)..=Level::new(high)
    }
}

impl Filter for LevelFilter {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        self.levels().contains(&metadata.level)
    }
}

impl fmt::Debug for LevelFilter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LevelFilter({:?})", self.levels())
    }
}

const fn pack(levels: &RangeInclusive<Level>) -> u16 {
    u16::from_le_bytes([levels.start().number(), levels.end().number()])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_passes_its_ends_and_can_be_changed() {
        let filter = LevelFilter::new(Level::INFO..=Level::WARN);
        let passes = |level| filter.enabled(&Metadata::new(level, ""));
        assert!(passes(Level::INFO) && passes(Level::WARN));
        assert!(!passes(Level::DEBUG) && !passes(Level::ERROR));
        filter.set(Level::ERROR..=Level::OFF);
        assert!(passes(Level::ERROR) && !passes(Level::WARN));
        filter.set(Level::OFF..=Level::NOTSET);
        assert!(!passes(Level::ERROR));
    }
}
