//! A ring of words; the drain makes lines of text, or with `femto-host` sends them as they lie there.

use femto_core::RingHandler;

use crate::RING_BYTES;
use crate::wire::Wire;

pub(super) static HANDLER: RingHandler<{ RING_BYTES / 4 }> = RingHandler::new();
#[cfg(not(feature = "femto-host"))]
static FORMATTER: femto_core::TextFormatter = femto_core::TextFormatter::new();

/// Nothing has to be done before the first record.
pub(super) fn start() {}

/// Sends what waits.
pub fn drain() {
    #[cfg(feature = "femto-host")]
    let Ok(drained) = HANDLER.drain_frames(&mut Wire);
    #[cfg(not(feature = "femto-host"))]
    let Ok(drained) = HANDLER.drain(&FORMATTER, &mut Wire);
    if drained.damaged != 0 || HANDLER.dropped() != 0 {
        panic!();
    }
}
