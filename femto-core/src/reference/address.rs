//! References as addresses: no table, no RAM. What this image wrote itself is taken back without a look.
#![allow(unsafe_code)]

use core::ptr;
use core::sync::atomic::{AtomicPtr, Ordering};

pub(crate) use super::set_once::SetOnce;
use crate::{CallSite, Logger};

/// A kind of `static` that frames refer to.
pub(crate) trait Referable: Sized + Sync + 'static {}

impl Referable for CallSite {}

impl Referable for Logger {}

/// An address needs no place of its own.
#[derive(Debug)]
pub(crate) struct Slot;

impl Slot {
    pub(crate) const fn new() -> Self {
        Self
    }
}

/// Whether a static may find no reference.
pub(crate) const MAY_BE_SHORT: bool = false;

/// The word for `target`.
#[inline(always)]
pub(crate) fn refer<T: Referable>(target: &'static T) -> Option<u32> {
    Some(ptr::from_ref(target).expose_provenance() as u32)
}

/// The static that `address` names, `None` for 0.
///
/// `address` must be a word that [`refer`] gave for the same `T`, in this image. Frames of a handler's
/// ring are written by this crate alone, into room that nobody outside it is lent, and are read only
/// once they are committed: the ring upholds it. The loggers that statements keep come straight from
/// `refer`.
pub(crate) fn resolve<T: Referable>(address: u32) -> Option<&'static T> {
    let pointer: *const T = ptr::with_exposed_provenance(address as usize);
    // SAFETY: null gives `None`; any other word was made by `refer` from a `&'static T`, as the
    // function's contract says, so it points to a live, aligned `T` that is only ever shared.
    unsafe { pointer.as_ref() }
}

/// The text that a frame of this image holds. Not checked, which takes 600 bytes of flash.
///
/// `bytes` must be those of a text in a frame of a handler's own ring, for which the same holds as for
/// the words that [`resolve`] is given.
pub(crate) fn own_text(bytes: &[u8]) -> Option<&str> {
    // SAFETY: this crate alone writes such frames, texts from a `&str` only: whole, or cut where `str`
    // itself says that a character ends. The ring gives a frame out as it was committed.
    Some(unsafe { core::str::from_utf8_unchecked(bytes) })
}

/// A value that is linked only if somebody demands it.
pub(crate) struct OnDemand<T: 'static>(AtomicPtr<T>);

impl<T: Sync> OnDemand<T> {
    /// `demanded` is for the other file of this name.
    pub(crate) const fn new(until_demanded: &'static T, _demanded: &'static T) -> Self {
        Self(AtomicPtr::new(ptr::from_ref(until_demanded).cast_mut()))
    }

    #[inline(always)]
    pub(crate) fn demand(&self, value: &'static T) {
        self.0.store(ptr::from_ref(value).cast_mut(), Ordering::Relaxed);
    }

    pub(crate) fn get(&self) -> &'static T {
        // SAFETY: the pointer was made by `new` or `demand`, of a reference to a value that lives as long as the
        // program, was there before the program started, and is only ever shared.
        unsafe { &*self.0.load(Ordering::Relaxed) }
    }
}
