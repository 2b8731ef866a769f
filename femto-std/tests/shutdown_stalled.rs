//! Shutdown while a sink stalls.

#[path = "support/scratch.rs"]
mod scratch;

use core::time::Duration;
use std::time::Instant;

use femto_std::{Manager, info};
use scratch::{Scratch, lone_logger, plain, stalled_pipe, within};

#[test]
fn shutdown_keeps_its_deadline_and_other_handlers_go_on() {
    let scratch = Scratch::new("stalled");
    let (logger, handler, path) = scratch.logger("stalled.healthy");
    let pipe_path = scratch.path("pipe");
    let _pipe = stalled_pipe(&pipe_path);
    let stalled = plain(&pipe_path).build().unwrap();
    let to_pipe = lone_logger("stalled.pipe", &stalled);
    info!(logger: to_pipe, "{}", "x".repeat(1 << 20));
    info!(logger: logger, "before");

    let deadline = Duration::from_millis(500);
    let start = Instant::now();
    let outcome =
        within(Duration::from_secs(20), "shutdown", move || Manager::global().shutdown(deadline));
    let error = outcome.expect_err("a pipe that nobody reads").to_string();
    assert!(error.contains(pipe_path.to_str().unwrap()), "{error} says what was not written");
    assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());

    // More than any lane holds.
    within(Duration::from_secs(60), "logging after it", move || {
        for i in 0..200_000 {
            info!(logger: logger, "{i}");
        }
    });
    scratch::wait_until("the healthy handler", || handler.stats().written == 200_001);
    assert_eq!(scratch::read(&path).lines().count(), 200_001);
    let closing = within(Duration::from_secs(20), "close of the stalled handler", move || {
        stalled.close(deadline)
    });
    assert!(closing.is_err());
}
