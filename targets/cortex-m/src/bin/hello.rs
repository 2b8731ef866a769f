//! The smallest program: a line on the UART, and one interrupt taken. Proves start-up, UART, vector table and exit.
#![no_std]
#![no_main]

use core::sync::atomic::{AtomicU32, Ordering};

use board::Uart;
use cortex_m::peripheral::SCB;
use cortex_m_rt::{entry, exception};
use embedded_io::Write as _;

static TAKEN: AtomicU32 = AtomicU32::new(0);

#[entry]
fn main() -> ! {
    let mut uart = Uart::new();
    let Ok(()) = uart.write_all(b"hello from the main loop\n");

    SCB::set_pendsv();
    cortex_m::asm::isb(); // the pending exception is taken before the next instruction
    let taken = TAKEN.load(Ordering::Relaxed);
    let _ = writeln!(uart, "interrupts taken: {taken}"); // this UART has no error to report
    board::finish()
}

#[exception]
fn PendSV() {
    // Load and store, because Armv6-M has no atomic addition; no other code writes this.
    TAKEN.store(TAKEN.load(Ordering::Relaxed) + 1, Ordering::Relaxed);
}
