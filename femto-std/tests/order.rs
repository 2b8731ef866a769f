//! Order: each thread's records as called, and across threads whatever happened before.

#[path = "support/scratch.rs"]
mod scratch;

use core::sync::atomic::{AtomicU64, Ordering};
use std::sync::Barrier;
use std::thread;

use femto_std::info;
use scratch::{Scratch, lines};

/// Every line is the number that a correct order gives it.
#[track_caller]
fn assert_counts_up(lines: &[String], count: usize) {
    for (expected, line) in lines.iter().enumerate() {
        let got: usize = line.parse().expect("a number");
        assert_eq!(got, expected, "out of order");
    }
    assert_eq!(lines.len(), count);
}

#[test]
fn two_threads_that_take_turns_are_written_in_turn() {
    const TURNS: u64 = 100_000;
    let scratch = Scratch::new("turns");
    let (logger, handler, path) = scratch.logger("turns");
    let token = AtomicU64::new(0);
    thread::scope(|scope| {
        for me in 0..2 {
            let token = &token;
            scope.spawn(move || {
                for turn in (me..TURNS).step_by(2) {
                    let mut spins = 0;
                    while token.load(Ordering::Acquire) != turn {
                        spins += 1;
                        if spins % 1000 == 0 {
                            thread::yield_now();
                        }
                    }
                    info!(logger: logger, "{turn}");
                    token.store(turn + 1, Ordering::Release);
                }
            });
        }
    });
    assert_counts_up(&lines(&handler, &path), TURNS as usize);
}

#[test]
fn what_a_thread_logged_before_it_was_joined_comes_first() {
    const THREADS: usize = 5_000;
    let scratch = Scratch::new("joined");
    let (logger, handler, path) = scratch.logger("joined");
    for i in 0..THREADS {
        thread::spawn(move || info!(logger: logger, "{}", 2 * i)).join().unwrap();
        info!(logger: logger, "{}", 2 * i + 1);
    }
    assert_counts_up(&lines(&handler, &path), 2 * THREADS);
}

#[test]
fn a_chain_of_new_threads_is_written_as_it_ran() {
    const LINKS: usize = 2_000;
    let scratch = Scratch::new("chain");
    let (logger, handler, path) = scratch.logger("chain");
    // The next link starts while its predecessor, which has logged, is still alive.
    for start in (0..LINKS).step_by(4) {
        let barrier = Barrier::new(4);
        thread::scope(|scope| {
            let barrier = &barrier;
            let first = scope.spawn(move || {
                info!(logger: logger, "{start}");
                scope.spawn(move || {
                    info!(logger: logger, "{}", start + 1);
                    scope.spawn(move || {
                        info!(logger: logger, "{}", start + 2);
                        scope.spawn(move || {
                            info!(logger: logger, "{}", start + 3);
                            barrier.wait();
                        });
                        barrier.wait();
                    });
                    barrier.wait();
                });
                barrier.wait();
            });
            first.join().unwrap();
        });
    }
    assert_counts_up(&lines(&handler, &path), LINKS);
}

#[test]
fn a_thread_whose_lane_grows_keeps_its_order_among_small_and_large_records() {
    const RECORDS: usize = 50_000;
    let scratch = Scratch::new("grows");
    let (logger, handler, path) = scratch.logger("grows");
    let long = "x".repeat(100_000);
    for i in 0..RECORDS {
        // Sizes of the first lane, of grown lanes, and beyond all lanes.
        let length = match i {
            _ if i % 5000 == 4999 => 100_000,
            _ if i % 500 == 499 => 30_000,
            _ if i % 50 == 49 => 3_000,
            _ => i % 40,
        };
        info!(logger: logger, "{} {}", i, &long[..length]);
    }
    let lines = lines(&handler, &path);
    for (expected, line) in lines.iter().enumerate() {
        let (number, _) = line.split_once(' ').expect("a number");
        assert_eq!(number.parse(), Ok(expected), "out of order");
    }
    assert_eq!(lines.len(), RECORDS);
}

#[test]
fn all_handlers_see_the_same_order() {
    const EACH: usize = 20_000;
    let scratch = Scratch::new("alike");
    let (logger, one, one_path) = scratch.logger("alike");
    let (other, other_path) = scratch.handler("other");
    logger.add_handler(other.clone());
    thread::scope(|scope| {
        for thread in 0..3 {
            scope.spawn(move || {
                for i in 0..EACH {
                    info!(logger: logger, "{thread} {i}");
                }
            });
        }
    });
    let (one, other) = (lines(&one, &one_path), lines(&other, &other_path));
    assert_eq!(one.len(), 3 * EACH);
    assert!(one == other, "the files differ");
}
