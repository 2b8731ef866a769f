//! What a ring handler does when its ring is full, and how it accounts for it. With a clock, which is
//! the whole process's.
#![cfg(not(loom))]
#![allow(clippy::unwrap_used, reason = "a failure is what a test reports")]

use core::fmt;
use core::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering::Relaxed};
use core::time::Duration;
use std::sync::Barrier;
use std::thread;

use femto_core::{
    Clock, Formatter, Handler, Level, Logger, OverflowPolicy, Record, RingHandler,
    RingHandlerBuilder, TextFormatter, Value, info, set_clock,
};

const OVER: RingHandlerBuilder<32> =
    RingHandlerBuilder::new().with_policy(OverflowPolicy::OverwriteOldest);

#[test]
fn overwriting_keeps_the_newest_and_says_how_many_were_lost() {
    static RING: RingHandler<32> = OVER.build_static();
    static ROOT: Logger = Logger::root().with_handlers(&[&RING]);
    (0..40_u8).for_each(|n| info!(logger: ROOT, "record {}", n));
    let statistics = RING.statistics();
    assert_eq!((statistics.dropped, statistics.written), (0, 0));
    let kept = 40 - statistics.overwritten as u8;
    assert!(kept > 1);
    let mut expected: Vec<_> = (40 - kept..40).map(|n| format!("record {n}")).collect();
    expected.push(format!("{} records dropped", 40 - kept));
    assert_eq!(messages(&RING), expected);
    assert_eq!(RING.statistics().written, kept.into());
    assert_eq!(RING.statistics().high_water, RING.statistics().capacity);
    assert!(messages(&RING).is_empty());
}

#[test]
fn numbers_count_what_was_dropped_and_overwritten() {
    static RING: RingHandler<32> = OVER.build_static();
    static ROOT: Logger = Logger::root().with_handlers(&[&RING]);
    let numbers = |count: u32| {
        (0..count).for_each(|n| info!(logger: ROOT, "{}", n));
        let seen = Numbers::default();
        RING.drain(&seen, &mut Vec::new()).unwrap();
        seen.0.into_inner().unwrap()
    };
    assert_eq!(numbers(3), [Some(0), Some(1), Some(2)]);
    let later = numbers(40);
    assert_eq!(*later.last().unwrap(), Some(42));
    assert!(later.iter().is_sorted() && later.len() < 40);
    assert_eq!(*later.first().unwrap(), Some(43 - later.len() as u32));
}

#[test]
fn overwriting_under_stress_accounts_for_all() {
    static RING: RingHandler<64> =
        RingHandlerBuilder::new().with_policy(OverflowPolicy::OverwriteOldest).build_static();
    static ROOT: Logger = Logger::root().with_handlers(&[&RING]);
    const RECORDS: u32 = 50_000;
    let is_over = AtomicBool::new(false);
    let start = Barrier::new(4);
    let checked = Checked::default();
    thread::scope(|scope| {
        let producers = [1_u32, 2, 3].map(|producer| {
            let start = &start;
            scope.spawn(move || {
                start.wait();
                for n in 0..RECORDS {
                    info!(logger: ROOT, "{} {} {}", producer, n, n ^ producer);
                }
            })
        });
        scope.spawn(|| {
            start.wait();
            while !is_over.load(Relaxed) {
                RING.drain(&checked, &mut Vec::new()).unwrap();
                thread::yield_now();
            }
        });
        producers.into_iter().for_each(|producer| producer.join().unwrap());
        is_over.store(true, Relaxed);
    });
    RING.drain(&checked, &mut Vec::new()).unwrap();
    let statistics = RING.statistics();
    let all = statistics.written + statistics.dropped + statistics.overwritten;
    assert_eq!(all, 3 * RECORDS as usize);
    assert_eq!(checked.0.load(Relaxed), statistics.written);
    assert!(statistics.overwritten > 0);
}

#[test]
fn a_caller_waits_for_the_drain_within_its_limit() {
    static RING: RingHandler<32> = RingHandlerBuilder::new()
        .with_policy(OverflowPolicy::Timeout { limit: Duration::from_secs(60), relax })
        .build_static();
    static ROOT: Logger = Logger::root().with_handlers(&[&RING]);
    fn relax() -> bool {
        thread::yield_now();
        true
    }
    start_clock();
    thread::scope(|scope| {
        scope.spawn(|| (0..5000_u32).for_each(|n| info!(logger: ROOT, "{}", n)));
        let mut seen = Vec::new();
        while seen.len() < 5000 {
            seen.extend(messages(&RING));
            thread::yield_now();
        }
        assert!(seen.iter().enumerate().all(|(n, message)| *message == n.to_string()));
    });
    assert_eq!(RING.dropped(), 0);
}

#[test]
fn a_caller_gives_up_after_its_limit() {
    static RING: RingHandler<16> = RingHandlerBuilder::new()
        .with_policy(OverflowPolicy::Timeout { limit: Duration::from_micros(50), relax })
        .build_static();
    static ROOT: Logger = Logger::root().with_handlers(&[&RING]);
    static TURNS: AtomicUsize = AtomicUsize::new(0);
    fn relax() -> bool {
        TURNS.fetch_add(1, Relaxed);
        true
    }
    start_clock();
    while RING.dropped() == 0 {
        info!(logger: ROOT, "m");
    }
    // A microsecond is what the clock takes for a look; other tests look too.
    assert!((2..=50).contains(&TURNS.load(Relaxed)), "{TURNS:?}");
}

#[test]
fn a_caller_that_may_not_wait_does_not() {
    static RING: RingHandler<16> = RingHandlerBuilder::new()
        .with_policy(OverflowPolicy::Timeout { limit: Duration::MAX, relax: || false })
        .build_static();
    static ROOT: Logger = Logger::root().with_handlers(&[&RING]);
    start_clock();
    while RING.dropped() < 3 {
        info!(logger: ROOT, "m");
    }
}

fn start_clock() {
    struct Looked;
    impl Clock for Looked {
        fn now(&self) -> u64 {
            static MICROS: AtomicU64 = AtomicU64::new(0);
            MICROS.fetch_add(1, Relaxed)
        }
        fn ticks_per_second(&self) -> u64 {
            1_000_000
        }
    }
    let _ = set_clock(&Looked); // by the first test that comes here
}

/// The messages that a drain writes.
fn messages<const WORDS: usize>(ring: &RingHandler<WORDS>) -> Vec<String> {
    let mut text = Vec::new();
    ring.drain(&TextFormatter::new(), &mut text).unwrap();
    let lines = String::from_utf8(text).unwrap();
    lines.lines().map(|line| line.split_once(": ").unwrap().1.to_owned()).collect()
}

/// Keeps the numbers of records.
#[derive(Default)]
struct Numbers(std::sync::Mutex<Vec<Option<u32>>>);

impl Formatter for Numbers {
    fn format(&self, record: &Record<'_>, _: &mut dyn fmt::Write) -> fmt::Result {
        if record.logger_name() != "femtologging" {
            self.0.lock().unwrap().push(record.sequence());
        }
        Ok(())
    }
}

/// Checks and counts records.
#[derive(Default)]
struct Checked(AtomicUsize);

impl Formatter for Checked {
    fn format(&self, record: &Record<'_>, _: &mut dyn fmt::Write) -> fmt::Result {
        if let &[Value::U32(producer), Value::U32(n), Value::U32(check)] = record.values() {
            assert_eq!((check, record.level()), (n ^ producer, Level::INFO));
            self.0.fetch_add(1, Relaxed);
        }
        Ok(())
    }
}
