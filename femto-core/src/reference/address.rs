//! References as addresses: no table, no RAM. The only `unsafe` of a local frame.
#![allow(unsafe_code)]

use core::ptr;

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

/// The word for `target`.
#[inline(always)]
pub(crate) fn refer<T: Referable>(target: &'static T) -> Option<u32> {
    Some(ptr::from_ref(target).expose_provenance() as u32)
}

/// Whether [`refer`] answers.
#[inline(always)]
pub(crate) fn is_referable<T: Referable>(_: &'static T) -> bool {
    true
}

/// The static that `address` names, `None` for 0.
///
/// `address` must be a word that [`refer`] gave for the same `T`, in this image. Frames are written
/// by this crate alone, into words that no other code can reach, and are read only once they are
/// committed: the ring upholds it.
pub(crate) fn resolve<T: Referable>(address: u32) -> Option<&'static T> {
    let pointer: *const T = ptr::with_exposed_provenance(address as usize);
    // SAFETY: null gives `None`; any other word was made by `refer` from a `&'static T`, as the
    // function's contract says, so it points to a live, aligned `T` that is only ever shared.
    unsafe { pointer.as_ref() }
}
