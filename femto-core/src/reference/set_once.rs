//! A global that is set once, where nothing but one load may be spent on reading it.
#![allow(unsafe_code)]

use core::cell::UnsafeCell;
use core::mem::MaybeUninit;
#[cfg(not(loom))]
use core::ptr;
#[cfg(not(loom))]
use core::sync::atomic::AtomicPtr;

#[cfg(loom)]
use loom::sync::atomic::{AtomicBool, AtomicPtr};
#[cfg(not(loom))]
use portable_atomic::AtomicBool;

use crate::atomic::Ordering;

/// A value of a `static` that is set once at most, and read with one load.
pub(crate) struct SetOnce<T: 'static> {
    is_taken: AtomicBool,
    value: UnsafeCell<MaybeUninit<T>>,
    /// That value, or until it is set the other one.
    quick: AtomicPtr<T>,
}

// SAFETY: the cell is written once, by the one who found it not taken, before anybody is told where the
// value is; from then on it is only read. `Send`, as the value comes from another context.
unsafe impl<T: Send + Sync> Sync for SetOnce<T> {}

impl<T: Send + Sync> SetOnce<T> {
    #[cfg(not(loom))]
    pub(crate) const fn new(until_set: &'static T) -> Self {
        Self {
            is_taken: AtomicBool::new(false),
            value: UnsafeCell::new(MaybeUninit::uninit()),
            quick: AtomicPtr::new(ptr::from_ref(until_set).cast_mut()),
        }
    }

    /// Answers whether it was not set before. Who meets another context at work here does not wait for
    /// it, and may see the value a little later.
    pub(crate) fn set(&'static self, value: T) -> bool {
        if self.is_taken.swap(true, Ordering::Relaxed) {
            return false;
        }
        let place = self.value.get().cast::<T>();
        // SAFETY: the place is `T`'s, and nobody else's: one context only finds it not taken, and nobody
        // reads it before the pointer is stored.
        unsafe { place.write(value) };
        self.quick.store(place, Ordering::Release);
        true
    }

    #[inline(always)]
    pub(crate) fn get(&'static self) -> &'static T {
        // SAFETY: the pointer was made by `new` or `set`, of a reference to a value that stays where
        // it is, and is only ever shared, as long as the program runs. Where `set` made it, it was
        // stored after the value, with `Release`.
        unsafe { &*self.quick.load(Ordering::Acquire) }
    }
}

#[cfg(all(test, loom))]
mod tests {
    use std::boxed::Box;

    use loom::cell::UnsafeCell as Tracked;
    use loom::thread;

    use super::*;

    /// Two halves of a value, like those of a pointer to a trait's object.
    struct Value([Tracked<u8>; 2]);

    // SAFETY: `loom` sees to it that no access is concurrent to a write: that is what is tested.
    unsafe impl Sync for Value {}

    impl Value {
        fn new(number: u8) -> Self {
            let value = Self([0, 0].map(Tracked::new));
            for half in &value.0 {
                // SAFETY: nobody else knows of it yet.
                half.with_mut(|half| unsafe { *half = number });
            }
            value
        }

        fn number(&self) -> u8 {
            // SAFETY: never written again; `loom` fails if that write is not over for this thread.
            let [one, other] = self.0.each_ref().map(|half| half.with(|half| unsafe { *half }));
            assert_eq!(one, other);
            one
        }
    }

    #[test]
    fn in_loom_a_global_is_set_once_and_read_whole() {
        let mut builder = loom::model::Builder::new();
        builder.preemption_bound = Some(5);
        builder.check(|| {
            let until_set: &'static Value = Box::leak(Box::new(Value::new(0)));
            let global: &'static SetOnce<Value> = Box::leak(Box::new(SetOnce {
                is_taken: AtomicBool::new(false),
                value: UnsafeCell::new(MaybeUninit::uninit()),
                quick: AtomicPtr::new(core::ptr::from_ref(until_set).cast_mut()),
            }));
            let set = |number| thread::spawn(move || global.set(Value::new(number)));
            let (one, two) = (set(1), set(2));
            let seen = [global.get().number(), global.get().number()];
            let set = [one.join().unwrap(), two.join().unwrap()];
            let number = global.get().number();
            assert!(set == [true, false] && number == 1 || set == [false, true] && number == 2);
            assert!(seen[0] == 0 && [0, number].contains(&seen[1]) || seen == [number; 2]);
        });
    }
}
