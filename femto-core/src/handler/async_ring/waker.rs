//! The task to be woken. Set by the *drain*, taken by any *caller*.

use core::task::Waker;

#[cfg(not(loom))]
type Place = critical_section::Mutex<core::cell::Cell<Option<Waker>>>;
#[cfg(loom)]
type Place = loom::sync::Mutex<Option<Waker>>;

/// A place for one waker, changed in a critical section.
///
/// Not a compare-and-swap with a state between: a task that is polled in an interrupt above a caller
/// at this place could do nothing but ask to be polled again, and the caller would never go on.
pub(super) struct WakerPlace(Place);

impl WakerPlace {
    #[cfg(not(loom))]
    pub(super) const fn new() -> Self {
        Self(Place::new(core::cell::Cell::new(None)))
    }

    /// Has `waker` woken by the next call of [`WakerPlace::wake`].
    pub(super) fn register(&self, waker: &Waker) {
        // Cloned and dropped outside of the critical section: that is the executor's code.
        drop(self.replace(Some(waker.clone())));
    }

    /// Wakes the task that registered last, if none did since.
    pub(super) fn wake(&self) {
        if let Some(waker) = self.replace(None) {
            waker.wake();
        }
    }

    #[cfg(not(loom))]
    fn replace(&self, waker: Option<Waker>) -> Option<Waker> {
        critical_section::with(|held| self.0.borrow(held).replace(waker))
    }
}

#[cfg(loom)]
impl WakerPlace {
    pub(super) fn new() -> Self {
        Self(Place::new(None))
    }

    fn replace(&self, waker: Option<Waker>) -> Option<Waker> {
        let mut place = self.0.lock().unwrap_or_else(|_| panic!("a panic in the section"));
        core::mem::replace(&mut *place, waker)
    }
}
