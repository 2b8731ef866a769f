//! What a handler counts.
//!
//! Counted by the *collector* in batches, by callers that are refused or write themselves, and by
//! workers; read by anybody.

use core::sync::atomic::{AtomicU64, Ordering};

/// What a handler did since it was made, or the process was forked: a child begins at zero, and what
/// is queued for its parent to write is not counted there. Every record accepted is written, dropped, or queued still.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct HandlerStats {
    /// Records that passed level and filters.
    pub accepted: u64,
    /// Records that passed the level, and that a filter rejected.
    pub rejected: u64,
    /// Records written.
    pub written: u64,
    /// Records dropped.
    pub dropped: u64,
    /// Bytes written.
    pub bytes: u64,
    /// Writes that failed, and records that could not be formatted.
    pub errors: u64,
    /// Bytes that wait to be written now.
    pub queued: u64,
    /// The most bytes that ever waited to be written.
    pub high_water: u64,
}

/// The counters behind [`HandlerStats`].
#[derive(Debug, Default)]
pub(crate) struct Counts {
    pub(crate) accepted: AtomicU64,
    pub(crate) rejected: AtomicU64,
    pub(crate) written: AtomicU64,
    pub(crate) dropped: AtomicU64,
    pub(crate) bytes: AtomicU64,
    pub(crate) errors: AtomicU64,
    pub(crate) high_water: AtomicU64,
}

impl Counts {
    /// What there is now; `queued` bytes wait.
    pub(super) fn stats(&self, queued: u64) -> HandlerStats {
        let get = |count: &AtomicU64| count.load(Ordering::Relaxed);
        HandlerStats {
            accepted: get(&self.accepted),
            rejected: get(&self.rejected),
            written: get(&self.written),
            dropped: get(&self.dropped),
            bytes: get(&self.bytes),
            errors: get(&self.errors),
            queued,
            high_water: get(&self.high_water),
        }
    }
}
