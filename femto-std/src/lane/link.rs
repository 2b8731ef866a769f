//! Link: what a thread and the collector share beside the ring. Locked by either for a moment.

use core::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use femto_core::ring::Consumer;
use femto_core::{WORD_BYTES, Word};

use super::Ring;

/// What a thread's lane and the collector share beside the ring.
#[derive(Debug)]
pub(crate) struct Link {
    /// Identifier and name of the thread; `None` if calls of several threads come here.
    pub(crate) thread: Option<(u64, String)>,
    /// The lane's number among all.
    pub(super) number: u64,
    /// Rings that the thread went on to, oldest first. All that comes is in the newest.
    next: Mutex<VecDeque<Consumer<Arc<Ring>>>>,
    /// Whether `next` has one.
    has_next: AtomicBool,
    /// Frames too large for the ring; a mark in the ring stands for each.
    aside: Mutex<VecDeque<Box<[Word]>>>,
    /// Whether the thread has ended: nothing more comes.
    pub(crate) has_ended: AtomicBool,
}

impl Link {
    pub(super) fn new(thread: Option<(u64, String)>) -> Self {
        static NUMBERS: AtomicU64 = AtomicU64::new(1);
        Self {
            thread,
            number: NUMBERS.fetch_add(1, Ordering::Relaxed),
            next: Mutex::default(),
            has_next: AtomicBool::new(false),
            aside: Mutex::default(),
            has_ended: AtomicBool::new(false),
        }
    }

    /// Says that the thread goes on to another ring.
    pub(super) fn add_next(&self, ring: Consumer<Arc<Ring>>) {
        let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        next.push_back(ring);
        self.has_next.store(true, Ordering::Release);
    }

    /// Whether the thread went on to another ring that was not taken yet.
    pub(crate) fn has_more(&self) -> bool {
        self.has_next.load(Ordering::Acquire)
    }

    pub(crate) fn take_next(&self) -> Option<Consumer<Arc<Ring>>> {
        let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        let taken = next.pop_front();
        self.has_next.store(!next.is_empty(), Ordering::Release);
        taken
    }

    /// Keeps a frame; its mark in the ring comes after.
    pub(super) fn put_aside(&self, frame: Box<[Word]>) {
        ASIDE.fetch_add(frame.len(), Ordering::Relaxed);
        self.aside.lock().unwrap_or_else(PoisonError::into_inner).push_back(frame);
    }

    pub(crate) fn take_aside(&self) -> Option<Box<[Word]>> {
        let taken = self.aside.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
        ASIDE.fetch_sub(taken.as_ref().map_or(0, |words| words.len()), Ordering::Relaxed);
        taken
    }

    /// Takes the newest back: its mark found no room.
    pub(super) fn drop_aside(&self) {
        let dropped = self.aside.lock().unwrap_or_else(PoisonError::into_inner).pop_back();
        ASIDE.fetch_sub(dropped.map_or(0, |words| words.len()), Ordering::Relaxed);
    }
}

/// Whether one more frame of this length may be kept aside.
pub(super) fn takes_aside(words: usize) -> bool {
    let used = ASIDE.load(Ordering::Relaxed);
    used == 0 || used + words <= MAX_ASIDE_WORDS
}

/// Words of all frames that are kept aside.
static ASIDE: AtomicUsize = AtomicUsize::new(0);
/// They take 32 MiB at most, or one frame that is larger.
const MAX_ASIDE_WORDS: usize = (32 << 20) / WORD_BYTES;
