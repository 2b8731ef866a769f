//! What the programs share that make records by the thousand and look at each: contents that follow from a number, a
//! count without compare-and-swap, and a sink that takes everything.

use core::convert::Infallible;
use core::sync::atomic::{AtomicU32, Ordering};

/// Takes everything and keeps nothing.
pub struct Nowhere;

impl embedded_io::ErrorType for Nowhere {
    type Error = Infallible;
}

impl embedded_io::Write for Nowhere {
    fn write(&mut self, bytes: &[u8]) -> Result<usize, Infallible> {
        Ok(bytes.len())
    }

    fn flush(&mut self) -> Result<(), Infallible> {
        Ok(())
    }
}

/// What the record of a producer and a number has to carry.
#[must_use]
pub fn check(number: u8, sequence: u32) -> u32 {
    sequence.wrapping_mul(0x9E37_79B9) ^ u32::from(number) << 24
}

/// A text whose length changes with the number.
#[must_use]
pub fn text(sequence: u32) -> &'static str {
    let text = "the quick brown fox jumps over the lazy dog";
    &text[..sequence as usize % text.len()]
}

/// Adds to a count that one context writes.
pub fn add(count: &AtomicU32, n: u32) {
    count.store(count.load(Ordering::Relaxed).wrapping_add(n), Ordering::Relaxed);
}
