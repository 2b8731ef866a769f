//! Levels changed where the subscriber is that of a thread, not of the process, and other layers beside
//! ours. A test binary of its own: `tracing` counts subscribers.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

#[path = "support/scratch.rs"]
mod scratch;

use core::fmt;
use core::sync::atomic::{AtomicUsize, Ordering};
use std::sync::Arc;

use femto_std::bridge::tracing::layer;
use femto_std::{Level, Logger, get_logger};
use scratch::{Scratch, lines, wait_until};
use tracing::Subscriber;
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};

struct Changing(Logger, Level);

impl fmt::Display for Changing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.set_level(self.1);
        f.write_str("changed")
    }
}

/// Counts events.
struct Counting(Arc<AtomicUsize>);

impl<S: Subscriber> Layer<S> for Counting {
    fn on_event(&self, _: &tracing::Event<'_>, _: Context<'_, S>) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

// One test: the number of subscribers matters.
#[test]
fn a_threads_own_subscriber_learns_of_levels_too() {
    let scratch = Scratch::new("scoped");
    let (logger, handler, path) = scratch.logger("scoped");
    logger.set_level(Level::WARN);
    let is_wanted = || tracing::enabled!(target: "scoped", tracing::Level::INFO);
    let subscriber = tracing_subscriber::registry().with(layer());
    tracing::subscriber::with_default(subscriber, || {
        assert!(!is_wanted());
        logger.set_level(Level::INFO);
        assert!(is_wanted());
        // By a thread in which no subscriber is in force; by a value, within the subscriber.
        std::thread::spawn(move || logger.set_level(Level::WARN)).join().unwrap();
        wait_until("told by another thread", || !is_wanted());
        tracing::warn!(target: "scoped", "{}", Changing(logger, Level::INFO));
        wait_until("told from within", is_wanted);
        tracing::info!(target: "scoped", "wanted");
        // The last change counts, however many are told at once.
        for _ in 0..200 {
            std::thread::spawn(move || {
                logger.set_level(Level::WARN);
                logger.set_level(Level::INFO);
            })
            .join()
            .unwrap();
            wait_until("told the last", is_wanted);
        }
    });
    assert!(!is_wanted());
    assert_eq!(lines(&handler, &path), ["changed", "wanted"]);

    // The other layer sees what it wants.
    let counted = Arc::new(AtomicUsize::new(0));
    let subscriber = tracing_subscriber::registry().with(layer()).with(Counting(counted.clone()));
    tracing::subscriber::with_default(subscriber, || {
        get_logger("scoped").set_level(Level::ERROR);
        for _ in 0..3 {
            tracing::info!(target: "scoped", "for the other alone");
            tracing::error!(target: "scoped", "for both");
        }
    });
    assert_eq!(counted.load(Ordering::Relaxed), 6);
    assert_eq!(lines(&handler, &path)[2..], ["for both"; 3]);
}
