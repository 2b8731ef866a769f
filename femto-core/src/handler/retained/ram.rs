//! What survives a reset: the words of the ring, and how often there was a reset. Read and written at
//! boot, and by callers through the ring.

use core::fmt;

use crate::atomic::{AtomicWord, Ordering, Word};
use crate::frame::retained::Check;
use crate::ring::Storage;

/// RAM that keeps its contents over a reset; [`retained!`](crate::retained) declares it.
///
/// Whatever it holds at boot is looked at as numbers only, so that nothing has to be true of it.
#[repr(C)]
pub struct RetainedRam<const WORDS: usize> {
    /// Written in turn, so that a reset in mid-write leaves one of them whole.
    starts: [Start; 2],
    /// Written after each record: RAM with error correction may hold the last write back until the
    /// next one to another address (ST AN5342), and would lose it in a reset.
    last: AtomicWord,
    words: [AtomicWord; WORDS],
}

/// What is known of a start of the program.
#[repr(C)]
struct Start {
    build: AtomicWord,
    resets: AtomicWord,
    check: AtomicWord,
}

/// A start of the program, read back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Started {
    /// Stands for the build that was started.
    pub(super) build: u32,
    /// Resets before it, since the RAM lost its power.
    pub(super) resets: u32,
}

#[cfg(not(loom))]
impl<const WORDS: usize> RetainedRam<WORDS> {
    /// RAM as a host has it at the start: nothing was kept.
    #[must_use]
    #[expect(clippy::new_without_default, reason = "made by the macro, and in tests")]
    pub const fn new() -> Self {
        Self {
            starts: [const { Start::new() }; 2],
            last: AtomicWord::new(0),
            words: [const { AtomicWord::new(0) }; WORDS],
        }
    }
}

impl<const WORDS: usize> RetainedRam<WORDS> {
    /// Notes a start of `build`; answers with the start before it, if the RAM knows it.
    pub(super) fn note_start(&self, build: u32) -> (Started, Option<Started>) {
        let [first, second] = &self.starts;
        let (older, before) = match (first.read(), second.read()) {
            (Some(one), Some(other)) if (one.resets.wrapping_sub(other.resets) as i32) < 0 => {
                (first, Some(other))
            }
            (Some(one), _) => (second, Some(one)),
            (None, other) => (first, other),
        };
        let resets = before.map_or(0, |before| before.resets.wrapping_add(1));
        let started = Started { build, resets };
        older.write(started);
        (started, before)
    }

    /// Called after a record was committed.
    #[inline]
    pub(super) fn push_out(&self, word: Word) {
        self.last.store(word, Ordering::Relaxed);
    }

    /// The words before those of the ring.
    #[cfg(all(test, not(loom)))]
    pub(super) fn head_words(&self) -> [&AtomicWord; 7] {
        let [Start { build, resets, check }, second] = &self.starts;
        [build, resets, check, &second.build, &second.resets, &second.check, &self.last]
    }

    pub(super) const fn words(&self) -> &[AtomicWord; WORDS] {
        &self.words
    }
}

impl Start {
    #[cfg(not(loom))]
    const fn new() -> Self {
        Self { build: AtomicWord::new(0), resets: AtomicWord::new(0), check: AtomicWord::new(0) }
    }

    fn read(&self) -> Option<Started> {
        let get = |slot: &AtomicWord| slot.load(Ordering::Relaxed) as u32;
        let started = Started { build: get(&self.build), resets: get(&self.resets) };
        (get(&self.check) == started.check()).then_some(started)
    }

    fn write(&self, started: Started) {
        let put = |slot: &AtomicWord, unit: u32| slot.store(unit as Word, Ordering::Relaxed);
        put(&self.build, started.build);
        put(&self.resets, started.resets);
        put(&self.check, started.check());
    }
}

impl Started {
    fn check(self) -> u32 {
        let mut check = Check::new();
        check.unit(self.build);
        check.unit(self.resets);
        check.sum()
    }
}

/// Where the ring's words are.
pub(super) struct Place<const WORDS: usize>(pub(super) &'static RetainedRam<WORDS>);

impl<const WORDS: usize> Storage for Place<WORDS> {
    #[inline(always)]
    fn words(&self) -> &[AtomicWord] {
        self.0.words.words()
    }
}

impl<const WORDS: usize> fmt::Debug for RetainedRam<WORDS> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RetainedRam").field("words", &WORDS).finish_non_exhaustive()
    }
}
