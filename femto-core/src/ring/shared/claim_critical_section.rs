//! Claims in a short critical section of constant length, for targets without compare-and-swap.

use super::{fill, to_the_end};
use crate::atomic::{AtomicBool, AtomicUsize, AtomicWord, Ordering, with};

/// Claims `words` words of `ring`, if they are free.
#[inline(always)]
pub(super) fn try_claim<'r>(
    head: &AtomicUsize,
    tail: &AtomicUsize,
    ring: &'r [AtomicWord],
    words: usize,
) -> Option<&'r [AtomicWord]> {
    with(|_| {
        let seen = head.load(Ordering::Relaxed);
        let claimed = to_the_end(ring, seen).get(..words)?;
        let next = seen.wrapping_add(words);
        if next.wrapping_sub(tail.load(Ordering::Acquire)) > ring.len() {
            return None;
        }
        head.store(next, Ordering::Relaxed);
        Some(claimed)
    })
}

/// After a try that failed: whether another one makes sense.
///
/// Where the frame does not fit before the end but then at the start, claims the end and fills it. A
/// claim of its own: whoever comes before the frame's takes the start.
#[cold]
#[inline(never)]
pub(super) fn make_room(
    head: &AtomicUsize,
    tail: &AtomicUsize,
    ring: &[AtomicWord],
    words: usize,
) -> bool {
    let skipped = with(|_| {
        let seen = head.load(Ordering::Relaxed);
        let rest = to_the_end(ring, seen);
        let skipped = if words <= rest.len() { &[] } else { rest };
        let next = seen.wrapping_add(skipped.len());
        let consumed = tail.load(Ordering::Acquire);
        if next.wrapping_add(words).wrapping_sub(consumed) > ring.len() {
            return None;
        }
        head.store(next, Ordering::Relaxed);
        Some(skipped)
    });
    skipped.map(fill).is_some()
}

/// Moves `index` from one position to the next; `false` if it is not there any more.
#[inline]
pub(super) fn advance(index: &AtomicUsize, from: usize, to: usize) -> bool {
    with(|_| {
        let is_there = index.load(Ordering::Relaxed) == from;
        if is_there {
            index.store(to, Ordering::Relaxed);
        }
        is_there
    })
}

/// Counts a frame. Apart, so that it costs the common case no registers.
#[cold]
#[inline(never)]
pub(super) fn count(frames: &AtomicUsize) {
    with(|_| {
        frames.store(frames.load(Ordering::Relaxed).wrapping_add(1), Ordering::Relaxed);
    });
}

/// Whether `flag` was taken by somebody else; else it is taken now.
pub(super) fn taken(flag: &AtomicBool) -> bool {
    with(|_| {
        let taken = flag.load(Ordering::Acquire);
        // Given back outside any section: what was not free here must not be stored over.
        if !taken {
            flag.store(true, Ordering::Relaxed);
        }
        taken
    })
}
