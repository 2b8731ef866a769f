//! The atomics of the ring and the globals: `core`'s, or `loom`'s while the ring is model-checked.

#[cfg(not(loom))]
pub(crate) use core::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
#[cfg(loom)]
pub(crate) use loom::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

#[cfg(all(not(loom), not(target_pointer_width = "64")))]
pub use core::sync::atomic::AtomicU32 as AtomicWord;
#[cfg(all(not(loom), target_pointer_width = "64"))]
pub use core::sync::atomic::AtomicU64 as AtomicWord;
#[cfg(all(loom, target_pointer_width = "64"))]
pub use loom::sync::atomic::AtomicU64 as AtomicWord;

/// The unit of rings and local frames: 64 bits on servers, 32 on microcontrollers.
#[cfg(target_pointer_width = "64")]
pub type Word = u64;
/// The unit of rings and local frames: 64 bits on servers, 32 on microcontrollers.
#[cfg(not(target_pointer_width = "64"))]
pub type Word = u32;

/// Bytes in a [`Word`].
pub const WORD_BYTES: usize = size_of::<Word>();

/// The words of a ring of `bytes` bytes, for its type: rounded up to what a [`RingHandler`](crate::RingHandler)
/// can have, a power of two, 32 at least.
///
/// Types of rings count words, 4 bytes each on a microcontroller and 8 on a server; statistics count bytes.
///
/// # Examples
/// ```
/// use femto_core::{Handler, RingHandler, words};
///
/// static RING: RingHandler<{ words(1024) }> = RingHandler::new();
/// assert_eq!(RING.statistics().capacity, 1024);
/// ```
#[must_use]
pub const fn words(bytes: usize) -> usize {
    let words = bytes.div_ceil(WORD_BYTES).next_power_of_two();
    if words < 32 { 32 } else { words }
}

#[cfg(all(not(loom), any(not(target_has_atomic = "ptr"), femto_critical_section)))]
pub(crate) use critical_section::with;

/// A critical section that `loom` knows of.
#[cfg(all(loom, femto_critical_section))]
pub(crate) fn with<R>(f: impl FnOnce(()) -> R) -> R {
    loom::lazy_static! {
        static ref SECTION: loom::sync::Mutex<()> = loom::sync::Mutex::new(());
    }
    let inside = SECTION.lock();
    let result = f(());
    drop(inside);
    result
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn words_are_enough_and_as_few_as_a_ring_can_have() {
        for bytes in (0..3000).chain([65_536, 65_537]) {
            let words = words(bytes);
            assert!(words.is_power_of_two() && words >= 32 && words * WORD_BYTES >= bytes);
            assert!(words == 32 || words / 2 * WORD_BYTES < bytes, "{bytes}");
        }
    }
}
