//! femtologging: values into a ring of words; the drain makes lines of text, or with `femto-host` sends them as they lie there.

use femto_core::{Level, Logger, RingHandler, set_clock};

use crate::RING_BYTES;
use crate::clock::Ticks;
use crate::wire::Wire;

static RING: RingHandler<{ RING_BYTES / 4 }> = RingHandler::new();
pub(crate) static ROOT: Logger = Logger::root().with_handlers(&[&RING]);
/// A second logger, or the optimiser would make the only one part of every function.
static NET: Logger = Logger::child("net", &ROOT);

/// Starts it.
pub fn init() {
    let _ = set_clock(&Ticks);
    femto_core::info!(logger: NET, "started");
}

/// Sends what waits.
pub fn drain() {
    #[cfg(feature = "femto-host")]
    let Ok(drained) = RING.drain_frames(&mut Wire);
    #[cfg(not(feature = "femto-host"))]
    let Ok(drained) = RING.drain(&FORMATTER, &mut Wire);
    if drained.damaged != 0 || RING.dropped() != 0 {
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

#[cfg(not(feature = "femto-host"))]
static FORMATTER: femto_core::TextFormatter = femto_core::TextFormatter::new();
