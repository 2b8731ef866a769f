//! Lane: a ring with one producer and one consumer.

use core::fmt;
use core::ops::Deref;

use portable_atomic::AtomicBool;

use super::{Full, Room, Storage, padding};
use crate::atomic::{AtomicUsize, AtomicWord, Ordering, Word};
use crate::frame::{Encode, Header, Kind, Writer};

/// A ring for one producer and one consumer: no contention, no compare-and-swap.
///
/// Lamport's queue with the index caches of Rigtorp's: each side keeps what it last saw of the
/// other's index and looks again only when that is not enough.
pub struct Lane<S> {
    /// What a push looks at.
    front: Padded<Front<S>>,
    /// Words consumed so far; written by the consumer.
    tail: Padded<AtomicUsize>,
    /// Whether the two ends were handed out.
    split: AtomicBool,
}

/// In one line, so that a push fetches no other but the frame's own.
struct Front<S> {
    /// Words claimed so far; written by the producer.
    head: AtomicUsize,
    words: S,
}

impl<S: Storage> Lane<S> {
    /// An empty lane over `words`.
    #[cfg(not(loom))]
    #[must_use]
    pub const fn new(words: S) -> Self {
        Self {
            front: Padded(Front { head: AtomicUsize::new(0), words }),
            tail: Padded(AtomicUsize::new(0)),
            split: AtomicBool::new(false),
        }
    }

    /// An empty lane over `words`.
    #[cfg(loom)]
    #[must_use]
    pub fn new(words: S) -> Self {
        Self {
            front: Padded(Front { head: AtomicUsize::new(0), words }),
            tail: Padded(AtomicUsize::new(0)),
            split: AtomicBool::new(false),
        }
    }

    /// Capacity in words.
    #[must_use]
    pub fn capacity(&self) -> usize {
        self.front.0.words.words().len()
    }

    /// What holds the words.
    pub const fn storage(&self) -> &S {
        &self.front.0.words
    }

    /// The two ends of the lane; `None` if they were handed out before.
    ///
    /// `lane` is any shared pointer: `&'static Lane`, `Arc<Lane>`, or a borrow.
    pub fn split<L: Deref<Target = Self> + Clone>(lane: L) -> Option<(Producer<L>, Consumer<L>)> {
        if lane.split.swap(true, Ordering::Relaxed) {
            return None;
        }
        let producer = Producer { lane: lane.clone(), head: 0, tail: 0 };
        Some((producer, Consumer { lane, tail: 0 }))
    }
}

impl<S> fmt::Debug for Lane<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lane")
            .field("head", &self.front.0.head)
            .field("tail", &self.tail.0)
            .finish()
    }
}

/// The writing end of a lane.
#[derive(Debug)]
pub struct Producer<L> {
    lane: L,
    head: usize,
    /// The tail as last seen.
    tail: usize,
}

impl<S: Storage, L: Deref<Target = Lane<S>>> Producer<L> {
    /// Puts a frame of `words` words, all of it or nothing: `frame` puts all words but the first,
    /// which is `header`.
    ///
    /// # Errors
    /// [`Full`] if there is no room now; with more than half the capacity there may never be.
    #[inline(always)]
    pub fn push(&mut self, words: usize, header: Word, frame: impl Encode) -> Result<(), Full> {
        let ring = self.lane.front.0.words.words();
        if !super::is_possible(words, ring.len()) {
            return Err(Full);
        }
        let room = Room::find(self.head, ring.len(), words);
        if room.next.wrapping_sub(self.tail) > ring.len() {
            self.tail = self.lane.tail.0.load(Ordering::Acquire);
            if room.next.wrapping_sub(self.tail) > ring.len() {
                return Err(Full);
            }
        }
        if room.padding != 0 {
            ring[self.head & (ring.len() - 1)].store(padding(room.padding), Ordering::Relaxed);
        }
        let words = &ring[room.at..room.at + words];
        frame.encode(&mut Writer::new(words));
        // Behind the others: in words that outlive the process, what has a header is whole.
        words[0].store(header, Ordering::Release);
        self.head = room.next;
        self.lane.front.0.head.store(room.next, Ordering::Release);
        Ok(())
    }

