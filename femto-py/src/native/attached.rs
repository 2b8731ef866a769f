//! State that the interpreter's lock guards.
#![allow(unsafe_code, reason = "see `native`")]

use core::cell::RefCell;

use pyo3::prelude::*;

/// A value that is only touched by threads attached to the interpreter, so by one at a time.
#[derive(Debug)]
pub(crate) struct Attached<T>(RefCell<T>);

// SAFETY: every access needs a `Python` token, and the module declares `gil_used`: one thread at a
// time. Should an access detach, another thread finds the value borrowed and is refused.
unsafe impl<T: Send> Sync for Attached<T> {}

impl<T> Attached<T> {
    pub(crate) const fn new(value: T) -> Self {
        Self(RefCell::new(value))
    }

    /// Reads the value; `None` if that would interrupt a change of it.
    #[inline(always)]
    pub(crate) fn with<R>(&self, _: Python<'_>, look: impl FnOnce(&T) -> R) -> Option<R> {
        self.0.try_borrow().ok().map(|value| look(&value))
    }

    /// Changes the value; `None` if it is in use.
    #[inline(always)]
    pub(crate) fn change<R>(&self, _: Python<'_>, change: impl FnOnce(&mut T) -> R) -> Option<R> {
        self.0.try_borrow_mut().ok().map(|mut value| change(&mut value))
    }

    pub(crate) fn set(&self, py: Python<'_>, value: T) {
        let old = self.change(py, |now| core::mem::replace(now, value));
        drop(old);
    }
}

impl<T: Default> Attached<T> {
    pub(crate) fn take(&self, py: Python<'_>) -> T {
        self.change(py, core::mem::take).unwrap_or_default()
    }
}
