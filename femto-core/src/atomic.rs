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