    /// Words that wait for the consumer, by what this end last saw of it: never too few.
    #[inline(always)]
    pub fn pending(&self) -> usize {
        self.head.wrapping_sub(self.tail)
    }

    /// Words put so far, paddings included; wraps with the integer.
    #[inline(always)]
    pub fn position(&self) -> usize {
        self.head
    }

    /// Words that wait for the consumer.
    pub fn refresh_pending(&mut self) -> usize {
        self.tail = self.lane.tail.0.load(Ordering::Acquire);
        self.pending()
    }

    /// The lane.
    pub fn lane(&self) -> &L {
        &self.lane
    }
}

/// The reading end of a lane.
#[derive(Debug)]
pub struct Consumer<L> {
    lane: L,
    tail: usize,
}

impl<S: Storage, L: Deref<Target = Lane<S>>> Consumer<L> {
    /// How far the producer has come: frames before this mark are whole.
    #[inline]
    pub fn mark(&self) -> usize {
        self.lane.front.0.head.load(Ordering::Acquire)
    }

    /// The words of the oldest frame before `mark`, its header first; `None` if there is none.
    ///
    /// They stay until [`Consumer::release`].
    #[inline]
    pub fn front(&mut self, mark: usize) -> Option<(Header, &[AtomicWord])> {
        loop {
            if self.tail == mark {
                return None;
            }
            let ring = self.lane.front.0.words.words();
            let at = self.tail & (ring.len() - 1);
            // Every frame before the mark has a header; should it not, the rest is given up.
            let header = Header::from_word(ring[at].load(Ordering::Relaxed))
                .filter(|header| header.words <= mark.wrapping_sub(self.tail));
            let Some(header) = header else {
                self.release_to(mark);
                return None;
            };
            if header.kind == Kind::Padding {
                // Given back with the frame behind it: they are published together.
                self.tail = self.tail.wrapping_add(header.words);
                continue;
            }
            let ring = self.lane.front.0.words.words();
            return Some((header, ring.get(at..at + header.words)?));
        }
    }

    /// Gives the room of a frame of `words` words back to the producer.
    #[inline]
    pub fn release(&mut self, words: usize) {
        self.release_to(self.tail.wrapping_add(words));
    }

    /// Goes on to the next frame, and keeps this one, of `words` words, where it is until
    /// [`Consumer::release_cleared`].
    #[inline]
    pub fn pass_over(&mut self, words: usize) {
        self.tail = self.tail.wrapping_add(words);
    }

    /// Whether frames were passed over that were not released.
    pub fn has_passed_over(&self) -> bool {
        self.lane.tail.0.load(Ordering::Relaxed) != self.tail
    }

    /// Gives back the room of all frames passed over, and leaves zeros there: then a word that is not
    /// zero where a frame would begin is the header of a frame that nobody consumed.
    pub fn release_cleared(&mut self) {
        let released = self.lane.tail.0.load(Ordering::Relaxed);
        let ring = self.lane.front.0.words.words();
        let (at, length) = (released & (ring.len() - 1), self.tail.wrapping_sub(released));
        let (before, after) = ring.split_at(at);
        for word in after.iter().chain(before).take(length) {
            word.store(0, Ordering::Relaxed);
        }
        self.release_to(self.tail);
    }

    /// Words consumed so far, to be compared with [`Consumer::mark`].
    #[inline]
    pub fn position(&self) -> usize {
        self.tail
    }

    /// The lane.
    pub fn lane(&self) -> &L {
        &self.lane
    }

    fn release_to(&mut self, tail: usize) {
        self.tail = tail;
        self.lane.tail.0.store(tail, Ordering::Release);
    }
}

/// Keeps what two cores write apart: two lines of 64 bytes, as processors fetch them in pairs.
#[cfg_attr(target_pointer_width = "64", repr(align(128)))]
struct Padded<T>(T);
