//! Statements below INFO, in every shape that a statement can have; each leaves `trace of a call` in the program
//! unless the ceiling removes it.
#![no_std]
#![no_main]

use ceilings::{NET, evaluated};
use femto_core::{Level, debug, log, trace};

/// The entry.
// SAFETY: no other code defines a symbol of this name.
#[unsafe(no_mangle)]
pub extern "C" fn _start() -> ! {
    ceilings::log_at_info();
    debug!("trace of a call 1");
    trace!("trace of a call 2: {}", evaluated());
    debug!(logger: NET, "trace of a call 3: {:?} {:08x}", evaluated(), evaluated());
    debug!(logger: NET, "trace of a key" = evaluated(), text = "trace of a value"; "trace of a call 4");
    debug!(target: "trace of a target", "trace of a call 5: {}", core::format_args!("{}", evaluated()));
    let name = "trace of a name";
    trace!(target: name, "trace of a call 6");
    log!(Level::DEBUG, "trace of a call 7: {}", evaluated());
    ceilings::stop()
}
