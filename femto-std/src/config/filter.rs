//! What is configured of one filter, and the filter that is made of it.

use std::sync::Arc;

use femto_core::{CallSiteFilter, Filter, Level, LevelFilter, Limit, Metadata, NameFilter, Record};

use super::section::{section, section_is_a_table};

section! {
    /// Conditions that a record has to meet, all of them: a filter, by its id in a configuration.
    ///
    /// They are looked at in this order, and no further than to the first that is not met: `limit`
    /// counts only what passes all others.
    ///
    /// # Examples
    /// ```
    /// use femto_std::{Level, config::FilterConfig};
    ///
    /// let chatter = FilterConfig::new().with_name("net.driver").with_max_level(Level::INFO);
    /// let network = FilterConfig::new()
    ///     .with_name("net")
    ///     .with_none_of(["chatter"])
    ///     .with_limit("10/1s".parse::<femto_std::Limit>()?);
    /// # assert_ne!(chatter, network);
    /// # Ok::<(), femto_std::ParseLimitError>(())
    /// ```
    FilterConfig {
        /// The lowest level that passes. Default: all do.
        min_level: Level = Level::NOTSET, set by with_min_level;
        /// The highest level that passes. Default: all do.
        max_level: Level = Level::OFF, set by with_max_level;
        /// The dotted name of a logger: it and those below it pass. Default: all do. Python's
        /// `logging.Filter`.
        name: String = String::new(), set by with_name;
        /// Ids of filters, of which a record must pass none.
        none_of: Vec<String>;
        /// Ids of filters, of which a record must pass one at least, if there are any.
        any_of: Vec<String>;
        /// Ids of filters, of which a record must pass all.
        all_of: Vec<String>;
        /// How much passes of what each statement logs: so many a period (`5/10s`), the first few
        /// (`first 3`), or every so many-th (`every 10`). 256 statements are told apart; all others
        /// share one limit.
        limit: Option<Limit>, set by with_limit;
    }
}
section_is_a_table!(FilterConfig, absent: FilterConfig::default());

impl FilterConfig {
    /// No conditions: everything passes.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            min_level: Level::NOTSET,
            max_level: Level::OFF,
            name: String::new(),
            none_of: Vec::new(),
            any_of: Vec::new(),
            all_of: Vec::new(),
            limit: None,
        }
    }

    /// Sets the ids of filters of which a record must pass none.
    #[must_use]
    pub fn with_none_of<I: Into<String>>(mut self, ids: impl IntoIterator<Item = I>) -> Self {
        self.none_of = ids.into_iter().map(Into::into).collect();
        self
    }

    /// Sets the ids of filters of which a record must pass one at least.
    #[must_use]
    pub fn with_any_of<I: Into<String>>(mut self, ids: impl IntoIterator<Item = I>) -> Self {
        self.any_of = ids.into_iter().map(Into::into).collect();
        self
    }

    /// Sets the ids of filters of which a record must pass all.
    #[must_use]
    pub fn with_all_of<I: Into<String>>(mut self, ids: impl IntoIterator<Item = I>) -> Self {
        self.all_of = ids.into_iter().map(Into::into).collect();
        self
    }

    /// The lists of ids of other filters, with their keys.
    pub(crate) fn parts(&self) -> [(&'static str, &[String]); 3] {
        [("none_of", &self.none_of), ("any_of", &self.any_of), ("all_of", &self.all_of)]
    }

    /// Makes the filter; `find` gives those that it names.
    pub(crate) fn make(&self, find: impl Fn(&str) -> Option<Arc<dyn Filter>>) -> Arc<dyn Filter> {
        let all = |ids: &[String]| ids.iter().filter_map(|id| find(id)).collect();
        Arc::new(Conditions {
            levels: LevelFilter::new(self.min_level..=self.max_level),
            name: NameFilter(self.name.clone()),
            none_of: all(&self.none_of),
            any_of: all(&self.any_of),
            all_of: all(&self.all_of),
            limit: self.limit.map(CallSiteFilter::new),
        })
    }
}

impl Default for FilterConfig {
    fn default() -> Self {
        Self::new()
    }
}

/// `femto_core`'s `CompositeFilter`, for filters that are made at run time.
struct Conditions {
    levels: LevelFilter,
    name: NameFilter<String>,
    none_of: Vec<Arc<dyn Filter>>,
    any_of: Vec<Arc<dyn Filter>>,
    all_of: Vec<Arc<dyn Filter>>,
    limit: Option<CallSiteFilter<STATEMENTS>>,
}

impl Filter for Conditions {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        // Of `none_of`, the first look says nothing: what it lets pass may still be refused later.
        self.levels.enabled(metadata)
            && self.name.enabled(metadata)
            && (self.any_of.is_empty() || self.any_of.iter().any(|part| part.enabled(metadata)))
            && self.all_of.iter().all(|part| part.enabled(metadata))
    }

    fn matches(&self, record: &Record<'_>) -> bool {
        let metadata = Metadata::new(record.level(), record.logger_name());
        let passes = |part: &Arc<dyn Filter>| part.enabled(&metadata) && part.matches(record);
        self.levels.enabled(&metadata)
            && self.name.enabled(&metadata)
            && !self.none_of.iter().any(passes)
            && (self.any_of.is_empty() || self.any_of.iter().any(passes))
            && self.all_of.iter().all(passes)
            && self.limit.as_ref().is_none_or(|limit| limit.matches(record))
    }
}

/// How many statements a limit tells apart.
const STATEMENTS: usize = 256;
