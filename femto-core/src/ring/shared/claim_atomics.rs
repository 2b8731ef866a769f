//! Claims by compare-and-swap.

use super::super::Room;
use crate::atomic::{AtomicBool, AtomicUsize, AtomicWord, Ordering};

/// Claims `words` words of `ring`; answers their position, `None` if it is full.
#[inline]
pub(super) fn claim(
    head: &AtomicUsize,
    tail: &AtomicUsize,
    ring: &[AtomicWord],
    words: usize,
) -> Option<usize> {
    loop {
        // Acquire: the zeros behind the tail are there before anybody claims them anew. Read before
        // the head, it is never ahead of it; at worst it is out of date, and room seems scarce.
        let consumed = tail.load(Ordering::Acquire);
        let seen = head.load(Ordering::Relaxed);
        let room = Room::find(seen, ring.len(), words);
        if room.next.wrapping_sub(consumed) > ring.len() {
            if tail.load(Ordering::Relaxed) != consumed {
                continue;
            }
            return None;
        }
        let swap =
            head.compare_exchange_weak(seen, room.next, Ordering::Relaxed, Ordering::Relaxed);
        if swap.is_ok() {
            super::fill(ring, seen, room);
            return Some(room.at);
        }
    }
}

/// Counts a refusal. Apart, so that it costs the common case no registers.
#[cold]
#[inline(never)]
pub(super) fn count(refused: &AtomicUsize) {
    refused.fetch_add(1, Ordering::Relaxed);
}

/// Whether `flag` was taken by somebody else; else it is taken now.
pub(super) fn taken(flag: &AtomicBool) -> bool {
    flag.compare_exchange(false, true, Ordering::Acquire, Ordering::Relaxed).is_err()
}
