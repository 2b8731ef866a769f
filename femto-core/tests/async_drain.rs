//! The drain as a task of a real executor.
#![cfg(not(loom))]
#![allow(clippy::unwrap_used, reason = "a failure is what a test reports")]

use core::convert::Infallible;
use core::fmt;
use core::future::Future;
use core::pin::pin;
use core::sync::atomic::{AtomicU64, Ordering::Relaxed};
use core::task::{Context, Poll, Waker};
use std::thread;

use embedded_io_async::{ErrorKind, ErrorType, Write};
use femto_core::frame::wire::{Decoder, Payload, WireFormatter};
use femto_core::{
    AsyncRingHandler, DirectHandler, Formatter, Handler, Level, Logger, Record, TextFormatter,
    Value, error, info,
};
use futures::executor::block_on;

#[test]
fn lines_of_any_length_come_out_whole() {
    static RING: AsyncRingHandler<256> = AsyncRingHandler::new();
    static ROOT: Logger = Logger::root().with_handlers(&[&RING]);
    for length in (0..200).chain([300, 400]) {
        let text = "é".repeat(length / 2) + &"x".repeat(length % 2);
        info!(logger: ROOT, "{}", text.as_str());
        let mut out = Vec::new();
        let drained =
            block_on(RING.drain_async(&TextFormatter::new(), &mut Slow(&mut out))).unwrap();
        assert_eq!(drained.written, 1);
        assert_eq!(String::from_utf8(out).unwrap(), format!("INFO  root: {text}\n"));
    }
}

