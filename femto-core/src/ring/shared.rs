//! Shared ring: many producers, interrupts and other cores among them, and any number of consumers.

mod retain;
mod take;

pub(crate) use take::Scratch;

use core::fmt;

use super::{Full, Storage, padding};
use crate::atomic::{AtomicBool, AtomicUsize, AtomicWord, Ordering, Word};
use crate::frame::{Encode, Writer};

// Chosen once, here: how room is claimed. The flag lets a host test the other way.
#[cfg(all(any(loom, target_has_atomic = "ptr"), not(femto_critical_section)))]
#[path = "shared/claim_atomics.rs"]
mod claim;
#[cfg(not(all(any(loom, target_has_atomic = "ptr"), not(femto_critical_section))))]
#[path = "shared/claim_critical_section.rs"]
mod claim;

/// A ring that any thread or interrupt may write to and take from.
///
/// A producer claims room, writes its words with interrupts on, and commits by storing the first
/// word; a consumer stops at a claim that is not committed yet. When the ring is full,
/// [`SharedRing::push`] refuses the new frame, [`SharedRing::push_over`] takes the oldest out for it.
/// Either way it is counted: frames made = taken + overwritten + refused.
///
/// After Agrona's many-to-one ring buffer: whoever takes a frame leaves zeros behind, so that a word
/// which is not zero where a frame begins is its header. Unlike there, several may take: a consumer
/// copies the frame, then owns it by moving an index beyond it, clears it, and moves the tail up to
/// there. While the two differ a frame is *being taken*: nobody else can take one, and nobody waits.
///
/// # Examples
/// ```
/// use femto_core::frame::{Header, Kind, Writer};
/// use femto_core::ring::{Full, SharedRing};
/// use femto_core::{AtomicWord, Level};
///
/// static RING: SharedRing<[AtomicWord; 16]> =
///     SharedRing::new([const { AtomicWord::new(0) }; 16]);
///
/// let header = Header { words: 8, level: Level::INFO, values: 0, kind: Kind::Local, site: 0 };
/// let words = |to: &mut Writer<'_>| to.word(7);
/// assert_eq!(RING.push(8, header.to_word(), words), Ok(()));
/// assert_eq!(RING.push(8, header.to_word(), words), Ok(()));
/// assert_eq!(RING.push(8, header.to_word(), words), Err(Full));
/// assert_eq!(RING.push_over(8, header.to_word(), words), Ok(()));
/// assert_eq!((RING.refused(), RING.overwritten()), (1, 1));
///
/// let (mut scratch, mut taken) = ([0; 128], 0);
/// let mark = RING.mark();
/// while let Some((header, bytes)) = RING.pop(mark, &mut scratch) {
///     assert_eq!((header.level, bytes.len()), (Level::INFO, 8 * femto_core::WORD_BYTES));
///     taken += 1;
/// }
/// assert_eq!(taken, 2);
/// ```
// In this order, so that the small fields are near the address that a caller has.
#[repr(C)]
pub struct SharedRing<S> {
    /// Words claimed so far.
    head: AtomicUsize,
    /// Words free again so far.
    tail: AtomicUsize,
    /// Words taken so far: the tail, but while a frame is being taken.
    next: AtomicUsize,
    /// Frames refused.
    refused: AtomicUsize,
    /// Frames overwritten.
    overwritten: AtomicUsize,
    /// The most words that were in use when one was taken.
    high_water: AtomicUsize,
    /// Whether somebody drains.
    draining: AtomicBool,
    words: S,
}

macro_rules! new {
    ($words:ident) => {
        Self {
            head: AtomicUsize::new(0),
            tail: AtomicUsize::new(0),
            next: AtomicUsize::new(0),
            refused: AtomicUsize::new(0),
            overwritten: AtomicUsize::new(0),
            high_water: AtomicUsize::new(0),
            draining: AtomicBool::new(false),
            words: $words,
        }
    };
}

impl<S: Storage> SharedRing<S> {
    /// An empty ring over `words`, which must be zero.
    #[cfg(not(loom))]
    #[must_use]
    pub const fn new(words: S) -> Self {
        new!(words)
    }

    /// An empty ring over `words`, which must be zero.
    #[cfg(loom)]
    #[must_use]
    pub fn new(words: S) -> Self {
        new!(words)
    }

    /// Capacity in words.
    #[must_use]
    pub fn capacity(&self) -> usize {
        self.words.words().len()
    }

