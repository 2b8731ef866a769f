//! The guard writes everything when it goes, also while a panic unwinds.

#[path = "support/scratch.rs"]
mod scratch;

use core::panic::AssertUnwindSafe;
use std::panic;

use femto_std::{Manager, info};
use scratch::{PATIENCE, Scratch, read};

#[test]
fn a_guard_writes_everything_when_a_panic_unwinds_past_it() {
    let scratch = Scratch::new("guard");
    let (logger, _, path) = scratch.logger("guard");
    let outcome = panic::catch_unwind(AssertUnwindSafe(|| {
        let _guard = Manager::global().guard().with_deadline(PATIENCE);
        for i in 0..5_000 {
            info!(logger: logger, "{i}");
        }
        panic!("on purpose");
    }));
    assert!(outcome.is_err());
    assert_eq!(read(&path).lines().count(), 5_000);
}
