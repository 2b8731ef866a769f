//! `log` with `core::fmt`: the caller formats a line on its stack and copies it into a ring of bytes.

use core::fmt::Write as _;

use crate::{now, text_ring};

struct Logger;

impl log::Log for Logger {
    fn enabled(&self, _: &log::Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &log::Record<'_>) {
        let mut line = heapless::String::<128>::new();
        let _ = writeln!(line, "{} {} {}", now(), record.level(), record.args());
        text_ring::push(line.as_bytes());
    }

    fn flush(&self) {}
}

/// Starts it.
pub fn init() {
    // SAFETY: nothing else runs yet. The other function needs compare-and-swap.
    let _ = unsafe { log::set_logger_racy(&Logger) };
    // SAFETY: as above.
    unsafe { log::set_max_level_racy(log::LevelFilter::Info) };
}

/// Sends what waits.
pub fn drain() {
    text_ring::drain();
}

/// Switches the statements off at run time, if that is possible.
pub fn switch_off() -> bool {
    // SAFETY: nothing else runs.
    unsafe { log::set_max_level_racy(log::LevelFilter::Error) };
    true
}

/// Whether a level above the ceiling can be compiled out.
pub const HAS_CEILING: bool = true;

macro_rules! info {
    ($plain:tt | $typed:tt $(, $value:expr)*) => { log::info!($plain $(, $value)*) };
}
macro_rules! debug {
    ($plain:tt | $typed:tt $(, $value:expr)*) => { log::debug!($plain $(, $value)*) };
}
