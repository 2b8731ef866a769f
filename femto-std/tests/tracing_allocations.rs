//! An event of `tracing` allocates nothing, once its thread has logged before.
//!
//! A test binary of its own, for its allocator.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

#[path = "support/counting.rs"]
mod counting;
#[path = "support/scratch.rs"]
mod scratch;

use counting::{ALLOCATIONS, allocations};
use femto_std::{bridge, with_context};
use scratch::Scratch;
use tracing::{info, info_span};

#[test]
fn events_allocate_nothing_after_the_first() {
    bridge::tracing::init().unwrap();
    let scratch = Scratch::new("tracing_allocations");
    let (logger, handler, _) = scratch.logger("events");
    let plain = allocations(|i| info!(target: "events", "hello {} {}", "world", i));
    assert_eq!(plain, 0, "a message");
    let fields =
        allocations(|i| info!(target: "events", i, text = "x", shown = %i, dbg = ?Some(i), "m"));
    assert_eq!(fields, 0, "fields");
    let span = info_span!(target: "events", "outer", id = 7);
    let parent = allocations(|i| info!(target: "events", parent: &span, i, "m"));
    assert_eq!(parent, 0, "a parent");
    let _outer = span.enter();
    let inner = info_span!(target: "events", "inner", text = "x");
    let entered = allocations(|i| inner.in_scope(|| info!(target: "events", i, "m")));
    assert_eq!(entered, 0, "in spans that are entered each time");
    let _context = with_context!(request = 9);
    let both = allocations(|i| info!(target: "events", i, "m"));
    assert_eq!(both, 0, "in a span and a context");
    assert_eq!(allocations(|i| femto_std::info!(logger: logger, "{}", i)), 0, "our own in them");
    assert_eq!(handler.stats().dropped, 0);

    logger.set_level(femto_std::Level::ERROR);
    let before = ALLOCATIONS.get();
    info!(target: "events", "disabled");
    assert_eq!(ALLOCATIONS.get() - before, 0);
}
