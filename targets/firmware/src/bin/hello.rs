//! The smallest program: a line on the UART, and one interrupt taken. Proves start-up, UART, interrupts and exit.
#![no_std]
#![no_main]

use core::sync::atomic::{AtomicU32, Ordering};

use board::{Uart, entry, interrupt};
use embedded_io::Write as _;

static TAKEN: AtomicU32 = AtomicU32::new(0);

#[entry]
fn main() -> ! {
    let mut uart = Uart::new();
    let Ok(()) = uart.write_all(b"hello from the main loop\n");

    interrupt::LOW.set_handler(take);
    interrupt::LOW.raise();
    let taken = TAKEN.load(Ordering::Relaxed);
    let _ = writeln!(uart, "interrupts taken: {taken}"); // this UART has no error to report
    board::finish()
}

fn take() {
    // Load and store, because some targets have no atomic addition; no other code writes this.
    TAKEN.store(TAKEN.load(Ordering::Relaxed) + 1, Ordering::Relaxed);
}
