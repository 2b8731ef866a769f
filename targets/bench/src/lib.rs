//! Ten log statements, and what they cost with each front end: instructions, stack, masked interrupts, flash, RAM.
//!
//! A feature names the front end, a file of `front/` each with equal items; the programs in `bin` are the same for all.
#![no_std]

#[cfg(all(feature = "ours", not(feature = "defmt-ring")))]
mod clock;
mod mask;
#[cfg(feature = "meter")]
pub mod meter;
#[cfg_attr(target_arch = "arm", path = "processor/cortex_m.rs")]
#[cfg_attr(target_arch = "riscv32", path = "processor/riscv.rs")]
mod processor;
#[cfg(any(feature = "log-fmt", feature = "ufmt-text"))]
mod text_ring;
#[cfg(feature = "ours")]
mod wire;

#[macro_use]
#[cfg_attr(feature = "femto", path = "front/femto.rs")]
#[cfg_attr(feature = "femto-log", path = "front/femto_log.rs")]
#[cfg_attr(feature = "log-fmt", path = "front/log_fmt.rs")]
#[cfg_attr(feature = "ufmt-text", path = "front/ufmt_text.rs")]
#[cfg_attr(any(feature = "defmt-typed", feature = "defmt-plain"), path = "front/defmt_rtt.rs")]
#[cfg_attr(feature = "defmt-ring", path = "front/defmt_ring.rs")]
#[cfg_attr(
    not(any(
        feature = "femto",
        feature = "femto-log",
        feature = "log-fmt",
        feature = "ufmt-text",
        feature = "defmt-typed",
        feature = "defmt-plain",
        feature = "defmt-ring"
    )),
    path = "front/none.rs"
)]
pub mod front;

pub mod statements;

#[cfg(feature = "meter")]
pub use processor::nop;
pub use processor::{entry, now};

/// Room for records, the same for every front end but `defmt-rtt`, whose own default is 1,024 bytes.
pub const RING_BYTES: usize = if cfg!(feature = "meter") { 4096 } else { 1024 };

/// Where drained bytes go: as short as a UART's data register, and there on every machine.
pub fn send(bytes: &[u8]) {
    static DATA: core::sync::atomic::AtomicU8 = core::sync::atomic::AtomicU8::new(0);
    for &byte in bytes {
        core::hint::black_box(&DATA).store(byte, core::sync::atomic::Ordering::Relaxed);
    }
}

/// The smallest, so that it is no part of a size.
#[cfg(not(feature = "meter"))]
#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    loop {}
}
