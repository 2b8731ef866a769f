//! Filter: does the record pass? From metadata if that is enough, from the record if not.
//!
//! Runs on the *caller* for loggers, on the *collector* or *drain* for handlers, after the level.

mod call_site;
mod composite;
mod level;
mod limit;
mod name;
mod slot;

pub use call_site::CallSiteFilter;
pub use composite::{CompositeFilter, FilterBuilder};
pub use level::LevelFilter;
pub use limit::{Limit, ParseLimitError};
pub use name::NameFilter;
pub use slot::FilterSlot;

use portable_atomic::{AtomicUsize, Ordering};

use crate::call::{RECORD_PATH, RecordPath};
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

/// Decides whether a record passes: it does if both looks say so. One that does not is *rejected*, and
/// counted by the logger ([`Logger::rejected`](crate::Logger::rejected)) or the handler
/// ([`Statistics::rejected`](crate::Statistics::rejected)) that has the filter.
///
/// Static loggers take filters by [`Logger::with_filters`](crate::Logger::with_filters).
///
/// # For implementors
/// A filter that can decide from the metadata overrides [`Filter::enabled`], so that a record it
/// refuses is never made. Both are called from every context that logs, interrupts included: they
/// must not block.
///
/// # Examples
/// ```
/// use femto_core::{Filter, Logger, Record};
///
/// /// Passes what has a key-value of the name `peer`.
/// struct OfPeers;
///
/// impl Filter for OfPeers {
///     fn matches(&self, record: &Record<'_>) -> bool {
///         record.key_values().any(|(key, _)| key == "peer")
///     }
/// }
///
/// static ROOT: Logger = Logger::root();
/// static NET: Logger = Logger::child("net", &ROOT).with_filters(&[&OfPeers]);
/// ```
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

    /// The limit that the shell shows and changes, if the filter has one. Default: none.
    fn limit(&self) -> Option<Limit> {
        None
    }

    /// Changes that limit. Default: there is none.
    fn set_limit(&self, limit: Limit) {
        let _ = limit;
    }
}

/// Whether a record passes a filter, by both looks.
fn passes(filter: &dyn Filter, record: &Record<'_>) -> bool {
    filter.enabled(&Metadata::new(record.level(), record.logger_name())) && filter.matches(record)
}

/// The filters of a logger or a handler, and how many records they refused. With what asks them, so that it
/// is linked only where there are any; `None`, not an empty slice, so that a static without has zeros there.
pub(crate) struct Filters {
    asked: Option<(&'static [&'static dyn Filter], &'static RecordPath)>,
    rejected: AtomicUsize,
}

impl Filters {
    pub(crate) const fn new(filters: &'static [&'static dyn Filter]) -> Self {
        let asked = if filters.is_empty() { None } else { Some((filters, &RECORD_PATH)) };
        Self { asked, rejected: AtomicUsize::new(0) }
    }

    pub(crate) const fn are_none(&self) -> bool {
        self.asked.is_none()
    }

    /// What makes records for them to look at.
    pub(crate) const fn record_path(&self) -> Option<&'static RecordPath> {
        match self.asked {
            Some((_, path)) => Some(path),
            None => None,
        }
    }

    /// All of them.
    pub(crate) fn all(&self) -> &'static [&'static dyn Filter] {
        self.asked.map_or(&[], |(filters, _)| filters)
    }

    /// Whether the record passes all of them; counts it if not.
    #[inline(always)]
    pub(crate) fn pass(&self, record: &Record<'_>) -> bool {
        self.asked.is_none_or(|(filters, path)| (path.pass_all)(filters, record, &self.rejected))
    }

    /// Records that did not pass, modulo the width of a pointer.
    pub(crate) fn rejected(&self) -> usize {
        self.rejected.load(Ordering::Relaxed)
    }
}

/// [`pass_all`]; counts a record that does not.
pub(crate) fn pass_or_count(
    filters: &[&dyn Filter],
    record: &Record<'_>,
    rejected: &AtomicUsize,
) -> bool {
    let passes = pass_all(filters, record);
    if !passes {
        rejected.fetch_add(1, Ordering::Relaxed);
    }
    passes
}

/// Whether a record passes all filters; the second look comes only after all first looks.
fn pass_all(filters: &[&dyn Filter], record: &Record<'_>) -> bool {
    let metadata = Metadata::new(record.level(), record.logger_name());
    filters.iter().all(|filter| filter.enabled(&metadata))
        && filters.iter().all(|filter| filter.matches(record))
}