    /// Words in use: claimed, and not taken yet.
    #[must_use]
    pub fn used(&self) -> usize {
        // The tail first: the head is never behind it.
        let tail = self.tail.load(Ordering::Acquire);
        self.head.load(Ordering::Relaxed).wrapping_sub(tail).min(self.capacity())
    }

    /// The most words that were in use so far.
    #[must_use]
    pub fn high_water(&self) -> usize {
        self.high_water.load(Ordering::Relaxed).max(self.used())
    }

    /// Frames refused since the start, modulo the width of a pointer.
    #[must_use]
    pub fn refused(&self) -> usize {
        self.refused.load(Ordering::Relaxed)
    }

    /// Frames that made room for newer ones since the start, modulo the width of a pointer.
    #[must_use]
    pub fn overwritten(&self) -> usize {
        self.overwritten.load(Ordering::Relaxed)
    }

    /// Whether nothing waits.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.head.load(Ordering::Relaxed) == self.tail.load(Ordering::Relaxed)
    }

    /// Puts a frame of `words` words: `frame` puts all words but the first, which is `header`.
    ///
    /// # Errors
    /// [`Full`] if there is no room; the frame was counted as refused.
    #[inline(always)]
    pub fn push(&self, words: usize, header: Word, frame: impl Encode) -> Result<(), Full> {
        Self::fill(self.claim(words), header, frame)
    }

    /// Puts a frame as [`SharedRing::push`] does, in place of the oldest ones if there is no room.
    ///
    /// # Errors
    /// [`Full`] if the oldest frame is being written or taken, or if no ring of this size could hold
    /// the frame; it was counted as refused.
    pub fn push_over(&self, words: usize, header: Word, frame: impl Encode) -> Result<(), Full> {
        Self::fill(self.claim_over(words), header, frame)
    }

    #[inline(always)]
    fn fill(room: Option<&[AtomicWord]>, header: Word, frame: impl Encode) -> Result<(), Full> {
        let Some([first, rest @ ..]) = room else { return Err(Full) };
        frame.encode(&mut Writer::after_header(rest));
        first.store(header, Ordering::Release);
        Ok(())
    }

    /// Claims room for a frame of `words` words; `None` if there is none, which was counted.
    ///
    /// Until the first of its words is stored, with [`Ordering::Release`], nothing that was claimed
    /// later can be read.
    pub(crate) fn claim(&self, words: usize) -> Option<&[AtomicWord]> {
        let room = self.claim_uncounted(words);
        if room.is_none() {
            self.refuse();
        }
        room
    }

    /// [`SharedRing::claim`] for whoever tries again, and then calls [`SharedRing::refuse`].
    pub(crate) fn claim_uncounted(&self, words: usize) -> Option<&[AtomicWord]> {
        self.claim_or(words, |_| false)
    }

    /// Claims as [`SharedRing::claim`] does, and takes the oldest frames out until there is room.
    pub(crate) fn claim_over(&self, words: usize) -> Option<&[AtomicWord]> {
        let room = self.claim_or(words, |tail| self.evict(tail));
        if room.is_none() {
            self.refuse();
        }
        room
    }

    /// Claims; `make_room`, told the tail that left too little room, says whether to try again.
    #[inline]
    fn claim_or(&self, words: usize, make_room: impl Fn(usize) -> bool) -> Option<&[AtomicWord]> {
        let ring = self.words.words();
        if !super::is_possible(words, ring.len()) {
            return None;
        }
        loop {
            if let Some(room) = self.try_claim(words) {
                return Some(room);
            }
            let tail = self.tail.load(Ordering::Acquire);
            if !claim::make_room(&self.head, &self.tail, ring, words) && !make_room(tail) {
                return None;
            }
        }
    }

    /// Claims room in the usual case: `None` says only that [`SharedRing::claim`] has to be asked.
    /// `words` is possible.
    #[inline(always)]
    pub(crate) fn try_claim(&self, words: usize) -> Option<&[AtomicWord]> {
        claim::try_claim(&self.head, &self.tail, self.words.words(), words)
    }

    /// Counts a frame that was not put.
    #[cold]
    pub(crate) fn refuse(&self) {
        claim::count(&self.refused);
    }

    /// What holds the words.
    #[inline(always)]
    pub(crate) const fn storage(&self) -> &S {
        &self.words
    }
}

impl<S> fmt::Debug for SharedRing<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SharedRing")
            .field("head", &self.head)
            .field("tail", &self.tail)
            .field("refused", &self.refused)
            .field("overwritten", &self.overwritten)
            .finish_non_exhaustive()
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
