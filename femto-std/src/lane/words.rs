//! Where a lane's words live: on the heap, or in the mapped file of [`recover`](crate::recover).
//!
//! One type for both, so that a call need not ask which it is.
#![allow(unsafe_code)]

use core::fmt;
use core::ptr::NonNull;

use femto_core::AtomicWord;
use femto_core::ring::{self, Storage};

/// The words of a lane.
pub(crate) struct Words {
    words: NonNull<[AtomicWord]>,
    /// The lane's place in the mapped file; `None` on the heap.
    slot: Option<u32>,
}

// SAFETY: the words are atomics, which any thread may use, and `Words` owns them like a box or a
// `&'static` would.
unsafe impl Send for Words {}
// SAFETY: likewise.
unsafe impl Sync for Words {}

impl Words {
    /// New ones on the heap.
    pub(super) fn boxed(words: usize) -> Self {
        Self { words: NonNull::from(Box::leak(ring::boxed(words))), slot: None }
    }

    /// Those at a place in the mapped file.
    pub(crate) fn mapped(words: &'static [AtomicWord], slot: u32) -> Self {
        Self { words: NonNull::from(words), slot: Some(slot) }
    }

    /// The place in the mapped file.
    pub(crate) fn slot(&self) -> Option<u32> {
        self.slot
    }
}

impl Storage for Words {
    #[inline(always)]
    fn words(&self) -> &[AtomicWord] {
        // SAFETY: the words are a leaked box that `drop` alone frees, or live as long as the process.
        unsafe { self.words.as_ref() }
    }
}

impl Drop for Words {
    fn drop(&mut self) {
        if self.slot.is_none() {
            // SAFETY: without a slot, `boxed` made the pointer of a box; nobody else frees it.
            drop(unsafe { Box::from_raw(self.words.as_ptr()) });
        }
    }
}

impl fmt::Debug for Words {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Words({} words, slot {:?})", self.words.len(), self.slot)
    }
}
