//! Panic mode, wherever the panic comes from.
#![cfg(not(loom))]
#![allow(clippy::unwrap_used, reason = "a failure is what a test reports")]

use core::fmt;
use core::panic::AssertUnwindSafe;
use std::panic::catch_unwind;
use std::sync::Mutex;

use embedded_io::{ErrorKind, ErrorType, Write};
use femto_core::{
    DirectHandler, Formatter, Handler, Logger, Record, RingHandler, RingHandlerBuilder,
    TextFormatter, error, info,
};

#[test]
fn what_waits_goes_out_and_what_comes_later_goes_direct() {
    static RING: RingHandler<256> = RingHandler::new();
    static ROOT: Logger = Logger::root().with_handlers(&[&RING]);
    static LAST: Last = last(&TEXT);
    static TEXT: Mutex<String> = Mutex::new(String::new());
    info!(logger: ROOT, "one");
    RING.enter_panic_mode(&LAST);
    assert_eq!(taken(&TEXT), "INFO  root: one\n");
    error!(logger: ROOT, "two {} {}", 2, "three");
    assert_eq!(taken(&TEXT), "ERROR root: two 2 three\n");
    // A level that is changed afterwards does not put records back into the ring.
    RING.set_level(femto_core::Level::ERROR);
    info!(logger: ROOT, "four");
    error!(logger: ROOT, "five");
    assert_eq!(taken(&TEXT), "ERROR root: five\n");
    assert_eq!((RING.statistics().written, RING.dropped()), (3, 0));
}

#[test]
fn a_panic_in_a_formatter_costs_the_line_at_hand_and_counts_it() {
    static RING: RingHandler<256> = RingHandler::new();
    static ROOT: Logger = Logger::root().with_handlers(&[&RING]);
    static LAST: Last = last(&TEXT);
    static TEXT: Mutex<String> = Mutex::new(String::new());
    (1..=3).for_each(|n| info!(logger: ROOT, "record {}", n));
    let drain = || RING.drain(&PanicsAt("2"), &mut Vec::new());
    catch_unwind(AssertUnwindSafe(drain)).unwrap_err();
    RING.enter_panic_mode(&LAST);
    assert_eq!(taken(&TEXT), "INFO  root: record 3\nWARN  femtologging: 1 records dropped\n");
    assert_eq!((RING.statistics().written, RING.dropped()), (2, 1));
}

#[test]
fn a_drain_whose_formatter_panicked_is_no_obstacle_to_the_next() {
    static RING: RingHandler<256> = RingHandler::new();
    static ROOT: Logger = Logger::root().with_handlers(&[&RING]);
    (1..=2).for_each(|n| info!(logger: ROOT, "record {}", n));
    let drain = || RING.drain(&PanicsAt("1"), &mut Vec::new());
    catch_unwind(AssertUnwindSafe(drain)).unwrap_err();
    let mut text = Vec::new();
    RING.drain(&TextFormatter::new(), &mut text).unwrap();
    let text = String::from_utf8(text).unwrap();
    assert_eq!(text, "INFO  root: record 2\nWARN  femtologging: 1 records dropped\n");
}

#[test]
fn panic_mode_within_a_drain_that_goes_on_counts_the_record_once() {
    static RING: RingHandler<256> = RingHandler::new();
    static ROOT: Logger = Logger::root().with_handlers(&[&RING]);
    static LAST: Last = last(&TEXT);
    static TEXT: Mutex<String> = Mutex::new(String::new());
    struct Panicking;
    impl Formatter for Panicking {
        fn format(&self, record: &Record<'_>, out: &mut dyn fmt::Write) -> fmt::Result {
            RING.enter_panic_mode(&LAST);
            error!(logger: ROOT, "from the panic handler");
            TextFormatter::new().format(record, out)
        }
    }
    (1..=3).for_each(|n| info!(logger: ROOT, "record {}", n));
    RING.drain(&Panicking, &mut Vec::new()).unwrap();
    assert_eq!(
        taken(&TEXT),
        "INFO  root: record 2\nINFO  root: record 3\nWARN  femtologging: 1 records dropped\n\
         ERROR root: from the panic handler\n"
    );
    let statistics = RING.statistics();
    assert_eq!((statistics.written, statistics.dropped), (3, 1));
}

#[test]
fn a_panic_in_a_display_goes_out_like_any_other() {
    static RING: RingHandler<256> = RingHandler::new();
    static ROOT: Logger = Logger::root().with_handlers(&[&RING]);
    static LAST: Last = last(&TEXT);
    static TEXT: Mutex<String> = Mutex::new(String::new());
    struct Panics;
    impl fmt::Display for Panics {
        fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
            RING.enter_panic_mode(&LAST);
            error!(logger: ROOT, "from the panic handler");
            panic!("in a Display");
        }
    }
    info!(logger: ROOT, "one");
    catch_unwind(|| info!(logger: ROOT, "{}", Panics)).unwrap_err();
    assert_eq!(taken(&TEXT), "INFO  root: one\nERROR root: from the panic handler\n");
}

#[test]
fn a_panic_in_the_sink_of_a_forwarded_ring_is_told_by_another_sink() {
    static RING: RingHandler<256> = RingHandler::new();
    static ROOT: Logger = Logger::root().with_handlers(&[&RING]);
    static BROKEN: DirectHandler<PanicsAt, Kept> = DirectHandler::new(PanicsAt("1"), Kept(&TEXT));
    static LAST: Last = last(&TEXT);
    static TEXT: Mutex<String> = Mutex::new(String::new());
    (1..=2).for_each(|n| info!(logger: ROOT, "record {}", n));
    catch_unwind(|| RING.forward(&[&BROKEN])).unwrap_err();
    RING.enter_panic_mode(&LAST);
    assert_eq!(taken(&TEXT), "INFO  root: record 2\nWARN  femtologging: 1 records dropped\n");
}

#[test]
fn a_ring_with_filters_goes_direct_too() {
    static RING: RingHandler<256> = RingHandlerBuilder::new().with_filters(&[]).build_static();
    static ROOT: Logger = Logger::root().with_handlers(&[&RING]);
    static LAST: Last = last(&TEXT);
    static TEXT: Mutex<String> = Mutex::new(String::new());
    RING.enter_panic_mode(&LAST);
    info!(logger: ROOT, "one");
    assert_eq!(taken(&TEXT), "INFO  root: one\n");
}

type Last = DirectHandler<TextFormatter, Kept>;

const fn last(text: &'static Mutex<String>) -> Last {
    DirectHandler::new(TextFormatter::new(), Kept(text))
}

fn taken(text: &Mutex<String>) -> String {
    core::mem::take(&mut *text.lock().unwrap())
}

/// Panics at a record with the text in it.
struct PanicsAt(&'static str);

impl Formatter for PanicsAt {
    fn format(&self, record: &Record<'_>, out: &mut dyn fmt::Write) -> fmt::Result {
        let mut text = String::new();
        TextFormatter::new().format(record, &mut text)?;
        assert!(!text.contains(self.0), "as the test wants it");
        out.write_str(&text)
    }
}

/// Keeps what was written to it.
struct Kept(&'static Mutex<String>);

impl ErrorType for Kept {
    type Error = ErrorKind;
}

impl Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> Result<usize, ErrorKind> {
        self.0.lock().unwrap().push_str(core::str::from_utf8(bytes).unwrap());
        Ok(bytes.len())
    }

    fn flush(&mut self) -> Result<(), ErrorKind> {
        Ok(())
    }
}
