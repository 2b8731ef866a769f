//! The `log` crate's macros with femtologging behind them: name and text go into a ring of words, spelled out.

use femto_core::{Level, Logger, RingHandler, TextFormatter, bridge, set_clock};

use crate::RING_BYTES;
use crate::clock::Ticks;
use crate::wire::Wire;

static RING: RingHandler<{ RING_BYTES / 4 }> = RingHandler::new();
static ROOT: Logger = Logger::root().with_handlers(&[&RING]);
static FORMATTER: TextFormatter = TextFormatter::new();

/// Starts it.
pub fn init() {
    let _ = set_clock(&Ticks);
    let _ = bridge::log::install(&ROOT);
}

/// Sends what waits.
pub fn drain() {
    let Ok(drained) = RING.drain(&FORMATTER, &mut Wire);
    if drained.damaged != 0 || RING.dropped() != 0 {
        panic!();
    }
}

/// Switches the statements off at run time, if that is possible.
pub fn switch_off() -> bool {
    ROOT.set_level(Level::ERROR);
    true
}

/// Whether a level above the ceiling can be compiled out.
pub const HAS_CEILING: bool = true;

macro_rules! info {
    ($plain:tt | $typed:tt $(, $value:expr)*) => { log::info!($plain $(, $value)*) };
}
macro_rules! debug {
    ($plain:tt | $typed:tt $(, $value:expr)*) => { log::debug!($plain $(, $value)*) };
}
