//! What a program needs from its board: a UART, an exit, and a meter for instructions and stack.
//!
//! Runs on the target, in thread mode. The programs are in `src/bin`; `boards.txt` says which board a target has.
#![no_std]

use cortex_m as _; // the critical section

#[cfg_attr(board = "lm3s6965", path = "uart/pl011.rs")]
#[cfg_attr(board = "microbit", path = "uart/nrf51.rs")]
mod uart;

pub mod meter;

pub use uart::Uart;

/// Ends the program with success, through the debugger or the emulator.
pub fn finish() -> ! {
    semihosting::process::exit(0)
}
