//! What a panic, or a fault of the processor, does.

use core::cell::Cell;
use core::fmt::Display;

use critical_section::Mutex;

/// Is told what happened, and ends the program or resets it.
pub type PanicHandler = fn(&dyn Display) -> !;

/// Sets what a panic and a fault do instead of ending the program with failure: `handler` is told what happened. In a
/// program with a panic handler of its own: what a fault does instead of a panic.
pub fn on_panic(handler: PanicHandler) {
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

static HANDLER: Mutex<Cell<PanicHandler>> = Mutex::new(Cell::new(end));

#[cfg(feature = "panic-handler")]
fn end(what: &dyn Display) -> ! {
    semihosting::eprintln!("{what}");
    semihosting::process::exit(1)
}

/// A fault is a panic, of which the program's own handler is told.
#[cfg(not(feature = "panic-handler"))]
fn end(what: &dyn Display) -> ! {
    panic!("{what}")
}
