//! The end of logging: everything is written, and calls that come later still are.

#[path = "support/scratch.rs"]
mod scratch;

use core::time::Duration;
use std::thread;

use femto_std::{Manager, info};
use scratch::{PATIENCE, Scratch, lone_logger, plain, read, wait_until, within};

// One test: shutdown concerns the whole process.
#[test]
fn shutdown_writes_everything_and_later_calls_write_at_once() {
    let scratch = Scratch::new("shutdown");
    let (logger, handler, path) = scratch.logger("shutdown");
    for i in 0..10_000 {
        info!(logger: logger, "{i}");
    }
    Manager::global().shutdown(PATIENCE).unwrap();
    let text = read(&path);
    assert!(text.lines().map(str::to_owned).eq((0..10_000).map(|i| i.to_string())));
    // A thread that was joined is listed for a moment more.
    wait_until("all threads to have ended", || {
        !std::fs::read_dir("/proc/self/task").unwrap().any(|task| {
            let name = std::fs::read_to_string(task.unwrap().path().join("comm"));
            name.is_ok_and(|name| name.starts_with("femto-"))
        })
    });

    // From the thread that logged before, and from new ones.
    info!(logger: logger, "late");
    assert!(read(&path).ends_with("\nlate\n"));
    thread::spawn(move || info!(logger: logger, "later")).join().unwrap();
    assert!(read(&path).ends_with("\nlate\nlater\n"));

    // From many at once: whoever comes while another writes loses nothing either.
    for round in 0..300 {
        thread::scope(|scope| {
            for thread in 0..4 {
                scope.spawn(move || {
                    for i in 0..10 {
                        info!(logger: logger, "{round} {thread} {i}");
                    }
                });
            }
        });
        let own = format!("{round} ");
        let count = read(&path).lines().filter(|line| line.starts_with(&own)).count();
        assert_eq!(count, 40, "round {round}");
    }

    // Everything else is safe too.
    let (second, other) = (scratch.path("second"), scratch.path("other"));
    let added = plain(&second).build().unwrap();
    let late_logger = lone_logger("shutdown.late", &added);
    info!(logger: late_logger, "a new handler");
    assert_eq!(read(&second), "a new handler\n");
    within(Duration::from_secs(20), "what follows a shutdown", move || {
        Manager::global().flush(PATIENCE).unwrap();
        Manager::global().shutdown(PATIENCE).unwrap();
        handler.flush(PATIENCE).unwrap();
        let large = "x".repeat(5 << 20);
        let fresh = plain(&other).with_capacity(4096).build().unwrap();
        let logger = lone_logger("shutdown.large", &fresh);
        info!(logger: logger, "{}", large);
        info!(logger: logger, "{}", large);
        assert_eq!(read(&other).len(), 2 * ((5 << 20) + 1));
        let stats = handler.stats();
        assert_eq!(stats.accepted, stats.written + stats.dropped);
        handler.close(PATIENCE).unwrap();
    });
    drop(Manager::global().guard());
}
