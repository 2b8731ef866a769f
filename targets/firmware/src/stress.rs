//! What the programs share that make records by the thousand and look at each: producers, contents that follow from a
//! number, a count without compare-and-swap, and a sink that takes everything.

use core::convert::Infallible;
use core::sync::atomic::{AtomicU32, Ordering};

/// Takes everything and keeps nothing.
#[derive(Debug)]
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

/// One context that logs. Only that context writes `made`, only the drain the other counts: loads and stores do.
#[derive(Debug)]
pub struct Producer {
    /// Its number.
    pub number: u8,
    /// Records that it made; the number of the last.
    pub made: AtomicU32,
    /// Those that the drain saw.
    pub drained: AtomicU32,
    /// The number of the last of them.
    pub last: AtomicU32,
    /// Gaps in the numbers that the drain saw.
    pub missing: AtomicU32,
    /// Records that were not as they were made, or out of order.
    pub wrong: AtomicU32,
}

impl Producer {
    /// One that made nothing yet.
    #[must_use]
    pub const fn new(number: u8) -> Self {
        Self {
            number,
            made: AtomicU32::new(0),
            drained: AtomicU32::new(0),
            last: AtomicU32::new(0),
            missing: AtomicU32::new(0),
            wrong: AtomicU32::new(0),
        }
    }

    /// Begins a record: its number.
    pub fn make(&self) -> u32 {
        add(&self.made, 1);
        self.made.load(Ordering::Relaxed)
    }

    /// Sees a record in the drain.
    pub fn see(&self, sequence: u32, is_right: bool) {
        let last = self.last.load(Ordering::Relaxed);
        add(&self.drained, 1);
        add(&self.wrong, u32::from(!is_right || sequence <= last));
        add(&self.missing, sequence.wrapping_sub(last + 1));
        self.last.store(sequence, Ordering::Relaxed);
    }

    /// Whether over a thousand of its records were drained, and more than so many lost.
    pub fn was_busy(&self, lost: u32) -> bool {
        self.missing.load(Ordering::Relaxed) > lost && self.drained.load(Ordering::Relaxed) > 1000
    }
}

/// Adds to a count that one context writes.
pub fn add(count: &AtomicU32, n: u32) {
    count.store(count.load(Ordering::Relaxed).wrapping_add(n), Ordering::Relaxed);
}
