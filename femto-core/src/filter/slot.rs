//! By whatever was chosen last.

use core::fmt;
use core::sync::atomic::{AtomicUsize, Ordering};

use super::{Filter, Limit, Metadata};
use crate::Record;

/// Passes what the filter passes that is in force, one of a list that is fixed at compile time.
///
/// One word says which, so the choice can be changed from any context, and a log call neither locks
/// nor waits for it.
///
/// # Examples
/// ```
/// use femto_core::{FilterSlot, Level, LevelFilter, Logger, NameFilter};
///
/// static WARNINGS: LevelFilter = LevelFilter::new(Level::WARN..=Level::OFF);
/// static RADIO: NameFilter<&str> = NameFilter("radio");
/// static SLOT: FilterSlot = FilterSlot::new(&[&WARNINGS, &RADIO]);
/// static ROOT: Logger = Logger::root().with_filters(&[&SLOT]);
///
/// SLOT.choose(1); // somebody looks into the radio
/// SLOT.choose(2); // beyond the list: everything passes
/// ```
pub struct FilterSlot {
    choices: &'static [&'static dyn Filter],
    chosen: AtomicUsize,
}

impl FilterSlot {
    /// A slot for one of these filters, with the first in force. Without any, everything passes.
    #[must_use]
    pub const fn new(choices: &'static [&'static dyn Filter]) -> Self {
        Self { choices, chosen: AtomicUsize::new(0) }
    }

    /// Puts the filter of that index in force. With an index beyond the list everything passes.
    pub fn choose(&self, index: usize) {
        self.chosen.store(index, Ordering::Relaxed);
    }

    /// Index of the filter in force, `None` if everything passes.
    #[must_use]
    pub fn chosen(&self) -> Option<usize> {
        let index = self.chosen.load(Ordering::Relaxed);
        (index < self.choices.len()).then_some(index)
    }

    fn filter(&self) -> Option<&'static dyn Filter> {
        self.choices.get(self.chosen.load(Ordering::Relaxed)).copied()
    }
}

impl Filter for FilterSlot {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        self.filter().is_none_or(|filter| filter.enabled(metadata))
    }

    fn matches(&self, record: &Record<'_>) -> bool {
        self.filter().is_none_or(|filter| super::passes(filter, record))
    }

    fn limit(&self) -> Option<Limit> {
        self.filter()?.limit()
    }

    fn set_limit(&self, limit: Limit) {
        if let Some(filter) = self.filter() {
            filter.set_limit(limit);
        }
    }
}

impl fmt::Debug for FilterSlot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FilterSlot({:?} of {})", self.chosen(), self.choices.len())
    }
}
