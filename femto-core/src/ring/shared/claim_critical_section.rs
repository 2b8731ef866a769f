//! Claims in a short critical section of constant length, for targets without compare-and-swap.

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
    let (seen, room) = critical_section::with(|_| {
        let seen = head.load(Ordering::Relaxed);
        let room = Room::find(seen, ring.len(), words);
        if room.next.wrapping_sub(tail.load(Ordering::Acquire)) > ring.len() {
            return None;
        }
        head.store(room.next, Ordering::Relaxed);
        Some((seen, room))
    })?;
    super::fill(ring, seen, room);
    Some(room.at)
}

/// Counts a refusal. Apart, so that it costs the common case no registers.
#[cold]
#[inline(never)]
pub(super) fn count(refused: &AtomicUsize) {
    critical_section::with(|_| {
        refused.store(refused.load(Ordering::Relaxed).wrapping_add(1), Ordering::Relaxed);
    });
}

/// Whether `flag` was taken by somebody else; else it is taken now.
pub(super) fn taken(flag: &AtomicBool) -> bool {
    critical_section::with(|_| {
        let taken = flag.load(Ordering::Relaxed);
        flag.store(true, Ordering::Relaxed);
        taken
    })
}
