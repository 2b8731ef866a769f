//! An allocator that logs: a call then comes from within another, with the thread's lane or the
//! registry in use.
//!
//! A test binary of its own, for its allocator.

#[path = "support/scratch.rs"]
mod scratch;

use core::alloc::{GlobalAlloc, Layout};
use core::cell::Cell;
use core::time::Duration;
use std::alloc::System;
use std::sync::OnceLock;

use femto_std::{Logger, get_logger, info};
use scratch::{Scratch, lines, within};

struct Talking;

static LOGGER: OnceLock<Logger> = OnceLock::new();

thread_local! {
    /// Whether this thread's allocations are logged.
    static TALKS: Cell<bool> = const { Cell::new(false) };
    static SAID: Cell<u64> = const { Cell::new(0) };
}

fn say(what: &'static str, size: usize) {
    if !TALKS.try_with(Cell::get).unwrap_or(false) {
        return;
    }
    let Some(logger) = LOGGER.get() else { return };
    SAID.set(SAID.get() + 1);
    info!(logger: logger, "{} {}", what, size);
}

// SAFETY: everything is left to the system's allocator.
unsafe impl GlobalAlloc for Talking {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        say("alloc", layout.size());
        // SAFETY: as the caller promises.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        say("dealloc", layout.size());
        // SAFETY: as the caller promises.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Talking = Talking;

#[test]
fn every_allocation_is_logged_and_nothing_hangs() {
    let scratch = Scratch::new("allocator");
    let (logger, handler, path) = scratch.logger("allocator");
    info!(logger: logger, "begin");
    LOGGER.set(logger).expect("set once");
    let said = within(Duration::from_secs(60), "logging from the allocator", move || {
        TALKS.set(true);
        let long = "x".repeat(30_000);
        for i in 0..500 {
            // Grows the lane, goes beside it, renders, and allocates while the registry is locked.
            info!(logger: logger, "own {} {}", i, &long[..i * 10]);
            info!(logger: logger, "own {} {:?}", i, [i; 3]);
            let _ = get_logger(&format!("allocator.made.{i}"));
            if i % 100 == 0 {
                info!(logger: logger, "own {} {}{}{}", i, long, long, long);
            }
        }
        TALKS.set(false);
        SAID.get()
    });
    let lines = lines(&handler, &path);
    let own = lines.iter().filter(|line| line.starts_with("own ")).count();
    let allocations = lines.iter().filter(|line| line.contains("alloc ")).count() as u64;
    assert_eq!(own, 1_005);
    // The ring for such calls may be full; then they are counted.
    assert_eq!(allocations + handler.stats().dropped, said);
    assert!(allocations > 1_000, "{allocations} of {said}");
}
