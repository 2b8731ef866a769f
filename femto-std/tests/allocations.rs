//! A call allocates nothing, once its thread has logged before.
//!
//! A test binary of its own, for its allocator.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

#[path = "support/counting.rs"]
mod counting;
#[path = "support/scratch.rs"]
mod scratch;

use core::fmt;

use counting::{ALLOCATIONS, allocations};
use femto_std::{OverflowPolicy, info, with_context};
use scratch::{Scratch, lone_logger, plain};

struct Shown(u64);

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "shown {}", self.0)
    }
}

#[test]
fn calls_allocate_nothing_after_the_first() {
    assert_ne!(allocations(|i| drop(core::hint::black_box(Box::new(i)))), 0, "it counts");
    let scratch = Scratch::new("allocations");
    let (logger, handler, _) = scratch.logger("allocations");
    let text = String::from("text");
    let typed = allocations(|i| info!(logger: logger, "{} {:.2} {text} {}", i, 0.5, true));
    assert_eq!(typed, 0, "typed arguments");
    let keys = allocations(|i| info!(logger: logger, i, text = &*text; "with keys"));
    assert_eq!(keys, 0, "key-values");
    assert_eq!(allocations(|i| info!(logger: logger, "{}", Shown(i))), 0, "rendered arguments");
    let waits = || std::thread::sleep(core::time::Duration::from_millis(1));
    let paced = allocations(|i| {
        if i % 1000 == 0 {
            waits();
        }
        info!(logger: logger, "{}", i);
    });
    assert_eq!(paced, 0, "after pauses");
    {
        let _context = with_context!(request = 7, user = "ann");
        let typed = allocations(|i| info!(logger: logger, "{} {text}", i));
        assert_eq!(typed, 0, "in a context");
        let _inner = with_context!(request = 8);
        let mixed = allocations(|i| info!(logger: logger, i; "{}", Shown(i)));
        assert_eq!(mixed, 0, "rendered in a context");
    }
    assert_eq!(handler.stats().dropped, 0);
}

#[test]
fn the_log_crates_macros_allocate_nothing_after_the_first() {
    femto_std::bridge::log::install().unwrap();
    let scratch = Scratch::new("bridge");
    let _kept = scratch.logger("bridged");
    let plain = allocations(|i| log::info!(target: "bridged", "{} {}", i, Shown(i)));
    assert_eq!(plain, 0);
    let keys = allocations(|i| log::info!(target: "bridged", i, shown:% = Shown(i); "with keys"));
    assert_eq!(keys, 0, "key-values");
    let _context = with_context!(request = 7);
    let inside = allocations(|i| log::info!(target: "bridged", i; "in a context"));
    assert_eq!(inside, 0, "in a context");
}

#[test]
fn waiting_and_dropping_allocate_nothing() {
    let scratch = Scratch::new("pressure");
    for (name, overflow) in [("block", OverflowPolicy::Block), ("drop", OverflowPolicy::DropNewest)]
    {
        let path = scratch.path(name);
        let handler = plain(&path).with_capacity(4096).with_overflow(overflow).build().unwrap();
        let logger = lone_logger(name, &handler);
        assert_eq!(allocations(|i| info!(logger: logger, "{}", i)), 0, "{name}");
    }
}

#[test]
fn a_disabled_call_allocates_nothing_even_at_first() {
    let scratch = Scratch::new("disabled");
    let (logger, _, _) = scratch.logger("disabled");
    logger.set_level(femto_std::Level::WARN);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let before = ALLOCATIONS.get();
            info!(logger: logger, "{}", Shown(1));
            assert_eq!(ALLOCATIONS.get() - before, 0);
        });
    });
}
