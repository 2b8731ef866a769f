//! Handler: who may receive the record.
//!
//! Runs on the *caller*, after level and filter; it writes the record out, or a frame into a ring.

mod direct;
mod ring;

pub use direct::DirectHandler;
#[cfg(any(feature = "defmt", feature = "log"))]
pub(crate) use ring::Cutting;
#[cfg(feature = "defmt-global-logger")]
pub(crate) use ring::MAX_WORDS;
pub use ring::{Drained, RingHandler};

use crate::atomic::AtomicWord;
use crate::frame::Shape;
use crate::{Level, Record};

/// Receives records.
///
/// # For implementors
/// `handle` runs on the caller, in an interrupt perhaps: it must not block, spin or panic. What it
/// cannot take it counts.
pub trait Handler: Sync {
    /// Records below it do not come here.
    fn level(&self) -> Level;

    /// Changes that level. Default: it stays as it is.
    fn set_level(&self, level: Level) {
        let _ = level;
    }

    /// Takes a record.
    fn handle(&self, record: &Record<'_>);

    /// What it did so far. Default: nothing is counted.
    fn statistics(&self) -> Statistics {
        Statistics::default()
    }

    /// Claims room for a local frame, and writes the time in. The first word commits it. No words:
    /// the handler wants the record. One word, which is nobody's: the frame was refused and counted.
    #[doc(hidden)]
    fn claim(&self, _shape: Shape) -> &[AtomicWord] {
        &[]
    }
}

/// What a handler did since the start; the counters wrap at the width of a pointer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Statistics {
    /// Records written.
    pub written: usize,
    /// Records dropped, reported or not.
    pub dropped: usize,
    /// Of these, records that newer ones took the place of.
    pub overwritten: usize,
    /// Records whose text was cut.
    pub cut: usize,
    /// Records that a filter refused.
    pub rejected: usize,
    /// Bytes that may wait at once, 0 where none waits.
    pub capacity: usize,
    /// The most bytes that waited at once.
    pub high_water: usize,
}
