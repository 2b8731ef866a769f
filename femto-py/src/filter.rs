//! Filter: which of Python's filters need no Python.
//!
//! Made where loggers and handlers are configured. Those of handlers run on the *collector*, those of
//! loggers on the *caller*, behind the level.

use core::fmt;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use femto_core::{CallSiteFilter, Details, Filter, Level, LevelFilter, Limit, NameFilter, Record};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

use crate::formatter::LINE;
use crate::handler::clamp;

/// A filter of handlers, by what needs no Python.
#[pyclass(frozen, module = "femtologging._femtologging")]
pub(crate) struct NativeFilter(Arc<dyn Filter>);

#[pymethods]
impl NativeFilter {
    /// Passes levels from `lowest` to `highest`.
    #[staticmethod]
    fn by_level(lowest: i64, highest: i64) -> Self {
        Self(Arc::new(Native(LevelFilter::new(clamp(lowest)..=clamp(highest)))))
    }

    /// Passes the logger of this name and those below it.
    #[staticmethod]
    fn by_name(name: String) -> Self {
        Self(Arc::new(Native(NameFilter(name))))
    }
}

impl NativeFilter {
    pub(crate) fn filter(&self) -> Arc<dyn Filter> {
        self.0.clone()
    }
}

/// A filter that lets lines pass which Python has formatted, and filtered before.
struct Native<F>(F);

impl<F: Filter> Filter for Native<F> {
    fn matches(&self, record: &Record<'_>) -> bool {
        let is_line = record.key_values().next().is_some_and(|(key, _)| key == LINE);
        is_line || self.0.matches(record)
    }
}

impl fmt::Debug for NativeFilter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NativeFilter").finish_non_exhaustive()
    }
}

/// How much of what each statement logs passes: `5/10s`, `first 3`, `every 10`.
#[pyclass(frozen, module = "femtologging._femtologging")]
#[derive(Debug)]
pub(crate) struct RateLimit(CallSiteFilter<STATEMENTS>);

#[pymethods]
impl RateLimit {
    /// Reads the limit; raises `ValueError` for what is none.
    #[new]
    fn new(limit: &str) -> PyResult<Self> {
        Ok(Self(CallSiteFilter::new(parse(limit)?)))
    }

    /// Changes the limit; all statements are counted anew.
    fn set_limit(&self, limit: &str) -> PyResult<()> {
        self.0.set_limit(parse(limit)?);
        Ok(())
    }

    /// How many records it refused.
    #[getter]
    fn rejected(&self) -> u32 {
        self.0.rejected()
    }

    /// Counts a record of the logger with this message, and answers whether it passes. `created`:
    /// nanoseconds since the Unix epoch.
    #[pyo3(name = "admits")]
    fn admits_at(&self, name: &str, message: &str, created: u64) -> bool {
        let mut details = Details::default();
        // A statement is known by its template.
        details.location = Some((message, 0));
        let record = Record::from_message(name, &"", Level::INFO, created, &details);
        self.0.matches(&record)
    }
}

impl RateLimit {
    /// The same for a record of now.
    pub(crate) fn admits(&self, name: &str, message: &str) -> bool {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        self.admits_at(name, message, now.as_nanos() as u64)
    }
}

fn parse(limit: &str) -> PyResult<Limit> {
    limit.parse().map_err(|_| {
        let text = format!(
            "limit = {limit:?}: allowed are so many in a time ('5/10s'; ms, s, min, h), 'first 3', 'every 10'"
        );
        PyValueError::new_err(text)
    })
}

/// So many statements are told apart; the others share a count.
const STATEMENTS: usize = 256;
