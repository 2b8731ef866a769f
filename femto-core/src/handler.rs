//! Handler: who may receive the record.
//!
//! Runs on the *caller*, after level and filter; it writes the record out, or a frame into a ring.

mod direct;
mod ring;

pub use direct::DirectHandler;
pub use ring::{Drained, RingHandler};

use crate::call::MAX_SIMPLE;
use crate::{Call, Level, Record, Value};

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

    /// Takes a call, if its level suffices. One dispatch for both; `time` in ticks of the clock.
    #[doc(hidden)]
    fn offer(&self, call: &Call<'_>, time: u64) {
        if call.level() >= self.level() {
            self.handle(&call.record(time, &mut [Value::None; MAX_SIMPLE]));
        }
    }
}
