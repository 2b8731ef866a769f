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

/// What ten thousand calls allocate, once calls of their kind have made all that a thread keeps. Its
/// lane grows a few times at most, whenever the collector falls behind: so the least of many turns.
pub(crate) fn allocations(mut call: impl FnMut(u64)) -> u64 {
    let turn = |turn: u64| {
        let before = ALLOCATIONS.get();
        (10_000 * turn..10_000 * (turn + 1)).for_each(&mut call);
        ALLOCATIONS.get() - before
    };
    let turns: Vec<_> = (0..TURNS).map(turn).collect();
    femto_std::Manager::global().flush(Duration::from_secs(60)).unwrap();
    turns.into_iter().min().unwrap()
}

/// More than a lane can grow, the last ones after each other.
const TURNS: u64 = 10;
