//! What a panic, or a fault of the processor, does.

use core::cell::Cell;
use core::fmt::Display;

use critical_section::Mutex;
use semihosting::eprintln;

/// Sets what a panic and a fault do instead of ending the program with failure: `handler` is told what happened. In a
/// program with a panic handler of its own: what a fault does.
pub fn on_panic(handler: fn(&dyn Display) -> !) {
    critical_section::with(|held| HANDLER.borrow(held).set(handler));
}

#[cfg(feature = "panic-handler")]
#[panic_handler]
fn panic(info: &core::panic::PanicInfo<'_>) -> ! {
    handle(info)
}

/// Called by the exception that the processor takes for a fault.
pub(crate) fn handle(what: &dyn Display) -> ! {
    let handler = critical_section::with(|held| HANDLER.borrow(held).get());
    handler(what)
}

static HANDLER: Mutex<Cell<fn(&dyn Display) -> !>> = Mutex::new(Cell::new(|what| {
    eprintln!("{what}");
    semihosting::process::exit(1)
}));
