//! Handler: who may receive the record.
//!
//! Runs on the *caller*, after level and filter; it writes the record out, or a frame into a ring.

mod direct;
mod ring;

pub use direct::DirectHandler;
pub use ring::{Drained, RingHandler};

use crate::atomic::{AtomicWord, Word};
use crate::{CallSite, Level, Logger, Record};

/// Receives records.
///
/// # For implementors
/// `handle` runs on the caller, in an interrupt perhaps: it must not block, spin or panic. What it
/// cannot take it counts.
pub trait Handler: Sync {
    /// Records below it do not come here.
    fn level(&self) -> Level;

    /// Takes a record.
    fn handle(&self, record: &Record<'_>);

    /// Claims room for a frame, all of it written but the values and the first word, which commits
    /// it. `None`: the handler wants the record. No words: the record is dealt with.
    ///
    /// `shape` is [`Shape::fixed`](crate::frame::Shape::fixed)'s.
    #[doc(hidden)]
    fn claim(
        &self,
        _site: &'static CallSite,
        _shape: Word,
        _logger: &'static Logger,
    ) -> Option<&[AtomicWord]> {
        None
    }
}
