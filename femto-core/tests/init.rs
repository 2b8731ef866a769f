//! What a program sets once. A file of its own: it is the process's.
#![cfg(not(loom))]
#![allow(clippy::unwrap_used, reason = "a failure is what a test reports")]

use femto_core::{Clock, InitError, Logger, RingHandler, TextFormatter, find_logger, info, init};

static RING: RingHandler<256> = RingHandler::new();
static ROOT: Logger = Logger::root().with_handlers(&[&RING]);
static NET: Logger = Logger::child("net", &ROOT);
static LATE: Logger = Logger::child("late", &NET);
static OTHER_ROOT: Logger = Logger::root();

/// Stands still, so many seconds after boot.
struct At(u64);

impl Clock for At {
    fn now(&self) -> u64 {
        self.0
    }

    fn ticks_per_second(&self) -> u64 {
        1
    }
}

#[test]
fn the_first_call_sets_all_and_a_second_one_tells_what_it_could_not() {
    assert!(find_logger("net").is_none());
    assert_eq!(init(&ROOT, &At(7), &[&NET]), Ok(()));
    assert!(find_logger("root").is_some() && find_logger("net").is_some());

    let error = init(&OTHER_ROOT, &At(8), &[&LATE]).unwrap_err();
    assert!(matches!(error, InitError::SetClock(_)));
    assert_eq!(error.to_string(), "a clock was set before, and stays");
    assert!(find_logger("late").is_some(), "all else is done");
    info!("booted");
    let mut out = Vec::new();
    RING.drain(&TextFormatter::new(), &mut out).unwrap();
    assert_eq!(String::from_utf8(out).unwrap(), "[   7.000000] INFO  root: booted\n");
}
