//! A logger's first use by several threads at once: a record of any of them counts.

#[path = "support/scratch.rs"]
mod scratch;

use std::sync::Barrier;
use std::thread;

use femto_std::{Level, Manager, get_logger, info};
use scratch::{Scratch, lines};

#[test]
fn a_logger_that_another_thread_is_making_takes_records() {
    let scratch = Scratch::new("first-use");
    let (handler, path) = scratch.handler("first.log");
    let root = Manager::global().root();
    root.add_handler(handler.clone());
    root.set_level(Level::INFO);
    let start = Barrier::new(THREADS);
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                for turn in 0..TURNS {
                    let name = format!("first.use.{turn}");
                    start.wait();
                    info!(logger: get_logger(&name), "{}", name);
                }
            });
        }
    });
    let mut expected: Vec<_> =
        (0..THREADS * TURNS).map(|n| format!("first.use.{}", n / THREADS)).collect();
    let mut found = lines(&handler, &path);
    expected.sort();
    found.sort();
    assert_eq!(found, expected);
}

const THREADS: usize = 4;
const TURNS: usize = 500;
