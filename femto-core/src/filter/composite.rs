//! By several conditions at once.

use core::fmt;
use core::ops::RangeInclusive;

use super::{Filter, LevelFilter, Limit, Metadata, NameFilter, pass_all, passes};
use crate::{Level, Record};

/// Builds a filter of conditions that a record has to meet, all of them.
///
/// | setter | default | a record passes if |
/// |---|---|---|
/// | [`with_levels`](Self::with_levels) | all | its level is in the range |
/// | [`with_name`](Self::with_name) | `""`, all | its logger has the name, or is below |
/// | [`with_none_of`](Self::with_none_of) | none | it passes none of these filters |
/// | [`with_any_of`](Self::with_any_of) | none | it passes one of these filters at least, if there are any |
/// | [`with_all_of`](Self::with_all_of) | none | it passes all of these filters |
///
/// They are looked at in this order, and no further than to the first that is not met: a
/// [`CallSiteFilter`](super::CallSiteFilter) among the last ones counts only what passes the others.
///
/// # Examples
/// Everything of the network but what its driver says below a warning, ten times a second at most:
/// ```
/// use core::time::Duration;
/// use femto_core::{CallSiteFilter, CompositeFilter, FilterBuilder, Level, Logger};
///
/// static CHATTER: CompositeFilter =
///     FilterBuilder::new().with_name("net.driver").with_levels(Level::TRACE..=Level::INFO).build();
/// static LIMIT: CallSiteFilter = CallSiteFilter::at_most(10, Duration::from_secs(1));
/// static NETWORK: CompositeFilter = FilterBuilder::new()
///     .with_name("net")
///     .with_none_of(&[&CHATTER])
///     .with_all_of(&[&LIMIT])
///     .build();
/// static ROOT: Logger = Logger::root().with_filters(&[&NETWORK]);
/// ```
#[derive(Clone, Copy)]
#[must_use = "a builder does nothing until the filter is built"]
pub struct FilterBuilder {
    lowest: Level,
    highest: Level,
    name: &'static str,
    none_of: &'static [&'static dyn Filter],
    any_of: &'static [&'static dyn Filter],
    all_of: &'static [&'static dyn Filter],
}

impl FilterBuilder {
    /// No conditions: everything passes.
    pub const fn new() -> Self {
        Self {
            lowest: Level::NOTSET,
            highest: Level::OFF,
            name: "",
            none_of: &[],
            any_of: &[],
            all_of: &[],
        }
    }

    /// Sets the levels, from the first to the last, both included. They can be changed at run time,
    /// by [`CompositeFilter::levels`].
    pub const fn with_levels(mut self, levels: RangeInclusive<Level>) -> Self {
        self.lowest = *levels.start();
        self.highest = *levels.end();
        self
    }

    /// Sets the dotted name of a logger, for it and those below.
    pub const fn with_name(mut self, name: &'static str) -> Self {
        self.name = name;
        self
    }

    /// Sets filters that a record must not pass.
    pub const fn with_none_of(mut self, filters: &'static [&'static dyn Filter]) -> Self {
        self.none_of = filters;
        self
    }

    /// Sets filters of which a record must pass one.
    pub const fn with_any_of(mut self, filters: &'static [&'static dyn Filter]) -> Self {
        self.any_of = filters;
        self
    }

    /// Sets filters that a record must pass.
    pub const fn with_all_of(mut self, filters: &'static [&'static dyn Filter]) -> Self {
        self.all_of = filters;
        self
    }

    /// Makes the filter.
    #[must_use]
    pub const fn build(self) -> CompositeFilter {
        CompositeFilter {
            levels: LevelFilter::new(self.lowest..=self.highest),
            name: NameFilter(self.name),
            none_of: self.none_of,
            any_of: self.any_of,
            all_of: self.all_of,
        }
    }
}

impl Default for FilterBuilder {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for FilterBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.build(), f)
    }
}

/// Passes what meets all conditions; made by [`FilterBuilder`].
pub struct CompositeFilter {
    levels: LevelFilter,
    name: NameFilter<&'static str>,
    none_of: &'static [&'static dyn Filter],
    any_of: &'static [&'static dyn Filter],
    all_of: &'static [&'static dyn Filter],
}

impl CompositeFilter {
    /// The range of levels, which can be changed.
    #[must_use]
    pub const fn levels(&self) -> &LevelFilter {
        &self.levels
    }

    /// The first part that has a limit.
    fn limited(&self) -> Option<&'static dyn Filter> {
        let all = [self.all_of, self.any_of, self.none_of];
        all.into_iter().flatten().copied().find(|filter| filter.limit().is_some())
    }
}

impl Filter for CompositeFilter {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        // Of `none_of`, the first look says nothing: what it lets pass may still be refused later.
        self.levels.enabled(metadata)
            && self.name.enabled(metadata)
            && (self.any_of.is_empty() || self.any_of.iter().any(|f| f.enabled(metadata)))
            && self.all_of.iter().all(|f| f.enabled(metadata))
    }

    fn matches(&self, record: &Record<'_>) -> bool {
        let metadata = Metadata::new(record.level(), record.logger_name());
        self.levels.enabled(&metadata)
            && self.name.enabled(&metadata)
            && !self.none_of.iter().any(|&f| passes(f, record))
            && (self.any_of.is_empty() || self.any_of.iter().any(|&f| passes(f, record)))
            && pass_all(self.all_of, record)
    }

    fn limit(&self) -> Option<Limit> {
        self.limited().and_then(|filter| filter.limit())
    }

    fn set_limit(&self, limit: Limit) {
        if let Some(filter) = self.limited() {
            filter.set_limit(limit);
        }
    }
}

impl fmt::Debug for CompositeFilter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CompositeFilter")
            .field("levels", &self.levels)
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}
