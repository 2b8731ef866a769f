//! What a program needs from its board, with equal items on every board: entry, UART, two interrupts, reset, exit; and
//! what several programs log.
//!
//! Runs on the target. The programs are in `src/bin`; `boards.txt` says which board a target has.
#![no_std]

pub mod interrupt;
mod panic;
#[cfg_attr(target_arch = "arm", path = "processor/cortex_m.rs")]
#[cfg_attr(target_arch = "riscv32", path = "processor/riscv.rs")]
mod processor;
mod register;
pub mod sample;
pub mod stress;
mod uart;

pub use panic::{PanicHandler, on_panic};
pub use processor::{entry, fault, nop, reset, wfi};
pub use uart::Uart;

/// Ends the program with success, through the debugger or the emulator.
pub fn finish() -> ! {
    semihosting::process::exit(0)
}
