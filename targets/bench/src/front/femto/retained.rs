//! RAM that outlives a reset: portable frames with a checksum, which take the place of the oldest.

use femto_core::{TextFormatter, retained};

use crate::wire::Wire;

// As long as `RING_BYTES`, which the macro cannot reckon with.
#[cfg(feature = "meter")]
retained! {
    pub(super) static HANDLER: RetainedHandler<1024>;
}
#[cfg(not(feature = "meter"))]
retained! {
    pub(super) static HANDLER: RetainedHandler<256>;
}
static FORMATTER: TextFormatter = TextFormatter::new();

/// Sends what the last run left.
pub(super) fn start() {
    HANDLER.start("bench");
    let Ok(_) = HANDLER.drain(&FORMATTER, &mut Wire);
}

/// Leaves it full, as it is until the next start: each record makes room for itself.
pub fn drain() {
    if HANDLER.dropped() != 0 {
        panic!();
    }
}
