//! State: what every call looks at before it claims room, in one word.
//!
//! Written by the *collector*, by shutdown and by the fork hooks; one relaxed load on the *caller*.

use core::sync::atomic::{AtomicU32, Ordering};

/// The process's epoch (a fork begins a new one) and what callers have to mind.
///
/// A lane remembers the word of its epoch with no bit set: as long as the two are equal, a call has
/// nothing to mind.
static STATE: AtomicU32 = AtomicU32::new(0);

/// The collector sleeps until somebody wakes it.
pub(crate) const ASLEEP: u32 = 1;
/// A handler whose policy makes callers wait is over its capacity.
pub(crate) const PRESSURE: u32 = 1 << 1;
/// There is no collector any more: callers do its work.
pub(crate) const STOPPED: u32 = 1 << 2;

const EPOCH: u32 = 1 << 3;

#[inline(always)]
pub(crate) fn load() -> u32 {
    STATE.load(Ordering::Relaxed)
}

pub(crate) fn set(bits: u32) {
    STATE.fetch_or(bits, Ordering::SeqCst);
}

/// Clears bits; answers whether any of them was set.
pub(crate) fn clear(bits: u32) -> bool {
    STATE.fetch_and(!bits, Ordering::SeqCst) & bits != 0
}

/// The word of this epoch, no bit set.
pub(crate) fn epoch() -> u32 {
    load() & !(EPOCH - 1)
}

/// How many forks lie between this process and the first.
pub(crate) fn generation() -> usize {
    (epoch() / EPOCH) as usize
}

/// Begins a new epoch, in a forked child: nobody sleeps, nothing presses.
pub(crate) fn begin_epoch() {
    STATE.store(epoch().wrapping_add(EPOCH), Ordering::SeqCst);
}
