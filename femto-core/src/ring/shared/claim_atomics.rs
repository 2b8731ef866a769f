//! Claims by compare-and-swap.

use super::{fill, to_the_end};
use crate::atomic::{AtomicBool, AtomicUsize, AtomicWord, Ordering};

/// Claims `words` words of `ring`, if they are free and nobody interferes.
#[inline(always)]
pub(super) fn try_claim<'r>(
    head: &AtomicUsize,
    tail: &AtomicUsize,
    ring: &'r [AtomicWord],
    words: usize,
) -> Option<&'r [AtomicWord]> {
    // Acquire: the zeros behind the tail are there before anybody claims them anew. Read before the
    // head, it is never ahead of it; at worst it is out of date, and room seems scarce.
    let consumed = tail.load(Ordering::Acquire);
    let seen = head.load(Ordering::Relaxed);
    let claimed = to_the_end(ring, seen).get(..words)?;
    let next = seen.wrapping_add(words);
    if next.wrapping_sub(consumed) > ring.len() {
        return None;
    }
    let swap = head.compare_exchange_weak(seen, next, Ordering::Relaxed, Ordering::Relaxed);
    swap.is_ok().then_some(claimed)
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
    let consumed = tail.load(Ordering::Acquire);
    let seen = head.load(Ordering::Relaxed);
    let rest = to_the_end(ring, seen);
    let skipped = if words <= rest.len() { 0 } else { rest.len() };
    let next = seen.wrapping_add(skipped);
    if next.wrapping_add(words).wrapping_sub(consumed) > ring.len() {
        return tail.load(Ordering::Relaxed) != consumed;
    }
    let order = Ordering::Relaxed;
    if skipped > 0 && head.compare_exchange_weak(seen, next, order, order).is_ok() {
        fill(rest);
    }
    true
}

/// Moves `index` from one position to the next; `false` if it is not there any more.
#[inline]
pub(super) fn advance(index: &AtomicUsize, from: usize, to: usize) -> bool {
    index.compare_exchange(from, to, Ordering::Relaxed, Ordering::Relaxed).is_ok()
}

/// Counts a frame. Apart, so that it costs the common case no registers.
#[cold]
#[inline(never)]
pub(super) fn count(frames: &AtomicUsize) {
    frames.fetch_add(1, Ordering::Relaxed);
}

/// Whether `flag` was taken by somebody else; else it is taken now.
pub(super) fn taken(flag: &AtomicBool) -> bool {
    flag.compare_exchange(false, true, Ordering::Acquire, Ordering::Relaxed).is_err()
}
