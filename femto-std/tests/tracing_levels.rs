//! `tracing` asks again which statements are wanted whenever levels change. A test binary of its own, for
//! the process's subscriber.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

#[path = "support/scratch.rs"]
mod scratch;

use core::fmt;
use core::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use core::time::Duration;
use std::sync::Arc;
use std::thread;

use femto_std::bridge::tracing::init;
use femto_std::{Error, Filter, Level, Logger, Manager, Metadata, Record, get_logger};
use scratch::{Scratch, lines, lone_logger, pattern, plain, within};
use tracing::level_filters::LevelFilter;

/// Changes a level while it is printed.
struct Changing(Logger);

impl fmt::Display for Changing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.set_level(Level::DEBUG);
        tracing::debug!(target: "levels::inner", "from within");
        f.write_str("changed")
    }
}

struct Broken;

impl fmt::Debug for Broken {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        panic!("in a Debug")
    }
}

/// Logs by `tracing`, and changes a level, while it judges.
#[derive(Debug)]
struct Meddling(Logger);

impl Filter for Meddling {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        self.0.set_level(Level::INFO);
        tracing::info!(target: "levels::inner", "from a filter");
        self.0.set_level(Level::DEBUG);
        true
    }

    fn matches(&self, _: &Record<'_>) -> bool {
        true
    }
}

#[test]
fn levels_changed_at_run_time_count_at_once() {
    init().unwrap();
    assert!(matches!(init(), Err(Error::InstallTracingBridge)));
    let scratch = Scratch::new("levels");
    let path = scratch.path("log");
    let handler = plain(&path).with_formatter(pattern("%(name)s %(message)s")).build().unwrap();
    let logger = lone_logger("levels", &handler);
    logger.set_level(Level::INFO);

    // One statement of each level, run again and again: `tracing` keeps what it is told of each.
    let evaluated = AtomicUsize::new(0);
    let count = || evaluated.fetch_add(1, Ordering::Relaxed);
    let run = || {
        let before = evaluated.load(Ordering::Relaxed);
        tracing::error!(target: "levels::db", n = count());
        tracing::warn!(target: "levels::db", n = count());
        tracing::info!(target: "levels::db", n = count());
        tracing::debug!(target: "levels::db", n = count());
        tracing::trace!(target: "levels::db", n = count());
        evaluated.load(Ordering::Relaxed) - before
    };
    assert_eq!(run(), 3);
    for (level, expected) in
        [(Level::TRACE, 5), (Level::ERROR, 1), (Level::DEBUG, 4), (Level::OFF, 0), (Level::WARN, 2)]
    {
        logger.set_level(level);
        assert_eq!(run(), expected, "{level}");
        assert_eq!(tracing::enabled!(target: "levels::db", tracing::Level::TRACE), expected == 5);
    }
    let child = get_logger("levels.db");
    child.set_level(Level::DEBUG);
    assert_eq!(run(), 4);
    handler.set_level(Level::ERROR);
    assert_eq!(run(), 1);
    assert_eq!(LevelFilter::current(), LevelFilter::ERROR);
    handler.set_level(Level::NOTSET);
    Manager::global().disable(Level::WARN);
    assert_eq!(run(), 1);
    Manager::global().disable(Level::NOTSET);
    assert_eq!(run(), 4);
    logger.remove_handler(&handler);
    assert_eq!(run(), 0);
    assert_eq!(LevelFilter::current(), LevelFilter::OFF);
    logger.add_handler(handler.clone());
    Manager::global()
        .reconfigure(|config| {
            config.loggers.entry("levels.db".to_owned()).or_default().level = Some(Level::TRACE);
        })
        .unwrap();
    assert_eq!(run(), 5);
    // By another thread.
    thread::spawn(move || child.set_level(Level::NOTSET)).join().unwrap();
    logger.set_level(Level::INFO);
    assert_eq!(run(), 3);
    let written = lines(&handler, &path).len();
    assert_eq!(written, evaluated.load(Ordering::Relaxed));

    // From within a record, in a value and in a filter.
    within(Duration::from_secs(60), "a level changed while a value is printed", move || {
        tracing::info!(target: "levels", "{}", Changing(logger));
    });
    logger.add_filter(Arc::new(Meddling(logger)));
    within(Duration::from_secs(60), "a level changed in a filter", move || {
        tracing::debug!(target: "levels", broken = ?Broken, "filtered");
    });
    logger.clear_filters();
    assert_eq!(
        lines(&handler, &path)[written..],
        [
            "levels.inner from within",
            "levels changed",
            "levels.inner from a filter",
            "levels filtered broken=<formatting panicked>"
        ]
    );

    // Statements met for the first time, and levels changed, all at once: nobody waits for anybody.
    within(Duration::from_secs(120), "levels changed while statements are met", move || {
        let is_over = AtomicBool::new(false);
        thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    while !is_over.load(Ordering::Relaxed) {
                        for level in [Level::DEBUG, Level::WARN] {
                            logger.set_level(level);
                            handler.set_level(level);
                        }
                    }
                });
            }
            let mut logging = Vec::new();
            for _ in 0..2 {
                logging.push(scope.spawn(many_statements));
            }
            for thread in logging {
                thread.join().unwrap();
            }
            is_over.store(true, Ordering::Relaxed);
        });
        logger.set_level(Level::TRACE);
        handler.set_level(Level::NOTSET);
        assert!(tracing::enabled!(target: "levels::db", tracing::Level::TRACE));
    });
}

/// Two hundred statements, each in a module's logger of its own.
fn many_statements() {
    macro_rules! ten {
        ($($name:literal)*) => {$(
            tracing::info!(target: concat!("levels::m", $name, "::a"), "a");
            tracing::debug!(target: concat!("levels::m", $name, "::b"), "b");
            drop(tracing::info_span!(target: concat!("levels::m", $name), "span").entered());
            femto_std::info!(target: concat!("levels::n", $name), "c");
        )*};
    }
    ten!(0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29);
    ten!(30 31 32 33 34 35 36 37 38 39 40 41 42 43 44 45 46 47 48 49 50 51 52 53 54 55);
}
