//! Handler: who may receive the record.
//!
//! Runs on the *caller*, after level and filter; it writes the record out, or a frame into a ring.

#[cfg(feature = "async")]
mod async_ring;
mod direct;
mod encode;
mod gate;
mod message;
mod overflow;
mod retained;
mod ring;

#[cfg(feature = "async")]
pub use async_ring::{AsyncRingHandler, RecordPart};
pub use direct::{DirectHandler, DirectHandlerBuilder};
pub use overflow::OverflowPolicy;
pub use retained::{Recovery, RetainedHandler, RetainedHandlerBuilder, RetainedRam};
#[cfg(feature = "defmt-global-logger")]
pub(crate) use ring::MAX_WORDS;
#[cfg(feature = "defmt-global-logger")]
pub(crate) use ring::Outcome;
pub use ring::{Drained, RingHandler, RingHandlerBuilder};

use core::fmt;

use crate::atomic::AtomicWord;
use crate::call::{RECORD_PATH, RecordPath};
use crate::frame::Shape;
use crate::value::write_decimal;
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

    /// What makes records for this handler; `None` if no claim that it answers with no words needs one.
    #[doc(hidden)]
    fn record_path(&self) -> Option<&'static RecordPath> {
        Some(&RECORD_PATH)
    }

    /// Claims room for a local frame, and writes the time in. The first word commits it. No words: the
    /// level is too low, or the handler wants the record, by [`Handler::record_path`]. Few words, which
    /// are nobody's: the frame was refused and counted (one), or is too long (two).
    #[doc(hidden)]
    fn claim(&self, _shape: Shape) -> Room<'_> {
        Room(&[])
    }
}

/// The answer to a claim. Only this crate can write to it: what its frames refer to is not looked at when they
/// are read.
#[doc(hidden)]
#[derive(Debug)]
pub struct Room<'r>(pub(crate) &'r [AtomicWord]);

/// How many records were dropped.
struct Report(usize);

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_decimal(self.0 as u64, 1, f)?;
        f.write_str(" records dropped")
    }
}

/// Makes the record that says how many were dropped.
fn with_report<R>(records: usize, take: impl FnOnce(&Record<'_>) -> R) -> R {
    with_message(format_args!("{}", Report(records)), take)
}

/// Makes a record of our own.
fn with_message<R>(message: fmt::Arguments<'_>, take: impl FnOnce(&Record<'_>) -> R) -> R {
    let details = Details::default();
    take(&Record::of_the_system(&message, Level::WARN, clock::now(), &details))
}
