//! The same program without the statements below INFO.
#![no_std]
#![no_main]

/// The entry.
// SAFETY: no other code defines a symbol of this name.
#[unsafe(no_mangle)]
pub extern "C" fn _start() -> ! {
    ceilings::log_at_info();
    ceilings::stop()
}