#[test]
fn frames_as_they_lie_in_the_ring_come_out_whole_and_numbered() {
    static RING: AsyncRingHandler<256> = AsyncRingHandler::new();
    static ROOT: Logger = Logger::root().with_handlers(&[&RING]);
    let mut out = Vec::new();
    for length in 0..200 {
        info!(logger: ROOT, "{}", "x".repeat(length).as_str());
        block_on(RING.drain_frames_async(&mut Slow(&mut out))).unwrap();
    }
    // A loss is told in what the writer says about itself.
    (0..100).for_each(|_| info!(logger: ROOT, "lost"));
    let dropped = RING.statistics().dropped as u32;
    let drained = block_on(RING.drain_frames_async(&mut Slow(&mut out))).unwrap().written as u32;
    assert_eq!((drained + dropped, RING.statistics().dropped), (100, dropped as usize));
    let mut decoder = Decoder::new([0; 1024]);
    let mut wire = &out[..];
    let (mut records, mut about) = (0, Vec::new());
    while let Some(packet) = decoder.next(&mut wire) {
        let packet = packet.unwrap();
        match packet.payload {
            Payload::About(_) => about.push(packet.sequence),
            Payload::FromRing(words) => {
                assert_eq!(packet.sequence, records);
                let longest = words.split(|byte| *byte != b'x').map(<[u8]>::len).max();
                assert_eq!(longest, Some(if records < 200 { records as usize } else { 0 }));
                records += 1;
            }
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(records, 200 + drained);
    assert_eq!((about[0], about[1], about.last().copied()), (0, 32, Some(300)));
    assert_eq!(decoder.finish(), None);
}

#[test]
fn frames_of_any_length_come_out_whole_and_numbered() {
    static RING: AsyncRingHandler<256> = AsyncRingHandler::new();
    static ROOT: Logger = Logger::root().with_handlers(&[&RING]);
    static WIRE: WireFormatter = WireFormatter::new();
    let mut out = Vec::new();
    for length in 0..200 {
        info!(logger: ROOT, "{}", "x".repeat(length).as_str());
        block_on(RING.drain_async(&WIRE, &mut Slow(&mut out))).unwrap();
    }
    // The report of a loss is a frame too.
    (0..100).for_each(|_| info!(logger: ROOT, "{}", "y".repeat(100).as_str()));
    let dropped = RING.statistics().dropped;
    let drained = block_on(RING.drain_async(&WIRE, &mut Slow(&mut out))).unwrap().written;
    let mut decoder = Decoder::new([0; 1024]);
    let mut wire = &out[..];
    for (sequence, length) in (0..200).chain(core::iter::repeat_n(100, drained)).enumerate() {
        let packet = decoder.next(&mut wire).unwrap().unwrap();
        assert_eq!(packet.sequence, sequence as u32);
        let record = packet.portable().unwrap();
        assert!(
            matches!(record.arguments.into_iter().next(), Some(Value::Str(text)) if text.len() == length)
        );
    }
    let packet = decoder.next(&mut wire).unwrap().unwrap();
    let record = packet.portable().unwrap();
    assert_eq!(record.template, format!("{dropped} records dropped"));
    assert!(dropped > 0 && decoder.next(&mut wire).is_none());
}

#[test]
fn a_formatter_that_gives_up_loses_the_record_and_ends_its_line() {
    static RING: AsyncRingHandler<256> = AsyncRingHandler::new();
    static ROOT: Logger = Logger::root().with_handlers(&[&RING]);
    struct Half;
    impl Formatter for Half {
        fn format(&self, record: &Record<'_>, out: &mut dyn fmt::Write) -> fmt::Result {
            out.write_str(&"-".repeat(100))?;
            if record.level() > Level::INFO { Err(fmt::Error) } else { out.write_str("whole") }
        }
    }
    error!(logger: ROOT, "one");
    info!(logger: ROOT, "two");
    let mut out = Vec::new();
    assert_eq!(block_on(RING.drain_async(&Half, &mut out)).unwrap().written, 1);
    let dashes = "-".repeat(100);
    // The report, which is a warning, is given up too.
    let expected = format!("{dashes}\n{dashes}whole\n{dashes}\n");
    assert_eq!(String::from_utf8(out).unwrap(), expected);
    assert_eq!(RING.statistics().dropped, 1);
}

#[test]
fn no_wake_up_is_lost_in_a_million_turns() {
    // Each side waits for the other: one wake-up lost, and both wait for ever.
    static RING: AsyncRingHandler<64> = AsyncRingHandler::new();
    static ROOT: Logger = Logger::root().with_handlers(&[&RING]);
    static DRAINED: AtomicU64 = AtomicU64::new(0);
    struct Counts;
    impl Formatter for Counts {
        fn format(&self, record: &Record<'_>, _: &mut dyn fmt::Write) -> fmt::Result {
            assert_eq!(record.values().len(), 2);
            DRAINED.fetch_add(1, Relaxed);
            Ok(())
        }
    }
    let task = thread::spawn(|| {
        block_on(async {
            while DRAINED.load(Relaxed) < TURNS {
                RING.drain_async(&Counts, &mut Vec::new()).await.unwrap();
            }
        });
    });
    for turn in 1..=TURNS {
        info!(logger: ROOT, "{} {}", turn, turn);
        let mut looks = 0_u32;
        while DRAINED.load(Relaxed) < turn {
            looks += 1;
            assert!(looks < u32::MAX / 16, "turn {turn}: the task sleeps on");
            // Mostly at work when the task goes to sleep, sometimes long after.
            if turn % 64 == 0 { thread::yield_now() } else { core::hint::spin_loop() }
        }
    }
    task.join().unwrap();
    assert_eq!(RING.statistics().written as u64, TURNS);
}

#[test]
fn producers_that_interrupt_each_other_wake_the_task() {
    // Nobody logs any more when the task has still to be woken for the last.
    static RING: AsyncRingHandler<1024> = AsyncRingHandler::new();
    static ROOT: Logger = Logger::root().with_handlers(&[&RING]);
    const ROUNDS: usize = TURNS as usize / 200;
    for round in 1..=ROUNDS {
        thread::scope(|scope| {
            scope.spawn(move || {
                block_on(async {
                    while RING.statistics().written < round * 3 * PRODUCED {
                        RING.drain_async(&TextFormatter::new(), &mut Vec::new()).await.unwrap();
                    }
                });
            });
            for producer in 0..3_u32 {
                scope.spawn(move || {
                    (0..PRODUCED as u32).for_each(|n| info!(logger: ROOT, "{} {}", producer, n));
                });
            }
        });
    }
    assert_eq!(RING.statistics().written, ROUNDS * 3 * PRODUCED);
}

#[test]
fn a_future_that_is_dropped_in_a_line_counts_the_record_and_no_other() {
    static RING: AsyncRingHandler<256> = AsyncRingHandler::new();
    static ROOT: Logger = Logger::root().with_handlers(&[&RING]);
    info!(logger: ROOT, "one");
    info!(logger: ROOT, "two");
    let (formatter, mut never) = (TextFormatter::new(), Never);
    {
        let mut drain = pin!(RING.drain_async(&formatter, &mut never));
        let mut context = Context::from_waker(Waker::noop());
        assert!(drain.as_mut().poll(&mut context).is_pending());
    }
    assert_eq!(RING.statistics().dropped, 1);
    let mut out = Vec::new();
    block_on(RING.drain_async(&TextFormatter::new(), &mut out)).unwrap();
    let text = String::from_utf8(out).unwrap();
    assert_eq!(text, "INFO  root: two\nWARN  femtologging: 1 records dropped\n");
}

#[test]
fn a_sink_that_fails_in_a_line_loses_that_record_and_doubles_none() {
    static RING: AsyncRingHandler<256> = AsyncRingHandler::new();
    static ROOT: Logger = Logger::root().with_handlers(&[&RING]);
    info!(logger: ROOT, "{}", "x".repeat(100).as_str());
    info!(logger: ROOT, "two");
    let mut sink = FailsAt { at: 1, writes: 0, text: Vec::new() };
    assert!(block_on(RING.drain_async(&TextFormatter::new(), &mut sink)).is_err());
    block_on(RING.drain_async(&TextFormatter::new(), &mut sink)).unwrap();
    let text = String::from_utf8(sink.text).unwrap();
    assert!(text.ends_with("xINFO  root: two\nWARN  femtologging: 1 records dropped\n"), "{text}");
    assert_eq!(RING.statistics().written, 1);
}

#[test]
fn panic_mode_takes_over_from_a_task_in_the_middle_of_a_line() {
    static RING: AsyncRingHandler<256> = AsyncRingHandler::new();
    static ROOT: Logger = Logger::root().with_handlers(&[&RING]);
    static LAST: DirectHandler<Keep, Nowhere> = DirectHandler::new(Keep, Nowhere);
    info!(logger: ROOT, "one");
    info!(logger: ROOT, "two");
    let (formatter, mut never) = (TextFormatter::new(), Never);
    let mut drain = pin!(RING.drain_async(&formatter, &mut never));
    let mut context = Context::from_waker(Waker::noop());
    assert!(drain.as_mut().poll(&mut context).is_pending());
    RING.enter_panic_mode(&LAST);
    error!(logger: ROOT, "three");
    assert_eq!(*KEPT.lock().unwrap(), ["two", "1 records dropped", "three"]);
    assert_eq!(RING.level(), Level::NOTSET);
}

/// Turns of the tests that look for a lost wake-up.
const TURNS: u64 = if cfg!(debug_assertions) { 50_000 } else { 1_000_000 };
/// Records of each producer in a round.
const PRODUCED: usize = 20;

static KEPT: std::sync::Mutex<Vec<String>> = std::sync::Mutex::new(Vec::new());

/// Keeps messages.
struct Keep;

impl Formatter for Keep {
    fn format(&self, record: &Record<'_>, _: &mut dyn fmt::Write) -> fmt::Result {
        let mut message = String::new();
        record.write_message(&mut message)?;
        KEPT.lock().unwrap().push(message);
        Ok(())
    }
}

struct Nowhere;

impl ErrorType for Nowhere {
    type Error = Infallible;
}

impl embedded_io::Write for Nowhere {
    fn write(&mut self, bytes: &[u8]) -> Result<usize, Infallible> {
        Ok(bytes.len())
    }

    fn flush(&mut self) -> Result<(), Infallible> {
        Ok(())
    }
}

/// Takes a few bytes at a time, and is not ready every other time.
struct Slow<'v>(&'v mut Vec<u8>);

impl ErrorType for Slow<'_> {
    type Error = Infallible;
}

