//! Claims by compare-and-swap.

use super::{fill, to_the_end};
use crate::atomic::{AtomicBool, AtomicUsize, AtomicWord, Ordering};

/// Claims `words` words of `ring`; `None` if it is full.
#[inline(always)]
pub(super) fn claim<'r>(
    head: &AtomicUsize,
    tail: &AtomicUsize,
    ring: &'r [AtomicWord],
    words: usize,
) -> Option<&'r [AtomicWord]> {
    loop {
        // Acquire: the zeros behind the tail are there before anybody claims them anew. Read before
        // the head, it is never ahead of it; at worst it is out of date, and room seems scarce.
        let consumed = tail.load(Ordering::Acquire);
        let seen = head.load(Ordering::Relaxed);
        let Some(claimed) = to_the_end(ring, seen).get(..words) else {
            if skip_the_end(head, tail, ring, words) {
                continue;
            }
            return None;
        };
        let next = seen.wrapping_add(words);
        if next.wrapping_sub(consumed) > ring.len() {
            if tail.load(Ordering::Relaxed) != consumed {
                continue;
            }
            return None;
        }
        if head.compare_exchange_weak(seen, next, Ordering::Relaxed, Ordering::Relaxed).is_ok() {
            return Some(claimed);
        }
    }
}

/// Claims and fills what is left before the end, if a frame does not fit there but then at the start;
/// `false` if it does not. A claim of its own: whoever comes before the frame's takes the start.
#[cold]
#[inline(never)]
fn skip_the_end(head: &AtomicUsize, tail: &AtomicUsize, ring: &[AtomicWord], words: usize) -> bool {
    loop {
        let consumed = tail.load(Ordering::Acquire);
        let seen = head.load(Ordering::Relaxed);
        let rest = to_the_end(ring, seen);
        if words <= rest.len() {
            return true;
        }
        let next = seen.wrapping_add(rest.len());
        if next.wrapping_add(words).wrapping_sub(consumed) > ring.len() {
            if tail.load(Ordering::Relaxed) != consumed {
                continue;
            }
            return false;
        }
        if head.compare_exchange_weak(seen, next, Ordering::Relaxed, Ordering::Relaxed).is_ok() {
            fill(rest);
            return true;
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
