//! Many threads and many records: none lost, none torn, each thread's in order, counts exact.

#[path = "support/scratch.rs"]
mod scratch;

use core::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::Barrier;
use std::thread;

use femto_std::{Logger, info};
use scratch::{Scratch, lines, lone_logger, pattern, plain, wait_until};

/// What every test logs: the text after the numbers lets a torn line show.
fn log_some(logger: Logger, thread: usize, count: usize) {
    for i in 0..count {
        info!(logger: logger, "t{} n{} {} {:.3} end", thread, i, TEXT, i as f64);
    }
}

/// Parses every line; answers how many there are of each thread, in order.
#[track_caller]
fn count_in_order(lines: &[String], threads: usize) -> Vec<usize> {
    let mut next = vec![0; threads];
    for line in lines {
        let parsed = (|| {
            let (thread, rest) = line.strip_prefix('t')?.split_once(" n")?;
            let (number, rest) = rest.split_once(' ')?;
            let thread: usize = thread.parse().ok()?;
            let number: usize = number.parse().ok()?;
            (rest == format!("{TEXT} {number}.000 end")).then_some((thread, number))
        })();
        let (thread, number) = parsed.unwrap_or_else(|| panic!("torn: {line:?}"));
        assert_eq!(number, next[thread], "thread {thread} out of order");
        next[thread] += 1;
    }
    next
}

const TEXT: &str = "the quick brown fox, 日本";

#[test]
fn four_threads_lose_and_tear_nothing() {
    const EACH: usize = 100_000;
    let scratch = Scratch::new("four");
    let (logger, handler, path) = scratch.logger("four");
    let barrier = Barrier::new(4);
    thread::scope(|scope| {
        for thread in 0..4 {
            let barrier = &barrier;
            scope.spawn(move || {
                barrier.wait();
                log_some(logger, thread, EACH);
            });
        }
    });
    let lines = lines(&handler, &path);
    assert_eq!(count_in_order(&lines, 4), [EACH; 4]);
    let stats = handler.stats();
    assert_eq!((stats.accepted, stats.written), (4 * EACH as u64, 4 * EACH as u64));
    assert_eq!((stats.dropped, stats.errors), (0, 0));
    assert_eq!(stats.bytes, std::fs::metadata(&path).unwrap().len());
}

#[test]
fn two_thousand_short_lives_lose_nothing() {
    const THREADS: usize = 2_000;
    let scratch = Scratch::new("churn");
    let (logger, handler, path) = scratch.logger("churn");
    for first in (0..THREADS).step_by(20) {
        thread::scope(|scope| {
            for thread in first..first + 20 {
                scope.spawn(move || log_some(logger, thread, 7));
            }
        });
    }
    assert_eq!(count_in_order(&lines(&handler, &path), THREADS), [7; THREADS]);
}

#[test]
fn a_thousand_threads_alive_at_once_lose_nothing() {
    const THREADS: usize = 1_000;
    let scratch = Scratch::new("alive");
    let (logger, handler, path) = scratch.logger("alive");
    let barrier = Barrier::new(THREADS);
    thread::scope(|scope| {
        for thread in 0..THREADS {
            let barrier = &barrier;
            let small = thread::Builder::new().stack_size(128 << 10);
            let run = move || {
                log_some(logger, thread, 10);
                barrier.wait();
            };
            small.spawn_scoped(scope, run).unwrap();
        }
    });
    assert_eq!(count_in_order(&lines(&handler, &path), THREADS), [10; THREADS]);
}

#[test]
fn handlers_that_come_and_go_while_threads_log_lose_nothing() {
    let scratch = Scratch::new("change");
    let (logger, handler, path) = scratch.logger("change");
    let (coming, coming_path) = scratch.handler("coming");
    let (stop, logged) = (AtomicBool::new(false), AtomicUsize::new(0));
    let counts: Vec<usize> = thread::scope(|scope| {
        let threads: Vec<_> = (0..3)
            .map(|thread| {
                let (stop, logged) = (&stop, &logged);
                scope.spawn(move || {
                    let mut i = 0;
                    while !stop.load(Ordering::Relaxed) {
                        info!(logger: logger, "t{} n{} {} {:.3} end", thread, i, TEXT, i as f64);
                        i += 1;
                        logged.fetch_add(1, Ordering::Relaxed);
                    }
                    i
                })
            })
            .collect();
        for round in 0..40_u32 {
            logger.add_handler(coming.clone());
            let before = logged.load(Ordering::Relaxed);
            // Each thread is in the middle of one record at most: of four, one begins after.
            wait_until("a record", || logged.load(Ordering::Relaxed) > before + 3);
            coming.set_level(femto_std::Level::new((round % 20) as u8));
            logger.remove_handler(&coming);
            coming.set_formatter(pattern("%(message)s"));
        }
        stop.store(true, Ordering::Relaxed);
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert_eq!(count_in_order(&lines(&handler, &path), 3), counts);
    // The other got some of them, whole and in order; its own numbers agree with its file.
    let some = lines(&coming, &coming_path);
    assert_eq!(coming.stats().written, some.len() as u64);
    assert!(!some.is_empty() && some.len() < counts.iter().sum::<usize>());
    let mut last = [None; 3];
    for line in some {
        let (thread, rest) = line.strip_prefix('t').unwrap().split_once(" n").unwrap();
        let number: usize = rest.split_once(' ').unwrap().0.parse().unwrap();
        let last = &mut last[thread.parse::<usize>().unwrap()];
        assert!(last.is_none_or(|last| last < number), "twice or out of order: {line}");
        *last = Some(number);
    }
}

#[test]
fn each_record_reaches_exactly_one_of_two_handlers_that_are_swapped() {
    let scratch = Scratch::new("swap");
    let (one, one_path) = scratch.handler("one");
    let path = scratch.path("top");
    let top = plain(&path).build().unwrap();
    lone_logger("swap", &top);
    let logger = femto_std::get_logger("swap.below");
    logger.add_handler(one.clone());
    let stop = AtomicBool::new(false);
    let count = thread::scope(|scope| {
        let counter = scope.spawn(|| {
            let mut i = 0;
            while !stop.load(Ordering::Relaxed) {
                info!(logger: logger, "t0 n{} {} {:.3} end", i, TEXT, i as f64);
                i += 1;
            }
            i
        });
        for _ in 0..50 {
            logger.set_propagate(false);
            logger.set_propagate(true);
        }
        stop.store(true, Ordering::Relaxed);
        counter.join().unwrap()
    });
    // Its own handler saw all; the one above only what came while it propagated.
    assert_eq!(count_in_order(&lines(&one, &one_path), 1), [count]);
    assert_eq!(lines(&top, &path).len() as u64, top.stats().written);
}
