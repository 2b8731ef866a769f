//! Ring: frames wait here between the *caller* and the *collector* or *drain*.
//!
//! The words live wherever [`Storage`] says; two ways to claim room in them: a [`Lane`] has one
//! producer, a [`SharedRing`] many, interrupts included. A frame lies in one piece; where it would
//! not fit before the end, padding fills the rest. No `unsafe`: every word is an atomic.

mod lane;
mod shared;

pub use lane::{Consumer, Lane, Producer};
pub(crate) use shared::Scratch;
pub use shared::SharedRing;

use core::fmt;

use crate::atomic::{AtomicWord, Word};
use crate::frame::Header;

/// Where the words of a ring live: a static array, a boxed slice.
pub trait Storage: 'static {
    /// The words. Always the same; their number is a power of two, at least 16.
    fn words(&self) -> &[AtomicWord];
}

impl<const N: usize> Storage for [AtomicWord; N] {
    #[inline(always)]
    fn words(&self) -> &[AtomicWord] {
        const {
            assert!(N.is_power_of_two() && N >= LEAST, "a ring's size is a power of two >= 16");
        }
        self
    }
}

#[cfg(feature = "alloc")]
impl Storage for alloc::boxed::Box<[AtomicWord]> {
    #[inline(always)]
    fn words(&self) -> &[AtomicWord] {
        self
    }
}

/// Words for a ring on the heap, `words` rounded up to a power of two of at least 16.
#[cfg(feature = "alloc")]
#[must_use]
pub fn boxed(words: usize) -> alloc::boxed::Box<[AtomicWord]> {
    (0..words.max(16).next_power_of_two()).map(|_| AtomicWord::new(0)).collect()
}

/// A model checker has to look at every word.
const LEAST: usize = if cfg!(loom) { 8 } else { 16 };

/// The frame does not fit: the ring is full, or smaller than the frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Full;

impl fmt::Display for Full {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the ring has no room for the frame")
    }
}

impl core::error::Error for Full {}

/// Where a claim of `words` lies in a ring of `capacity` words whose next free word is `head`.
///
/// `head` and `tail` count words and wrap with the integer; `capacity` is a power of two.
#[derive(Clone, Copy)]
struct Room {
    /// Words of padding before the frame.
    padding: usize,
    /// Position of the frame.
    at: usize,
    /// The head after the claim.
    next: usize,
}

impl Room {
    #[inline(always)]
    fn find(head: usize, capacity: usize, words: usize) -> Self {
        let at = head & (capacity - 1);
        let to_end = capacity - at;
        if words <= to_end {
            Self { padding: 0, at, next: head.wrapping_add(words) }
        } else {
            Self { padding: to_end, at: 0, next: head.wrapping_add(to_end + words) }
        }
    }
}

/// Whether a frame of `words` words can ever lie in a ring of `capacity` words.
#[inline(always)]
const fn is_possible(words: usize, capacity: usize) -> bool {
    words != 0 && words <= capacity && words <= Header::MAX_WORDS
}

/// The header of a stretch of padding.
#[inline]
pub(crate) fn padding(words: usize) -> Word {
    let kind = crate::frame::Kind::Padding;
    Header { words, level: crate::Level::NOTSET, values: 0, kind, site: 0 }.to_word()
}
