//! What is behind a lock that the *caller* never waits for, and what others ask of its holder.

use spin::Mutex;

use crate::logger::threshold::Byte;

/// Something behind a lock. A context that must not wait, and finds the lock taken, leaves what it
/// wanted done to the holder, who is interrupted by it or runs on another core.
///
/// Why nothing asked for is left undone: who asks looks at the lock after that, and a holder looks for
/// requests after it let go, both with a fence between the two. What is asked for is done after the
/// request was taken back, with a fence in between: so it comes after all that was before any request
/// that was taken back with it.
pub(super) struct Attended<T, B, L = Mutex<T>> {
    lock: L,
    /// Whether somebody asked.
    asked: B,
    of: core::marker::PhantomData<T>,
}

/// Does what is asked for.
pub(super) trait Attend {
    fn attend(&self);
}

impl<T, B> Attended<T, B> {
    /// `asked` is 0.
    pub(super) const fn new(inner: T, asked: B) -> Self {
        Self { lock: Mutex::new(inner), asked, of: core::marker::PhantomData }
    }
}

impl<T: Attend, B: Byte> Attended<T, B> {
    /// Works with it. Waits while another context does: for thread mode.
    pub(super) fn with<R>(&self, work: impl FnOnce(&mut T) -> R) -> R {
        let done = work(&mut self.lock.lock());
        self.attend_after();
        done
    }
}

impl<T: Attend, B: Byte, L: Lock<T>> Attended<T, B, L> {
    /// Works with it, unless it would have to wait.
    pub(super) fn try_with<R>(&self, work: impl FnOnce(&mut T) -> R) -> Option<R> {
        let done = self.lock.try_with(work)?;
        self.attend_after();
        Some(done)
    }

    /// Has it attend, now or, if another context works with it, as soon as that is done.
    pub(super) fn ask(&self) {
        self.asked.store(1);
        self.attend_if_asked();
    }

    fn attend_after(&self) {
        B::fence();
        self.attend_if_asked();
    }

    fn attend_if_asked(&self) {
        while self.asked.load() != 0 {
            B::fence();
            let attended = self.lock.try_with(|inner| {
                self.asked.store(0);
                B::fence();
                inner.attend();
            });
            if attended.is_none() {
                return;
            }
            B::fence();
        }
    }
}

/// A lock that can be tried: `spin`'s, and one of `loom`'s atomics in the model check.
pub(super) trait Lock<T> {
    fn try_with<R>(&self, work: impl FnOnce(&mut T) -> R) -> Option<R>;
}

impl<T> Lock<T> for Mutex<T> {
    fn try_with<R>(&self, work: impl FnOnce(&mut T) -> R) -> Option<R> {
        Some(work(&mut *self.try_lock()?))
    }
}

#[cfg(all(test, loom))]
mod tests {
    use std::sync::Mutex as Inner;
    use std::vec::Vec;

    use loom::sync::Arc;
    use loom::sync::atomic::{AtomicBool, AtomicU8, Ordering};
    use loom::thread;

    use super::*;
    use crate::Level;
    use crate::logger::threshold::Threshold;
    use crate::logger::threshold::tests::threshold;

    /// As `spin`'s, but that a look may find a lock taken that is free by now: what a
    /// compare-and-swap that fails may do, though not in `loom`.
    struct Spin<T> {
        is_taken: AtomicBool,
        inner: Inner<T>,
    }

    impl<T> Lock<T> for Spin<T> {
        fn try_with<R>(&self, work: impl FnOnce(&mut T) -> R) -> Option<R> {
            let (order, failed) = (Ordering::Acquire, Ordering::Relaxed);
            if self.is_taken.load(failed)
                || self.is_taken.compare_exchange(false, true, order, failed).is_err()
            {
                return None;
            }
            let done = work(&mut self.inner.try_lock().expect("two have the lock"));
            self.is_taken.store(false, Ordering::Release);
            Some(done)
        }
    }

    type Kept = Arc<Threshold<AtomicU8>>;

    impl Attend for Vec<Kept> {
        fn attend(&self) {
            self.iter().for_each(|threshold| threshold.forget());
        }
    }

    /// A root, a logger below that has no level of its own, and the registry.
    struct Tree {
        root: Kept,
        child: Kept,
        registry: Attended<Vec<Kept>, AtomicU8, Spin<Vec<Kept>>>,
    }

    impl Tree {
        fn new(known: bool) -> Self {
            let (root, child) = (threshold(Level::INFO), threshold(Level::NOTSET));
            let known = if known { vec![Arc::clone(&child)] } else { Vec::new() };
            let lock = Spin { is_taken: AtomicBool::new(false), inner: Inner::new(known) };
            let registry =
                Attended { lock, asked: AtomicU8::new(0), of: core::marker::PhantomData };
            Self { root, child, registry }
        }

        /// As `Logger::admits` of the child.
        fn look(&self) {
            let is_known = self.registry.try_with(|known| {
                if known.is_empty() {
                    known.push(Arc::clone(&self.child));
                }
            });
            if is_known.is_some() {
                self.child.keep(|| self.root.own());
            }
        }

        /// As `Logger::set_level` of the root.
        fn set_level(&self, level: Level) {
            self.root.set_own(level);
            self.root.forget();
            self.registry.ask();
        }

        /// As `find_logger`, or a call of an unknown logger.
        fn hold(&self) {
            self.registry.try_with(|known| known.len());
        }
    }

    fn model(known: bool, others: [fn(&Tree); 2], preemptions: usize) {
        let mut builder = loom::model::Builder::new();
        builder.preemption_bound = Some(preemptions);
        builder.check(move || {
            let tree = Arc::new(Tree::new(known));
            let others = others.map(|other| {
                let tree = Arc::clone(&tree);
                thread::spawn(move || other(&tree))
            });
            tree.look();
            others.into_iter().for_each(|other| other.join().unwrap());
            let kept = tree.child.kept();
            let counts = tree.root.own().number();
            assert!(kept == 0 || kept == counts, "{kept} is kept, {counts} counts");
            assert_eq!(Byte::load(&tree.registry.asked), 0, "asked for in vain");
        });
    }

    const DEBUG: fn(&Tree) = |tree| tree.set_level(Level::DEBUG);
    const WARN: fn(&Tree) = |tree| tree.set_level(Level::WARN);

    #[test]
    fn in_loom_who_holds_the_registry_does_what_was_asked_meanwhile() {
        model(true, [DEBUG, Tree::hold], 3);
    }

    #[test]
    fn in_loom_a_logger_that_becomes_known_meanwhile_keeps_no_stale_level() {
        model(false, [DEBUG, Tree::hold], 3);
    }

    #[test]
    fn in_loom_two_who_set_a_level_leave_none_stale() {
        model(true, [DEBUG, WARN], 2);
    }
}
