//! `defmt` with `defmt-rtt`, with typed hints (`{=u32}`) or without (`{}`). Levels are chosen at compile time.

use core::sync::atomic::{AtomicU32, Ordering};

use defmt_rtt as _;

defmt::timestamp!("{=u32}", crate::now());

/// Starts it.
pub fn init() {}

/// Takes out what waits, as a probe does.
pub fn drain() {
    // SAFETY: `defmt-rtt` defines it, in the layout that every probe knows; the index is an atomic there too.
    let channel = unsafe { &_SEGGER_RTT };
    channel.read.store(channel.write.load(Ordering::Relaxed), Ordering::Relaxed);
}

/// Switches the statements off at run time, if that is possible.
pub fn switch_off() -> bool {
    false
}

/// Whether a level above the ceiling can be compiled out.
pub const HAS_CEILING: bool = false;

#[cfg(feature = "defmt-typed")]
macro_rules! info {
    ($plain:tt | $typed:tt $(, $value:expr)*) => { defmt::info!($typed $(, $value)*) };
}
#[cfg(not(feature = "defmt-typed"))]
macro_rules! info {
    ($plain:tt | $typed:tt $(, $value:expr)*) => { defmt::info!($plain $(, $value)*) };
}
macro_rules! debug {
    ($plain:tt | $typed:tt $(, $value:expr)*) => { $(let _ = $value;)* };
}

/// The control block of SEGGER's *Real Time Transfer*, with one channel.
#[repr(C)]
struct ControlBlock {
    id: [u8; 16],
    up_channels: u32,
    down_channels: u32,
    name: u32,
    buffer: u32,
    size: u32,
    write: AtomicU32,
    read: AtomicU32,
    flags: AtomicU32,
}

unsafe extern "C" {
    static _SEGGER_RTT: ControlBlock;
}
