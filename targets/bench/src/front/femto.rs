//! femtologging: values into a ring, or with `femto-retained` spelled out into RAM that outlives a reset.

use femto_core::{Level, Logger, set_clock};

use crate::clock::Ticks;

#[cfg_attr(feature = "femto-retained", path = "femto/retained.rs")]
#[cfg_attr(not(feature = "femto-retained"), path = "femto/ring.rs")]
mod kept;

pub use kept::drain;

pub(crate) static ROOT: Logger = Logger::root().with_handlers(&[&kept::HANDLER]);
/// A second logger, or the optimiser would make the only one part of every function.
static NET: Logger = Logger::child("net", &ROOT);

/// Starts it.
pub fn init() {
    let _ = set_clock(&Ticks);
    kept::start();
    femto_core::info!(logger: NET, "started");
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
