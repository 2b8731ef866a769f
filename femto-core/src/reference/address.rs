//! References as addresses: no table, no RAM. The only `unsafe` of this crate.
#![allow(unsafe_code)]

use core::ptr;
use core::sync::atomic::{AtomicPtr, Ordering};

use spin::Once;

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

/// A value of a `static` that is set once at most, and read with one load.
pub(crate) struct SetOnce<T: 'static> {
    value: Once<T>,
    /// That value, or until it is set the other one.
    quick: AtomicPtr<T>,
}

impl<T: Sync> SetOnce<T> {
    pub(crate) const fn new(until_set: &'static T) -> Self {
        Self { value: Once::new(), quick: AtomicPtr::new(ptr::from_ref(until_set).cast_mut()) }
    }

    /// Answers whether it was not set before.
    pub(crate) fn set(&'static self, value: T) -> bool {
        let mut is_new = false;
        let value = self.value.call_once(|| {
            is_new = true;
            value
        });
        self.quick.store(ptr::from_ref(value).cast_mut(), Ordering::Release);
        is_new
    }

    #[inline(always)]
    pub(crate) fn get(&'static self) -> &'static T {
        // SAFETY: the pointer was made by `new` or `set`, of a reference to a value that stays where
        // it is, and is only ever shared, as long as the program runs. Where `set` made it, it was
        // stored after the value, with `Release`.
        unsafe { &*self.quick.load(Ordering::Acquire) }
    }
}
