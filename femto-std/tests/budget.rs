//! The memory of lanes: what threads took they give back, and without it calls still get through.

#[path = "support/scratch.rs"]
mod scratch;

use core::time::Duration;
use std::thread;

use femto_std::info;
use scratch::{Scratch, lines, within};

#[test]
fn after_many_busy_threads_a_medium_message_still_fits() {
    const THREADS: usize = 2_500;
    let scratch = Scratch::new("budget");
    let (logger, handler, path) = scratch.logger("budget");
    within(Duration::from_secs(60), "the threads", move || {
        let long = "y".repeat(40_000);
        for _ in 0..THREADS {
            // The lane grows twice, as neither fits into the ring before.
            thread::scope(|scope| {
                let run = || {
                    info!(logger: logger, "{}", &long[..6_000]);
                    info!(logger: logger, "{}", &long);
                };
                scope.spawn(run);
            });
        }
    });
    // Through a lane of the first size, at all places in it, for which there is little room.
    within(Duration::from_secs(20), "a message of 3000 bytes", move || {
        let text = "z".repeat(3_000);
        for offset in 0..100 {
            info!(logger: logger, "{}", &text[..offset]);
            info!(logger: logger, "{}", &text);
        }
    });
    assert_eq!(lines(&handler, &path).len(), 2 * THREADS + 200);
}
