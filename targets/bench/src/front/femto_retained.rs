//! femtologging into RAM that outlives a reset: portable frames with a checksum, which take the place of the oldest.

use femto_core::{Level, Logger, TextFormatter, retained, set_clock};

use crate::clock::Ticks;
use crate::wire::Wire;

#[cfg(feature = "meter")]
retained! {
    static LOG: RetainedHandler<1024>; // RING_BYTES, which the macro cannot reckon with
}
#[cfg(not(feature = "meter"))]
retained! {
    static LOG: RetainedHandler<256>;
}
pub(crate) static ROOT: Logger = Logger::root().with_handlers(&[&LOG]);
/// A second logger, or the optimiser would make the only one part of every function.
static NET: Logger = Logger::child("net", &ROOT);
static FORMATTER: TextFormatter = TextFormatter::new();

/// Starts it, and sends what the last run left.
pub fn init() {
    let _ = set_clock(&Ticks);
    LOG.start("bench");
    let Ok(_) = LOG.drain(&FORMATTER, &mut Wire);
    femto_core::info!(logger: NET, "started");
}

/// Leaves it full, as it is until the next start: each record makes room for itself.
pub fn drain() {
    if LOG.dropped() != 0 {
        panic!();
    }
}

/// Switches the statements off at run time, if that is possible.
pub fn switch_off() -> bool {
    ROOT.set_level(Level::ERROR);
    let _ = ROOT.is_enabled(Level::INFO); // the first look finds the level out
    true
}

/// Whether a level above the ceiling can be compiled out.
pub const HAS_CEILING: bool = true;

macro_rules! info {
    ($plain:tt | $typed:tt $(, $value:expr)*) => {
        femto_core::info!(logger: $crate::front::ROOT, $plain $(, $value)*)
    };
}
macro_rules! debug {
    ($plain:tt | $typed:tt $(, $value:expr)*) => {
        femto_core::debug!(logger: $crate::front::ROOT, $plain $(, $value)*)
    };
}
