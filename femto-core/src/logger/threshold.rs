//! Threshold: a logger's own level, and the one that counts, kept so that a check reads one byte.
//!
//! Read by the *caller*; changed from any context, an interrupt that meets the caller included.

use core::sync::atomic::{AtomicU8, Ordering, fence};

use crate::Level;

/// Two bytes of a logger. The second is what was found out of the first and those above, or unknown.
///
/// Why no stale level survives: who keeps what it found looks again afterwards, and who changes a
/// level forgets afterwards what was kept. Both have a fence between the two, so that whichever comes
/// last undoes what the other did not see.
pub(super) struct Threshold<B = AtomicU8> {
    own: B,
    kept: B,
}

impl Threshold {
    /// With a level of its own, [`Level::NOTSET`] for none.
    pub(super) const fn new(own: Level) -> Self {
        Self { own: AtomicU8::new(own.number()), kept: AtomicU8::new(UNKNOWN) }
    }

    /// One that nothing passes and nothing changes.
    pub(super) const fn off() -> Self {
        Self { own: AtomicU8::new(Level::OFF.number()), kept: AtomicU8::new(Level::OFF.number()) }
    }

    /// Whether `level` passes what is kept; everything does while nothing is known.
    #[inline(always)]
    pub(super) fn passes(&self, level: Level) -> bool {
        level.number() >= self.kept.load(Ordering::Relaxed)
    }

    #[inline(always)]
    pub(super) fn is_unknown(&self) -> bool {
        self.kept.load(Ordering::Relaxed) == UNKNOWN
    }
}

impl<B: Byte> Threshold<B> {
    pub(super) fn own(&self) -> Level {
        Level::new(self.own.load())
    }

    /// Changes the own level. What is kept, here and below, has to be forgotten afterwards.
    pub(super) fn set_own(&self, level: Level) {
        self.own.store(level.number());
        B::fence();
    }

    pub(super) fn forget(&self) {
        self.kept.store(UNKNOWN);
    }

    /// Keeps what `find` finds, and answers it. Forgets it at once if it changed meanwhile.
    pub(super) fn keep(&self, find: impl Fn() -> Level) -> Level {
        let level = find();
        self.kept.store(level.number().max(UNKNOWN + 1));
        B::fence();
        if find() != level {
            self.forget();
        }
        level
    }
}

/// A byte in memory: `core`'s, and `loom`'s in the model check.
pub(super) trait Byte {
    fn load(&self) -> u8;
    fn store(&self, value: u8);
    /// One order of all that is before and after.
    fn fence();
}

impl Byte for AtomicU8 {
    fn load(&self) -> u8 {
        self.load(Ordering::Relaxed)
    }

    fn store(&self, value: u8) {
        self.store(value, Ordering::Relaxed);
    }

    fn fence() {
        fence(Ordering::SeqCst);
    }
}

/// A threshold of [`Level::NOTSET`] means the same as one of 1: no record has level 0.
const UNKNOWN: u8 = 0;

#[cfg(all(test, loom))]
pub(super) mod tests {
    use loom::sync::Arc;
    use loom::sync::atomic::{AtomicU8 as LoomByte, Ordering};
    use loom::thread;

    use super::*;

    impl Byte for LoomByte {
        fn load(&self) -> u8 {
            self.load(Ordering::Relaxed)
        }

        fn store(&self, value: u8) {
            self.store(value, Ordering::Relaxed);
        }

        fn fence() {
            loom::sync::atomic::fence(Ordering::SeqCst);
        }
    }

    pub(in crate::logger) fn threshold(own: Level) -> Arc<Threshold<LoomByte>> {
        Arc::new(Threshold { own: LoomByte::new(own.number()), kept: LoomByte::new(UNKNOWN) })
    }

    impl Threshold<LoomByte> {
        pub(in crate::logger) fn kept(&self) -> u8 {
            Byte::load(&self.kept)
        }
    }

    /// What one of two other contexts does, while this one looks.
    #[derive(Clone, Copy)]
    enum Other {
        Looks,
        SetsParent(Level),
        SetsChild(Level),
    }

    fn no_stale_level_survives(others: [Other; 2], expected: Level) {
        let mut builder = loom::model::Builder::new();
        builder.preemption_bound = Some(3);
        builder.check(move || {
            let (parent, child) = (threshold(Level::INFO), threshold(Level::NOTSET));
            let find = |parent: &Threshold<LoomByte>, child: &Threshold<LoomByte>| {
                let own = child.own();
                if own == Level::NOTSET { parent.own() } else { own }
            };
            let contexts = others.map(|other| {
                let (parent, child) = (Arc::clone(&parent), Arc::clone(&child));
                thread::spawn(move || {
                    match other {
                        Other::Looks => _ = child.keep(|| find(&parent, &child)),
                        Other::SetsParent(level) => parent.set_own(level),
                        Other::SetsChild(level) => child.set_own(level),
                    }
                    if !matches!(other, Other::Looks) {
                        child.forget();
                    }
                })
            });
            child.keep(|| find(&parent, &child));
            contexts.into_iter().for_each(|context| context.join().unwrap());
            let kept = child.kept();
            assert!(kept == UNKNOWN || kept == expected.number(), "{kept}");
        });
    }

    #[test]
    fn in_loom_no_stale_level_survives_one_who_looks_and_two_who_set() {
        let others = [Other::SetsParent(Level::DEBUG), Other::SetsChild(Level::WARN)];
        no_stale_level_survives(others, Level::WARN);
    }

    #[test]
    fn in_loom_no_stale_level_survives_two_who_look_and_one_who_sets() {
        no_stale_level_survives([Other::Looks, Other::SetsParent(Level::DEBUG)], Level::DEBUG);
    }
}
