//! A sink that fails for a while: nothing is lost, callers are told, and other handlers do not mind.

#[path = "support/scratch.rs"]
mod scratch;

use core::time::Duration;
use std::time::Instant;

use femto_std::info;
use scratch::{PATIENCE, Scratch, lines, lone_logger, plain};

#[test]
fn a_delayed_file_whose_folder_comes_later_gets_all_records() {
    let scratch = Scratch::new("later");
    let path = scratch.path("sub/log");
    let handler = plain(&path).with_delay(true).build().unwrap();
    let logger = lone_logger("later", &handler);
    info!(logger: logger, "1");
    let error = handler.flush(Duration::from_secs(3)).expect_err("no folder yet");
    assert!(error.to_string().contains(path.to_str().unwrap()), "{error}");
    std::fs::create_dir(scratch.path("sub")).unwrap();
    info!(logger: logger, "2");
    assert_eq!(lines(&handler, &path), ["1", "2"]);
    assert!(handler.stats().errors > 0);
    assert_eq!((handler.stats().written, handler.stats().dropped), (2, 0));
}

#[test]
fn a_healthy_handler_does_not_wait_for_one_that_fails() {
    let scratch = Scratch::new("healthy");
    let (logger, healthy, path) = scratch.logger("healthy");
    info!(logger: logger, "before");
    healthy.flush(PATIENCE).unwrap();
    let failing = plain(&scratch.path("no/folder")).with_delay(true).build().unwrap();
    logger.add_handler(failing.clone());
    info!(logger: logger, "1");
    let start = Instant::now();
    healthy.flush(Duration::from_secs(3)).unwrap();
    healthy.reopen().unwrap();
    info!(logger: logger, "2");
    healthy.close(Duration::from_secs(3)).unwrap();
    assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());
    assert_eq!(scratch::read(&path), "before\n1\n2\n");
    // So that the end of the process does not wait for it.
    let _ = failing.close(Duration::ZERO);
    assert_eq!((failing.stats().accepted, failing.stats().written), (2, 0));
}
