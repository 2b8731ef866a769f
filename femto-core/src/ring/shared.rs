//! Shared ring: many producers, interrupts and other cores among them, and one consumer.

use core::fmt;

use super::{Full, Storage, padding};
use crate::atomic::{AtomicBool, AtomicUsize, AtomicWord, Ordering, Word};
use crate::frame::{Encode, Header, Kind, Writer};

// Chosen once, here: how room is claimed.
#[cfg(any(loom, target_has_atomic = "ptr"))]
#[path = "shared/claim_atomics.rs"]
mod claim;
#[cfg(not(any(loom, target_has_atomic = "ptr")))]
#[path = "shared/claim_critical_section.rs"]
mod claim;

/// A ring that any thread or interrupt may write to, and one at a time reads.
///
/// A producer claims room, writes its words with interrupts on, and commits by storing the first
/// word; the consumer stops at a claim that is not committed yet. Full means that the newest record
/// is refused and counted. After Agrona's many-to-one ring buffer: the consumer leaves zeros behind,
/// so that a word which is not zero where a frame begins is its header.
// In this order, so that the small fields are near the address that a caller has.
#[repr(C)]
pub struct SharedRing<S> {
    /// Words claimed so far.
    head: AtomicUsize,
    /// Words consumed so far.
    tail: AtomicUsize,
    /// Frames refused.
    refused: AtomicUsize,
    /// Whether somebody is reading.
    reading: AtomicBool,
    words: S,
}

impl<S: Storage> SharedRing<S> {
    /// An empty ring over `words`, which must be zero.
    #[cfg(not(loom))]
    #[must_use]
    pub const fn new(words: S) -> Self {
        Self {
            head: AtomicUsize::new(0),
            tail: AtomicUsize::new(0),
            refused: AtomicUsize::new(0),
            reading: AtomicBool::new(false),
            words,
        }
    }

    /// An empty ring over `words`, which must be zero.
    #[cfg(loom)]
    #[must_use]
    pub fn new(words: S) -> Self {
        Self {
            head: AtomicUsize::new(0),
            tail: AtomicUsize::new(0),
            refused: AtomicUsize::new(0),
            reading: AtomicBool::new(false),
            words,
        }
    }

    /// Capacity in words.
    #[must_use]
    pub fn capacity(&self) -> usize {
        self.words.words().len()
    }

    /// Frames refused since the start, modulo the width of a pointer.
    #[must_use]
    pub fn refused(&self) -> usize {
        self.refused.load(Ordering::Relaxed)
    }

    /// Puts a frame of `words` words: `frame` puts all words but the first, which is `header`.
    ///
    /// # Errors
    /// [`Full`] if there is no room; the frame was counted as refused.
    #[inline(always)]
    pub fn push(&self, words: usize, header: Word, frame: impl Encode) -> Result<(), Full> {
        let Some([first, rest @ ..]) = self.claim(words) else { return Err(Full) };
        frame.encode(&mut Writer::after_header(rest));
        first.store(header, Ordering::Release);
        Ok(())
    }

    /// Claims room for a frame of `words` words; `None` if there is none, which was counted.
    ///
    /// Until the first of its words is stored, with [`Ordering::Release`], nothing that was claimed
    /// later can be read.
    pub(crate) fn claim(&self, words: usize) -> Option<&[AtomicWord]> {
        let ring = self.words.words();
        let mut may_fit = super::is_possible(words, ring.len());
        while may_fit {
            if let Some(room) = self.try_claim(words) {
                return Some(room);
            }
            may_fit = claim::make_room(&self.head, &self.tail, ring, words);
        }
        claim::count(&self.refused);
        None
    }

    /// Claims room in the usual case: `None` says only that [`SharedRing::claim`] has to be asked.
    /// `words` is possible.
    #[inline(always)]
    pub(crate) fn try_claim(&self, words: usize) -> Option<&[AtomicWord]> {
        claim::try_claim(&self.head, &self.tail, self.words.words(), words)
    }

    /// Takes committed frames out, oldest first, until one is not committed, those are out that
    /// were there at the start, or `take` answers `false` (its frame is taken all the same).
    ///
    /// What is logged meanwhile waits for the next drain, so that a sink that logs comes to an end.
    ///
    /// `take` gets the header and a copy of the words as little-endian bytes, in `scratch`. A frame
    /// that `scratch` is too small for is cut at its end.
    ///
    /// Answers whether it could look: `false` if another consumer is at work.
    pub fn drain(&self, scratch: &mut [u8], mut take: impl FnMut(Header, &[u8]) -> bool) -> bool {
        if claim::taken(&self.reading) {
            return false;
        }
        let ring = self.words.words();
        let end = self.head.load(Ordering::Relaxed);
        let mut tail = self.tail.load(Ordering::Relaxed);
        while tail != end {
            let at = tail & (ring.len() - 1);
            let first = ring[at].load(Ordering::Acquire);
            let Some(header) = Header::from_word(first) else { break };
            let Some(frame) = ring.get(at..at + header.words) else { break };
            let (chunks, _) = scratch.as_chunks_mut();
            for (chunk, word) in chunks.iter_mut().zip(frame) {
                *chunk = word.load(Ordering::Relaxed).to_le_bytes();
            }
            for word in frame {
                word.store(0, Ordering::Relaxed);
            }
            tail = tail.wrapping_add(header.words);
            self.tail.store(tail, Ordering::Release);
            let length = scratch.len().min(size_of_val(frame));
            if header.kind != Kind::Padding && !take(header, &scratch[..length]) {
                break;
            }
        }
        self.reading.store(false, Ordering::Release);
        true
    }

    /// What holds the words.
    #[inline(always)]
    pub(crate) const fn storage(&self) -> &S {
        &self.words
    }

    /// Whether nothing waits.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.head.load(Ordering::Relaxed) == self.tail.load(Ordering::Relaxed)
    }
}

impl<S> fmt::Debug for SharedRing<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SharedRing")
            .field("head", &self.head)
            .field("tail", &self.tail)
            .field("refused", &self.refused)
            .finish()
    }
}

/// What lies between the head, at `position`, and the end.
#[inline(always)]
fn to_the_end(ring: &[AtomicWord], position: usize) -> &[AtomicWord] {
    &ring[position & (ring.len() - 1)..]
}

/// Fills `rest`, what is left before the end, which was claimed because a frame did not fit.
fn fill(rest: &[AtomicWord]) {
    if let [first, ..] = rest {
        first.store(padding(rest.len()), Ordering::Release);
    }
}
