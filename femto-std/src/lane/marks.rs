//! Marks: whether a call of the thread is at its lane, and whether its records are surrounded by
//! something. Runs on the *caller*, signal handlers included.

use core::sync::atomic::{AtomicU8, Ordering, compiler_fence};

thread_local! {
    /// [`IN_USE`] while a call of this thread is at its lane; [`SCOPED`] while its records are
    /// surrounded by something. One byte, so that a signal handler that logs in between finds it one
    /// way or the other, and a call looks at both at once.
    static MARKS: AtomicU8 = const { AtomicU8::new(0) };
}

const IN_USE: u8 = 1;
pub(super) const SCOPED: u8 = 1 << 1;

/// The use of the thread's lane; ends when it is dropped.
pub(crate) struct Use {
    /// The thread's marks as they are without it.
    marks: u8,
}

impl Use {
    /// `None` if a call that this one interrupts is at it, or the thread has a scope.
    #[inline(always)]
    pub(super) fn begin() -> Option<Self> {
        Self::begin_besides(0)
    }

    /// Begins if no mark is set but those given.
    #[inline(always)]
    pub(super) fn begin_besides(allowed: u8) -> Option<Self> {
        let marks = MARKS.with(|marks| {
            let before = marks.load(Ordering::Relaxed);
            if before & !allowed != 0 {
                return None;
            }
            marks.store(before & allowed | IN_USE, Ordering::Relaxed);
            Some(before & allowed)
        });
        // The interrupted call is on the same thread: keeping the compiler's order is enough.
        compiler_fence(Ordering::SeqCst);
        marks.map(|marks| Self { marks })
    }
}

impl Drop for Use {
    #[inline(always)]
    fn drop(&mut self) {
        compiler_fence(Ordering::SeqCst);
        MARKS.with(|marks| marks.store(self.marks, Ordering::Relaxed));
    }
}

/// Whether the thread's records are surrounded by something, and no call is at the lane.
pub(crate) fn is_scoped() -> bool {
    MARKS.with(|marks| marks.load(Ordering::Relaxed)) == SCOPED
}

/// Whether the thread's records are surrounded by something, also where a call is at the lane: in a
/// signal handler that interrupted it.
pub(crate) fn has_scope() -> bool {
    MARKS.with(|marks| marks.load(Ordering::Relaxed)) & SCOPED != 0
}

/// Says whether the thread's records are surrounded by something.
pub(crate) fn set_scoped(is_scoped: bool) {
    MARKS.with(|marks| {
        let others = marks.load(Ordering::Relaxed) & !SCOPED;
        marks.store(if is_scoped { others | SCOPED } else { others }, Ordering::Relaxed);
    });
}
