//! Claims in a short critical section of constant length, for targets without compare-and-swap.

use super::super::{Full, Room};
use crate::atomic::{AtomicBool, AtomicUsize, AtomicWord, Ordering};

/// Claims `words` words of `ring`; answers their position.
#[inline]
pub(super) fn claim(
    head: &AtomicUsize,
    tail: &AtomicUsize,
    refused: &AtomicUsize,
    ring: &[AtomicWord],
    words: usize,
) -> Result<usize, Full> {
    let (seen, room) = critical_section::with(|_| {
        let seen = head.load(Ordering::Relaxed);
        let room = Room::find(seen, ring.len(), words);
        if room.next.wrapping_sub(tail.load(Ordering::Acquire)) > ring.len() {
            count(refused);
            return Err(Full);
        }
        head.store(room.next, Ordering::Relaxed);
        Ok((seen, room))
    })?;
    super::fill(ring, seen, room);
    Ok(room.at)
}

/// Counts a refusal.
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
