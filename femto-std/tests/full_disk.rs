//! A disk that is full, and has space again: for a file that the collector writes itself, one behind a
//! worker, and one that callers write.
//!
//! The limit on the size of files stands for the disk. It is the process's: one test in this file.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

#[path = "support/scratch.rs"]
mod scratch;

use std::sync::{Arc, Mutex};

use femto_std::{Delivery, Failure, Handler, Level, OverflowPolicy, info};
use scratch::{PATIENCE, Scratch, lone_logger, plain, read, wait_until};

/// Lets files have so many bytes.
fn limit_files(bytes: libc::rlim_t) {
    let mut limit = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: `limit` is written, and read, for the time of the calls.
    unsafe {
        assert_eq!(libc::getrlimit(libc::RLIMIT_FSIZE, &mut limit), 0);
        limit.rlim_cur = bytes.min(limit.rlim_max);
        assert_eq!(libc::setrlimit(libc::RLIMIT_FSIZE, &limit), 0);
        // A direct handler's callers would be ended by it; the engine's threads block all signals.
        libc::signal(libc::SIGXFSZ, libc::SIG_IGN);
    }
}

const RECORDS: u64 = 20_000;

#[test]
fn nothing_is_lost_while_there_is_capacity_and_what_is_is_counted() {
    let scratch = Scratch::new("disk");
    for (name, handlers, delivery) in [
        ("collector", 1, Delivery::Queued),
        ("worker", 2, Delivery::Queued),
        ("caller", 1, Delivery::Direct),
    ] {
        let told = Arc::new(Mutex::new(Vec::new()));
        let path = scratch.path(name);
        let into = told.clone();
        let handler = plain(&path)
            .with_delivery(delivery)
            .with_overflow(OverflowPolicy::Block)
            .with_error_handler(move |_: &Handler, failure: &Failure| {
                into.lock().unwrap().push(failure.to_string());
            })
            .build()
            .unwrap();
        let logger = lone_logger(&format!("disk.{name}"), &handler);
        let mut others = Vec::new();
        for other in 1..handlers {
            let small =
                plain(&scratch.path(&format!("{name}.{other}"))).with_level(Level::CRITICAL);
            others.push(small.build().unwrap());
            logger.add_handler(others.last().unwrap().clone());
        }
        limit_files(100_000);
        for i in 0..RECORDS {
            info!(logger: logger, "{i:7}");
        }
        wait_until("the disk to be full", || !told.lock().unwrap().is_empty());
        if delivery == Delivery::Queued {
            let error = handler.flush(PATIENCE).expect_err("the disk is full").to_string();
            assert!(error.contains(path.to_str().unwrap()), "{error}");
        }
        assert_eq!(read(&path).len(), 100_000, "as much as there is room for");
        limit_files(libc::RLIM_INFINITY);
        info!(logger: logger, "{:7}", RECORDS);
        wait_until("the rest", || {
            let stats = handler.stats();
            stats.written + stats.dropped == RECORDS + 1
        });
        wait_until("the recovery", || {
            told.lock().unwrap().last().unwrap().starts_with("works again")
        });
        let stats = handler.stats();
        let text = read(&path);
        if delivery == Delivery::Queued {
            let expected = (0..=RECORDS).map(|i| format!("{i:7}"));
            assert!(text.lines().eq(expected), "{name}: lost, twice or torn");
            assert_eq!(stats.dropped, 0);
        } else {
            // What does not fit is dropped at once: nobody may wait for the disk on the caller.
            assert_eq!(stats.dropped, RECORDS - 100_000 / 8);
            let end = format!("{} records dropped\n{RECORDS:7}\n", stats.dropped);
            assert!(text.ends_with(&end), "{name}: {}", &text[text.len() - 100..]);
        }
        logger.remove_handler(&handler);
    }
}