impl Write for Slow<'_> {
    async fn write(&mut self, bytes: &[u8]) -> Result<usize, Infallible> {
        let mut was_asked = false;
        core::future::poll_fn(|context| {
            if core::mem::replace(&mut was_asked, true) {
                return Poll::Ready(());
            }
            context.waker().wake_by_ref();
            Poll::Pending
        })
        .await;
        let taken = bytes.len().min(7);
        self.0.extend_from_slice(&bytes[..taken]);
        Ok(taken)
    }

    async fn flush(&mut self) -> Result<(), Infallible> {
        Ok(())
    }
}

/// Is never ready.
struct Never;

impl ErrorType for Never {
    type Error = Infallible;
}

impl Write for Never {
    async fn write(&mut self, _: &[u8]) -> Result<usize, Infallible> {
        core::future::pending().await
    }

    async fn flush(&mut self) -> Result<(), Infallible> {
        Ok(())
    }
}

/// Fails at one write.
struct FailsAt {
    at: usize,
    writes: usize,
    text: Vec<u8>,
}

impl ErrorType for FailsAt {
    type Error = ErrorKind;
}

impl Write for FailsAt {
    async fn write(&mut self, bytes: &[u8]) -> Result<usize, ErrorKind> {
        self.writes += 1;
        if self.writes == self.at + 1 {
            return Err(ErrorKind::Other);
        }
        self.text.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    async fn flush(&mut self) -> Result<(), ErrorKind> {
        Ok(())
    }
}
