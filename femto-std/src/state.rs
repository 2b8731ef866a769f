//! State: what every call looks at before it claims room, in one word.
//!
//! Written by the *collector*, by shutdown and by the fork hooks; one relaxed load on the *caller*.

use core::sync::atomic::{AtomicU8, AtomicU32, Ordering};

use femto_core::Level;

/// In one line, as every call looks at both.
#[repr(align(64))]
struct Shared {
    /// The process's epoch (a fork begins a new one) and what callers have to mind.
    ///
    /// A lane remembers the word of its epoch with no bit set: as long as the two are equal, a call
    /// has nothing to mind.
    word: AtomicU32,
    /// The lowest level of any record that is to be written at once.
    flush_level: AtomicU8,
}

static STATE: Shared =
    Shared { word: AtomicU32::new(0), flush_level: AtomicU8::new(Level::OFF.number()) };

/// The lowest level of any record that is to be written at once.
#[inline(always)]
pub(crate) fn flush_level() -> Level {
    Level::new(STATE.flush_level.load(Ordering::Relaxed))
}

/// Makes records at `level` be written at once.
pub(crate) fn lower_flush_level(level: Level) {
    STATE.flush_level.fetch_min(level.number(), Ordering::Relaxed);
}

/// The collector sleeps until somebody wakes it.
pub(crate) const ASLEEP: u32 = 1;
/// A handler whose policy makes callers wait is over its capacity.
pub(crate) const PRESSURE: u32 = 1 << 1;
/// There is no collector any more: callers do its work.
pub(crate) const STOPPED: u32 = 1 << 2;

/// Lanes lie in the mapped file of `recover`: a lane that does not is left for one that does.
pub(crate) const MAPPED: u32 = 1 << 3;

const EPOCH: u32 = 1 << 4;

#[inline(always)]
pub(crate) fn load() -> u32 {
    STATE.word.load(Ordering::Relaxed)
}

pub(crate) fn set(bits: u32) {
    STATE.word.fetch_or(bits, Ordering::SeqCst);
}

/// Clears bits; answers whether any of them was set.
pub(crate) fn clear(bits: u32) -> bool {
    STATE.word.fetch_and(!bits, Ordering::SeqCst) & bits != 0
}

/// The word of this epoch, no bit set.
pub(crate) fn epoch() -> u32 {
    load() & !(EPOCH - 1)
}

/// The word that a lane made now remembers: nothing to mind.
pub(crate) fn normal() -> u32 {
    load() & !(ASLEEP | PRESSURE | STOPPED)
}

/// How many forks lie between this process and the first.
pub(crate) fn generation() -> usize {
    (epoch() / EPOCH) as usize
}

/// Begins a new epoch, in a forked child: nobody sleeps, nothing presses.
pub(crate) fn begin_epoch() {
    STATE.word.store(epoch().wrapping_add(EPOCH), Ordering::SeqCst);
}
