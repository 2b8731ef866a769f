//! Taking frames out of a shared ring: for the *drain*, and on the *caller* to make room.
//!
//! A frame is owned by whoever moves `next` beyond it, from a tail that `next` was equal to. Both only
//! grow, so what was read of the frame before that is whole: nobody cleared it meanwhile.

use super::{SharedRing, claim};
use crate::atomic::{AtomicWord, Ordering, WORD_BYTES};
use crate::frame::{Header, Kind};
use crate::ring::Storage;

impl<S: Storage> SharedRing<S> {
    /// The position behind all that was put so far, for [`SharedRing::pop`].
    #[must_use]
    pub fn mark(&self) -> usize {
        self.head.load(Ordering::Relaxed)
    }

    /// Takes the oldest frame out, if it lies before `mark` and is committed: its header, and a copy
    /// of its words as little-endian bytes in `scratch`, which cuts it at a word if it is too small.
    ///
    /// `None` also while somebody else is taking one. Any number of contexts may pop at once, and be
    /// interrupted by each other and by producers: nobody waits, and each frame is taken once.
    pub fn pop<'s>(&self, mark: usize, scratch: &'s mut [u8]) -> Option<(Header, &'s [u8])> {
        let (chunks, _) = scratch.as_chunks_mut();
        let (header, copied) = self.pop_by(mark, false, |oldest| oldest.copy(chunks))?;
        Some((header, chunks[..copied].as_flattened()))
    }

    /// [`SharedRing::pop`] for when all else has stopped: does not mind a frame that another context
    /// is taking, and takes those behind it.
    ///
    /// The room is not used again where that context never comes back.
    pub fn pop_beside<'s>(&self, mark: usize, scratch: &'s mut [u8]) -> Option<(Header, &'s [u8])> {
        let (chunks, _) = scratch.as_chunks_mut();
        let (header, copied) = self.pop_by(mark, true, |oldest| oldest.copy(chunks))?;
        Some((header, chunks[..copied].as_flattened()))
    }

    /// [`SharedRing::pop`], or with `is_last` [`SharedRing::pop_beside`], into room that nobody filled
    /// with zeros before.
    pub(crate) fn pop_into<'s, const WORDS: usize>(
        &self,
        mark: usize,
        is_last: bool,
        scratch: &'s mut Scratch<WORDS>,
    ) -> Option<(Header, &'s [u8])> {
        let (header, ()) = self.pop_by(mark, is_last, |oldest| {
            scratch.clear();
            for word in oldest.frame {
                let _ = scratch.push(word.load(Ordering::Relaxed).to_le_bytes());
            }
        })?;
        Some((header, scratch.as_flattened()))
    }

    /// Takes the oldest frame out, after `copy`, which may see others before that somebody else takes.
    #[inline]
    fn pop_by<C>(
        &self,
        mark: usize,
        is_last: bool,
        mut copy: impl FnMut(&Oldest<'_>) -> C,
    ) -> Option<(Header, C)> {
        loop {
            let oldest = self.oldest(mark, is_last)?;
            let copied = copy(&oldest);
            if self.take(&oldest) && !oldest.is_padding() {
                return Some((oldest.header, copied));
            }
        }
    }

    /// Takes committed frames out, oldest first, until one is not committed, those are out that
    /// were there at the start, or `take` answers `false` (its frame is taken all the same).
    ///
    /// What is logged meanwhile waits for the next drain, so that a sink that logs comes to an end.
    ///
    /// `take` gets what [`SharedRing::pop`] gives.
    ///
    /// Answers whether it could look: `false` if another drain is at work, so that what two of them
    /// write is not mixed.
    pub fn drain(&self, scratch: &mut [u8], mut take: impl FnMut(Header, &[u8]) -> bool) -> bool {
        if !self.begin_drain() {
            return false;
        }
        let mark = self.mark();
        while let Some((header, bytes)) = self.pop(mark, scratch) {
            if !take(header, bytes) {
                break;
            }
        }
        self.end_drain();
        true
    }

    /// Words that are claimed and that [`SharedRing::pop_beside`] did not reach.
    pub(crate) fn unreached(&self) -> usize {
        let next = self.next.load(Ordering::Relaxed);
        self.mark().wrapping_sub(next).min(self.capacity())
    }

    /// Whether [`SharedRing::pop`] would give something.
    #[cfg(feature = "async")]
    pub(crate) fn is_ready(&self) -> bool {
        self.oldest(self.mark(), false).is_some()
    }

    /// Whether this context may drain now; then it calls [`SharedRing::end_drain`].
    pub(crate) fn begin_drain(&self) -> bool {
        !claim::taken(&self.draining)
    }

    /// See [`SharedRing::begin_drain`].
    pub(crate) fn end_drain(&self) {
        self.draining.store(false, Ordering::Release);
    }

    /// Takes the oldest frame out to make room, where the tail is still what it was when room was
    /// short. Whether to try again: not if that frame is being written or taken.
    #[cold]
    #[inline(never)]
    pub(super) fn evict(&self, tail: usize) -> bool {
        let Some(oldest) = self.oldest(self.mark(), false) else {
            return self.tail.load(Ordering::Relaxed) != tail;
        };
        if oldest.at == tail && self.take(&oldest) && !oldest.is_padding() {
            claim::count(&self.overwritten);
        }
        true
    }

    /// The oldest frame that is not being taken, or with `is_last` the one behind that.
    #[inline]
    pub(super) fn oldest(&self, mark: usize, is_last: bool) -> Option<Oldest<'_>> {
        // Acquire: whoever moved the tail had moved `next` up to there before.
        let tail = self.tail.load(Ordering::Acquire);
        let at = self.next.load(Ordering::Relaxed);
        // Up to half the range of the integer behind the mark counts as behind it.
        let is_before = (mark.wrapping_sub(at) as isize) > 0;
        if !is_before || at != tail && !is_last {
            return None;
        }
        let rest = super::to_the_end(self.words.words(), at);
        let header = Header::from_word(rest.first()?.load(Ordering::Acquire))?;
        Some(Oldest { at, tail, header, frame: rest.get(..header.words)? })
    }

    /// Owns a frame, clears it, and frees its room; `false` if it was not the oldest any more.
    #[inline]
    pub(crate) fn take(&self, oldest: &Oldest<'_>) -> bool {
        let &Oldest { at, tail, frame, .. } = oldest;
        let end = at.wrapping_add(frame.len());
        if !claim::advance(&self.next, at, end) {
            return false;
        }
        // Between two that take, use only grows: this is where it is highest.
        let used = || self.mark().wrapping_sub(tail);
        if cfg!(not(loom)) && self.high_water.load(Ordering::Relaxed) < used() {
            self.high_water.store(used(), Ordering::Relaxed);
        }
        for word in frame {
            word.store(0, Ordering::Relaxed);
        }
        if at == tail {
            self.tail.store(end, Ordering::Release);
        }
        true
    }
}

/// Room for a frame of up to `WORDS` words.
pub(crate) type Scratch<const WORDS: usize> = heapless::Vec<[u8; WORD_BYTES], WORDS>;

/// A committed frame, as one context saw it.
pub(crate) struct Oldest<'r> {
    /// Its position.
    pub(super) at: usize,
    /// The tail at the time.
    tail: usize,
    header: Header,
    frame: &'r [AtomicWord],
}

impl Oldest<'_> {
    pub(super) fn is_padding(&self) -> bool {
        self.header.kind == Kind::Padding
    }

    /// Copies the words; answers how many there was room for.
    #[inline]
    pub(super) fn copy(&self, to: &mut [[u8; WORD_BYTES]]) -> usize {
        for (chunk, word) in to.iter_mut().zip(self.frame) {
            *chunk = word.load(Ordering::Relaxed).to_le_bytes();
        }
        to.len().min(self.frame.len())
    }
}
