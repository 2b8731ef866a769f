//! What a handler lets in: its level and its filters.

use core::sync::atomic::{AtomicU8, Ordering};

use crate::call::RecordPath;
use crate::filter::Filters;
use crate::{Filter, Level, Record};

/// Level and filters of a handler.
pub(super) struct Gate {
    level: AtomicU8,
    filters: Filters,
}

impl Gate {
    pub(super) const fn new(level: Level, filters: &'static [&'static dyn Filter]) -> Self {
        Self { level: AtomicU8::new(level.number()), filters: Filters::new(filters) }
    }

    pub(super) fn level(&self) -> Level {
        Level::new(self.level.load(Ordering::Relaxed))
    }

    pub(super) fn set_level(&self, level: Level) {
        self.level.store(level.number(), Ordering::Relaxed);
    }

    pub(super) const fn has_filters(&self) -> bool {
        !self.filters.are_none()
    }

    /// What makes the records that filters see.
    pub(super) const fn record_path(&self) -> Option<&'static RecordPath> {
        self.filters.record_path()
    }

    /// Whether all filters pass the record, whose level is high enough; counts it if not.
    pub(super) fn admits(&self, record: &Record<'_>) -> bool {
        self.filters.pass(record)
    }

    /// Records that a filter refused.
    pub(super) fn rejected(&self) -> usize {
        self.filters.rejected()
    }
}
