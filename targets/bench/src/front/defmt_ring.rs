//! `defmt` with typed hints, whose frames wait in femtologging's ring and are encoded in its drain.

use femto_core::bridge::defmt::{DefmtSink, init as set_ring};
use femto_core::{RingHandler, TextFormatter};

use crate::RING_BYTES;
use crate::wire::Wire;

static RING: RingHandler<{ RING_BYTES / 4 }> = RingHandler::new();
static FORMATTER: TextFormatter = TextFormatter::new();

defmt::timestamp!("{=u32}", crate::now());

/// Starts it.
pub fn init() {
    let _ = set_ring(&RING);
}

/// Sends what waits.
pub fn drain() {
    let drained = RING.drain_with_defmt(&FORMATTER, &mut Wire, &mut DefmtSink::new(Wire));
    if drained.is_err() || RING.dropped() != 0 {
        panic!();
    }
}

/// Switches the statements off at run time, if that is possible.
pub fn switch_off() -> bool {
    RING.set_level(femto_core::Level::ERROR);
    true
}

/// Whether a level above the ceiling can be compiled out.
pub const HAS_CEILING: bool = false;

macro_rules! info {
    ($plain:tt | $typed:tt $(, $value:expr)*) => { defmt::info!($typed $(, $value)*) };
}
macro_rules! debug {
    ($plain:tt | $typed:tt $(, $value:expr)*) => { $(let _ = $value;)* };
}
