//! Filter: does the record pass? From metadata if that is enough, from the record if not.
//!
//! Runs on the *caller* for loggers, on the *collector* or *drain* for handlers, after the level.

mod call_site;
mod composite;
mod level;
mod name;
mod slot;

pub use call_site::CallSiteFilter;
pub use composite::{CompositeFilter, FilterBuilder};
pub use level::LevelFilter;
pub use name::NameFilter;
pub use slot::FilterSlot;

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

/// Decides whether a record passes: it does if both looks say so. One that does not is *rejected*.
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
}

/// Whether a record passes a filter, by both looks.
fn passes(filter: &dyn Filter, record: &Record<'_>) -> bool {
    filter.enabled(&Metadata::new(record.level(), record.logger_name())) && filter.matches(record)
}

/// The filters of a logger or a handler. With what asks them, so that it is linked only where there are
/// any; `None`, not an empty slice, so that a static without has zeros there.
#[derive(Clone, Copy)]
pub(crate) struct Filters(Option<(&'static [&'static dyn Filter], &'static RecordPath)>);

impl Filters {
    pub(crate) const fn new(filters: &'static [&'static dyn Filter]) -> Self {
        Self(if filters.is_empty() { None } else { Some((filters, &RECORD_PATH)) })
    }

    pub(crate) const fn are_none(&self) -> bool {
        self.0.is_none()
    }

    /// What makes records for them to look at.
    pub(crate) const fn record_path(&self) -> Option<&'static RecordPath> {
        match self.0 {
            Some((_, path)) => Some(path),
            None => None,
        }
    }

    /// Whether the record passes all of them.
    #[inline(always)]
    pub(crate) fn pass(&self, record: &Record<'_>) -> bool {
        self.0.is_none_or(|(filters, path)| (path.pass_all)(filters, record))
    }
}

/// Whether a record passes all filters; the second look comes only after all first looks.
pub(crate) fn pass_all(filters: &[&dyn Filter], record: &Record<'_>) -> bool {
    let metadata = Metadata::new(record.level(), record.logger_name());
    filters.iter().all(|filter| filter.enabled(&metadata))
        && filters.iter().all(|filter| filter.matches(record))
}
