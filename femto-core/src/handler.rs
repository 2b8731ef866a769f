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

    /// Takes a record.
    fn handle(&self, record: &Record<'_>);

    /// Claims room for a local frame, and writes the time in. The first word commits it. No words:
    /// the handler wants the record. One word, which is nobody's: the frame was refused and counted.
    #[doc(hidden)]
    fn claim(&self, _shape: Shape) -> &[AtomicWord] {
        &[]
    }
}
