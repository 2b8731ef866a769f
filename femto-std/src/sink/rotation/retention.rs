//! Retention: which rotated files are kept.

use core::time::Duration;
use std::fs;
use std::time::SystemTime;

use super::names::Backup;

/// How many rotated files are kept; `None` is no limit.
#[derive(Clone, Debug, Default)]
pub(crate) struct Retention {
    pub(crate) count: Option<usize>,
    /// How long after its last line.
    pub(crate) max_age: Option<Duration>,
    /// Of all of them together.
    pub(crate) max_total_bytes: Option<u64>,
}

impl Retention {
    /// The files that are not to be kept; `backups` begins with the youngest.
    pub(super) fn surplus<'a>(&self, backups: &'a [Backup], now: SystemTime) -> Vec<&'a Backup> {
        let mut total = 0_u64;
        let mut is_surplus = |(index, backup): &(usize, &'a Backup)| {
            if self.count.is_some_and(|count| *index >= count) {
                return true;
            }
            if self.max_age.is_none() && self.max_total_bytes.is_none() {
                return false;
            }
            // Somebody else removed it.
            let Ok(metadata) = fs::metadata(backup.path()) else { return false };
            let age = metadata.modified().ok().and_then(|time| now.duration_since(time).ok());
            total = total.saturating_add(metadata.len());
            self.max_age.is_some_and(|limit| age.is_some_and(|age| age > limit))
                || self.max_total_bytes.is_some_and(|limit| total > limit)
        };
        backups
            .iter()
            .enumerate()
            .filter(|each| is_surplus(each))
            .map(|(_, backup)| backup)
            .collect()
    }
}
