//! The counters of a logger. Those on the way of every record are plain additions.

use core::array;
use core::sync::atomic::{AtomicU64, Ordering};

use femto_core::Level;

use super::LoggerStats;

/// The counters behind [`LoggerStats`]: one for all routes of a logger's name.
#[derive(Debug)]
pub(crate) struct LoggerCounts {
    /// What the collector read, by level. Only who has locked the collector writes here.
    collected: [AtomicU64; LEVELS],
    /// What callers gave to direct handlers, where there are no others, by level.
    direct: [AtomicU64; LEVELS],
    rejected: AtomicU64,
    dropped: AtomicU64,
}

impl LoggerCounts {
    pub(crate) fn new() -> Self {
        Self {
            collected: array::from_fn(|_| AtomicU64::new(0)),
            direct: array::from_fn(|_| AtomicU64::new(0)),
            rejected: AtomicU64::new(0),
            dropped: AtomicU64::new(0),
        }
    }

    /// Begins anew, in a forked child: what a parent counted is the parent's. No other thread counts.
    pub(crate) fn reset(&self) {
        let all = self.collected.iter().chain(&self.direct).chain([&self.rejected, &self.dropped]);
        all.for_each(|count| count.store(0, Ordering::Relaxed));
    }

    /// Counts a record that the collector reads.
    #[inline]
    pub(crate) fn count(&self, level: Level) {
        let count = &self.collected[place(level)];
        // Nobody else writes here, so no locked addition is needed.
        count.store(count.load(Ordering::Relaxed) + 1, Ordering::Relaxed);
    }

    /// Counts a record that its caller writes.
    pub(crate) fn count_direct(&self, level: Level) {
        self.direct[place(level)].fetch_add(1, Ordering::Relaxed);
    }

    /// Counts a record that a filter of the logger rejected.
    pub(crate) fn reject(&self) {
        self.rejected.fetch_add(1, Ordering::Relaxed);
    }

    /// Counts a record that a handler dropped.
    #[cold]
    pub(crate) fn drop_record(&self) {
        self.dropped.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn stats(&self, name: String) -> LoggerStats {
        let get = |count: &AtomicU64| count.load(Ordering::Relaxed);
        let [trace, debug, info, warn, error, critical] =
            array::from_fn(|at| get(&self.collected[at]) + get(&self.direct[at]));
        let (rejected, dropped) = (get(&self.rejected), get(&self.dropped));
        LoggerStats { name, trace, debug, info, warn, error, critical, rejected, dropped }
    }
}

#[inline]
fn place(level: Level) -> usize {
    usize::from(level.number() / 10).min(LEVELS - 1)
}

/// Usual levels.
const LEVELS: usize = 6;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_counts_as_the_usual_one_at_or_below_it() {
        let counts = LoggerCounts::new();
        for (level, times) in
            [(0, 1), (5, 1), (10, 3), (25, 4), (30, 5), (49, 6), (50, 7), (255, 1)]
        {
            (0..times).for_each(|_| counts.count(Level::new(level)));
        }
        counts.count_direct(Level::new(39));
        counts.reject();
        let stats = counts.stats("a".to_owned());
        assert_eq!(stats.by_level().map(|(_, count)| count), [2, 3, 4, 6, 6, 8]);
        assert_eq!((stats.records(), stats.rejected, stats.dropped), (29, 1, 0));
    }
}
