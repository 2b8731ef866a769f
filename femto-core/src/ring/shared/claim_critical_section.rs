//! Claims in a short critical section of constant length, for targets without compare-and-swap.

use super::{Full, fill, to_the_end};
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
        let claimed = critical_section::with(|_| {
            let seen = head.load(Ordering::Relaxed);
            let rest = to_the_end(ring, seen).get(..words);
            if rest.is_some() {
                let next = seen.wrapping_add(words);
                if next.wrapping_sub(tail.load(Ordering::Acquire)) > ring.len() {
                    return Err(Full);
                }
                head.store(next, Ordering::Relaxed);
            }
            Ok(rest)
        });
        match claimed {
            Ok(Some(claimed)) => return Some(claimed),
            Ok(None) if skip_the_end(head, tail, ring, words) => {}
            _ => return None,
        }
    }
}

/// Claims and fills what is left before the end, if a frame does not fit there but then at the start;
/// `false` if it does not. A claim of its own: whoever comes before the frame's takes the start.
#[cold]
#[inline(never)]
fn skip_the_end(head: &AtomicUsize, tail: &AtomicUsize, ring: &[AtomicWord], words: usize) -> bool {
    let claimed = critical_section::with(|_| {
        let seen = head.load(Ordering::Relaxed);
        let rest = to_the_end(ring, seen);
        if words <= rest.len() {
            return Some(&ring[..0]);
        }
        let next = seen.wrapping_add(rest.len());
        let free = ring.len() - next.wrapping_sub(tail.load(Ordering::Acquire)).min(ring.len());
        if words > free {
            return None;
        }
        head.store(next, Ordering::Relaxed);
        Some(rest)
    });
    claimed.map(fill).is_some()
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
