//! Handler: who may receive the record.
//!
//! Runs on the *caller*, after level and filter; it writes the record out, or a frame into a ring.

#[cfg(feature = "async")]
mod async_ring;
mod direct;
mod gate;
mod overflow;
mod retained;
mod ring;

#[cfg(feature = "async")]
pub use async_ring::{AsyncRingHandler, RecordPart};
pub use direct::{DirectHandler, DirectHandlerBuilder};
pub use overflow::OverflowPolicy;
pub use retained::{Recovery, RetainedHandler, RetainedHandlerBuilder, RetainedRam};
#[cfg(any(feature = "defmt", feature = "log"))]
pub(crate) use ring::Cutting;
#[cfg(feature = "defmt-global-logger")]
pub(crate) use ring::MAX_WORDS;
#[cfg(feature = "defmt-global-logger")]
pub(crate) use ring::Outcome;
pub use ring::{Drained, RingHandler, RingHandlerBuilder};
pub(crate) use ring::{Render, render};

use crate::atomic::AtomicWord;
use crate::frame::Shape;
use crate::{Details, Level, Record, Statistics, clock};

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

    /// Hears that so many records were dropped on their way here, and says so in the output, whatever
    /// its level, as soon as there is room. Default: [`Handler::handle`]s a record that says it.
    fn report_dropped(&self, records: usize) {
        with_report(records, |report| self.handle(report));
    }

    /// The counters. Default: all zero.
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

/// Makes the record that says how many were dropped.
fn with_report<R>(records: usize, take: impl FnOnce(&Record<'_>) -> R) -> R {
    let details = Details::default();
    let message = format_args!("{records} records dropped");
    take(&Record::of_the_system(&message, Level::WARN, clock::now(), &details))
}
