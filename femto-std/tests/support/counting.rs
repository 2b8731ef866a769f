//! An allocator that counts what the calling thread allocates.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use core::alloc::{GlobalAlloc, Layout};
use core::cell::Cell;
use core::time::Duration;
use std::alloc::System;

struct Counting;

thread_local! {
    pub(crate) static ALLOCATIONS: Cell<u64> = const { Cell::new(0) };
}

fn count() {
    let _ = ALLOCATIONS.try_with(|count| count.set(count.get() + 1));
}

// SAFETY: everything is left to the system's allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count();
        // SAFETY: as the caller promises.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: as the caller promises.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count();
        // SAFETY: as the caller promises.
        unsafe { System.realloc(pointer, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// What a hundred thousand calls allocate, after some thousands more.
pub(crate) fn allocations(mut call: impl FnMut(u64)) -> u64 {
    // The first calls make the lane, let it grow, and fill what the thread keeps.
    (0..20_000).for_each(&mut call);
    femto_std::Manager::global().flush(Duration::from_secs(60)).unwrap();
    let before = ALLOCATIONS.get();
    (0..100_000).for_each(call);
    ALLOCATIONS.get() - before
}
