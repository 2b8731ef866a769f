//! Reconfiguration while threads log: every record is in one file or another, once.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

#[path = "support/scratch.rs"]
mod scratch;

use core::sync::atomic::{AtomicBool, Ordering};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Barrier;
use std::thread;

use femto_std::config::{
    Config, ConfigBuilder, FileConfig, FilterConfig, FormatterBuilder, HandlerConfig,
    LoggerConfigBuilder,
};
use femto_std::{Level, Manager, get_logger, info};
use scratch::{PATIENCE, Scratch, read, wait_until};

const THREADS: usize = 4;
const RECORDS: usize = 5_000;
/// Configurations that are applied at least while threads log.
const ROUNDS: usize = 15;

/// The one of these configurations that a round has.
fn config(scratch: &Scratch, round: usize) -> Config {
    let file = |name: &str| HandlerConfig::new(FileConfig::new(scratch.path(name)));
    let builder = ConfigBuilder::new()
        .with_formatter("short", FormatterBuilder::new().with_format("%(message)s"))
        .with_formatter(
            "long",
            FormatterBuilder::new().with_format("%(levelname)s|%(name)s|%(message)s"),
        )
        .with_filter("all", FilterConfig::new());
    let top = |ids: &[&'static str]| LoggerConfigBuilder::new().with_handlers(ids.to_vec());
    let info = |logger: LoggerConfigBuilder| logger.with_level(Level::INFO);
    let builder = match round % 5 {
        // One file.
        0 => builder
            .with_handler("one", file("one").with_formatter("short"))
            .with_logger("load", info(top(&["one"]))),
        // The same file, other lines; a filter on the caller.
        1 => builder
            .with_handler("one", file("one").with_formatter("long"))
            .with_logger("load", info(top(&["one"])).with_filters(["all"])),
        // The same file by another queue, that is, another handler.
        2 => builder
            .with_handler("one", file("one").with_capacity(64 << 10).with_formatter("short"))
            .with_logger("load", info(top(&["one"]))),
        // Another file; the first is closed.
        3 => builder
            .with_handler("two", file("two").with_formatter("short").with_filters(["all"]))
            .with_logger("load", info(top(&["two"]))),
        // From the root, that is reached by propagation; written by the caller.
        _ => builder
            .with_handler(
                "three",
                file("three").with_formatter("short").with_delivery(femto_std::Delivery::Direct),
            )
            .with_root(info(top(&["three"]))),
    };
    builder.build().unwrap()
}

/// Counts each message of a file.
fn count(path: &Path, counts: &mut BTreeMap<String, usize>) {
    for line in read(path).lines() {
        let message = line.strip_prefix("INFO|load.child|").unwrap_or(line);
        *counts.entry(message.to_owned()).or_default() += 1;
    }
}

#[test]
fn no_record_is_lost_or_doubled_while_configurations_come_and_go() {
    let scratch = Scratch::new("config-load");
    config(&scratch, 0).apply().unwrap();
    let (barrier, is_done) = (Barrier::new(THREADS + 1), AtomicBool::new(false));
    let mut rounds = 0;
    thread::scope(|scope| {
        let threads: Vec<_> = (0..THREADS)
            .map(|thread| {
                let (barrier, is_done) = (&barrier, &is_done);
                scope.spawn(move || {
                    let logger = get_logger("load.child");
                    barrier.wait();
                    let mut made = 0;
                    // Until both were busy long enough.
                    while made < RECORDS || !is_done.load(Ordering::Relaxed) {
                        info!(logger: logger, "{thread} {made}");
                        made += 1;
                        if made % 256 == 0 {
                            thread::yield_now();
                        }
                    }
                    made
                })
            })
            .collect();
        barrier.wait();
        while rounds < ROUNDS || threads.iter().any(|thread| !thread.is_finished()) {
            rounds += 1;
            config(&scratch, rounds).apply().unwrap();
            if rounds >= ROUNDS {
                is_done.store(true, Ordering::Relaxed);
            }
        }
        let made: Vec<usize> = threads.into_iter().map(|thread| thread.join().unwrap()).collect();

        Manager::global().flush(PATIENCE).unwrap();
        let mut counts = BTreeMap::new();
        for name in ["one", "two", "three"] {
            count(&scratch.path(name), &mut counts);
        }
        for (thread, made) in made.iter().enumerate() {
            for record in 0..*made {
                let message = format!("{thread} {record}");
                let found = counts.remove(&message);
                assert_eq!(found, Some(1), "{message} of {made:?} after {rounds} configurations");
            }
        }
        assert!(counts.is_empty(), "{counts:?}");
    });

    // Handlers that are gone are closed, once nobody can have a record for them.
    Config::default().apply().unwrap();
    wait_until("files are closed", || {
        let open = std::fs::read_dir("/proc/self/fd").unwrap().flatten();
        let targets = open.filter_map(|entry| std::fs::read_link(entry.path()).ok());
        targets.filter(|target| target.starts_with(scratch.path(""))).count() == 0
    });
}
