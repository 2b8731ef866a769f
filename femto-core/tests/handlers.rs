//! What handlers do with records they cannot take as they are.
#![cfg(not(loom))]
#![allow(clippy::unwrap_used, reason = "a failure is what a test reports")]

use core::cell::Cell;
use core::fmt;
use core::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::Mutex;

use embedded_io::{ErrorKind, ErrorType, Write};
use femto_core::{
    DirectHandler, Formatter, Handler, Level, Logger, Record, RingHandler, TextFormatter, Value,
    debug, error, info, warn,
};

#[test]
fn a_record_that_a_display_logs_comes_before_the_one_it_is_in() {
    static RING: RingHandler<256> = RingHandler::new();
    static ROOT: Logger = Logger::root().with_handlers(&[&RING]);
    let logging = displayed(|f| {
        info!(logger: ROOT, "from within");
        f.write_str("logging")
    });
    info!(logger: ROOT, "outer {}", logging);
    assert_eq!(text_of(&RING), "INFO  root: from within\nINFO  root: outer logging\n");
}

#[test]
fn a_formatter_that_gives_up_loses_the_record_and_ends_its_line() {
    static RING: RingHandler<256> = RingHandler::new();
    static ROOT: Logger = Logger::root().with_handlers(&[&RING]);
    struct Half;
    impl Formatter for Half {
        fn format(&self, record: &Record<'_>, out: &mut dyn fmt::Write) -> fmt::Result {
            out.write_str(record.logger_name())?;
            if record.level() > Level::INFO { Err(fmt::Error) } else { out.write_str(" whole") }
        }
    }
    error!(logger: ROOT, "one");
    info!(logger: ROOT, "two");
    let mut out = Vec::new();
    assert_eq!(RING.drain(&Half, &mut out).unwrap().written, 1);
    // The report is a warning.
    assert_eq!(String::from_utf8(out).unwrap(), "root\nroot whole\nfemtologging\n");
    assert_eq!(RING.dropped(), 1);
}

#[test]
fn a_direct_handler_drops_what_comes_while_it_writes_and_says_so_once() {
    static SINK: DirectHandler<TextFormatter, Kept> =
        DirectHandler::new(TextFormatter::new(), Kept::new());
    static ROOT: Logger = Logger::root().with_handlers(&[&SINK]);
    let logging = displayed(|f| {
        warn!(logger: ROOT, "lost");
        f.write_str("logging")
    });
    info!(logger: ROOT, "outer {} {}", logging, logging);
    info!(logger: ROOT, "after");
    assert_eq!(SINK.dropped(), 2);
    assert_eq!(
        KEPT.lock().unwrap().as_str(),
        "INFO  root: outer logging logging\nWARN  femtologging: 2 records dropped\nINFO  root: after\n"
    );
}

#[test]
fn a_direct_handler_counts_what_its_sink_refuses() {
    static SINK: DirectHandler<TextFormatter, Failing> =
        DirectHandler::new(TextFormatter::new(), Failing(Vec::new()));
    static ROOT: Logger = Logger::root().with_handlers(&[&SINK]);
    FAILS.set(true);
    info!(logger: ROOT, "refused");
    FAILS.set(false);
    info!(logger: ROOT, "taken");
    assert_eq!(SINK.dropped(), 1);
}

#[test]
fn dropped_records_are_reported_once_per_drain() {
    static RING: RingHandler<32> = RingHandler::new();
    static ROOT: Logger = Logger::root().with_handlers(&[&RING]);
    (0..40_u8).for_each(|n| info!(logger: ROOT, "record {}", n));
    let dropped = RING.dropped();
    let kept = 40 - dropped;
    let expected: String = (0..kept).map(|n| format!("INFO  root: record {n}\n")).collect();
    let report = format!("WARN  femtologging: {dropped} records dropped\n");
    assert!(kept > 1 && dropped > 1);
    assert_eq!(text_of(&RING), expected + &report);
    assert_eq!(text_of(&RING), "");
    (0..40_u8).for_each(|n| info!(logger: ROOT, "record {}", n));
    let news = RING.dropped() - dropped;
    assert!(text_of(&RING).ends_with(&format!("WARN  femtologging: {news} records dropped\n")));
}

#[test]
fn a_sink_that_fails_costs_the_record_at_hand_and_no_other() {
    static RING: RingHandler<256> = RingHandler::new();
    static ROOT: Logger = Logger::root().with_handlers(&[&RING]);
    (1..=3).for_each(|n| info!(logger: ROOT, "record {}", n));
    let mut sink = Failing(Vec::new());
    FAILS.set(true);
    assert_eq!(RING.drain(&TextFormatter::new(), &mut sink), Err(ErrorKind::Other));
    FAILS.set(false);
    assert_eq!(RING.drain(&TextFormatter::new(), &mut sink).unwrap().written, 2);
    assert_eq!(
        String::from_utf8(sink.0).unwrap(),
        "INFO  root: record 2\nINFO  root: record 3\nWARN  femtologging: 1 records dropped\n"
    );
}

#[test]
fn a_report_that_the_sink_refuses_is_made_again() {
    static RING: RingHandler<16> = RingHandler::new();
    static ROOT: Logger = Logger::root().with_handlers(&[&RING]);
    (0..20).for_each(|_| info!(logger: ROOT, "m"));
    let news = RING.dropped();
    assert!(RING.drain(&TextFormatter::new(), &mut NoReports).is_err());
    assert_eq!(text_of(&RING), format!("WARN  femtologging: {news} records dropped\n"));
}

#[test]
fn a_text_too_long_is_cut_at_a_character_boundary_flagged_and_counted() {
    static RING: RingHandler<256> = RingHandler::new();
    static ROOT: Logger = Logger::root().with_handlers(&[&RING]);
    let long = "é".repeat(1000);
    info!(logger: ROOT, "typed {}", long.as_str());
    let text = text_of(&RING);
    assert_eq!(RING.cut(), 1);
    let kept = text.strip_prefix("INFO  root: typed ").unwrap().strip_suffix(" [cut]\n").unwrap();
    assert!(kept.len() > 400 && kept.chars().all(|c| c == 'é'), "{text}");

    info!(logger: ROOT, "rendered {}", displayed(|f| f.write_str(&"é".repeat(1000))));
    let text = text_of(&RING);
    assert_eq!(RING.cut(), 2);
    let kept =
        text.strip_prefix("INFO  root: rendered ").unwrap().strip_suffix(" [cut]\n").unwrap();
    assert!(kept.len() > 100 && kept.chars().all(|c| c == 'é'), "{text}");

    info!(logger: ROOT, "fits {}", displayed(|f| f.write_str("é")));
    assert_eq!((RING.cut(), RING.dropped()), (2, 0));
    assert_eq!(text_of(&RING), "INFO  root: fits é\n");
}

#[test]
fn texts_at_the_end_are_cut_first() {
    static RING: RingHandler<256> = RingHandler::new();
    static ROOT: Logger = Logger::root().with_handlers(&[&RING]);
    let long = "x".repeat(400);
    info!(logger: ROOT, last = long.as_str(); "{} {}", "first", long.as_str());
    let text = text_of(&RING);
    assert!(text.starts_with(&format!("INFO  root: first {long} last=x")), "{text}");
    assert!(text.ends_with("x [cut]\n") && text.len() < 600, "{text}");
}

#[test]
fn every_length_around_the_limit_is_kept_or_cut_to_it() {
    static RING: RingHandler<256> = RingHandler::new();
    static ROOT: Logger = Logger::root().with_handlers(&[&RING]);
    let mut last = 0;
    for length in 400..600 {
        let long = "x".repeat(length);
        info!(logger: ROOT, "{}", long.as_str());
        let text = text_of(&RING);
        let kept = text.matches('x').count();
        assert_eq!(kept < length, text.ends_with("[cut]\n"), "{length}");
        assert!(kept == length || kept == last, "{length} gave {kept}");
        last = kept;
    }
    assert_eq!(RING.dropped(), 0);
}

#[test]
fn a_record_that_cannot_be_made_to_fit_is_dropped_and_counted() {
    static RING: RingHandler<16> = RingHandler::new();
    static ROOT: Logger = Logger::root().with_handlers(&[&RING]);
    info!(logger: ROOT, "{} {} {} {} {} {} {}", 1, 2, 3, 4, 5, 6, 7);
    assert_eq!(RING.dropped(), 1);
    assert_eq!(text_of(&RING), "WARN  femtologging: 1 records dropped\n");
}

#[test]
fn a_record_with_too_many_values_is_dropped_and_counted() {
    static RING: RingHandler<256> = RingHandler::new();
    static ROOT: Logger = Logger::root().with_handlers(&[&RING]);
    static FACTS: femto_core::SiteFacts = femto_core::SiteFacts {
        level: Level::INFO,
        target: None,
        module_path: "",
        file: "",
        keys: &[],
    };
    static SITE: femto_core::CallSite = femto_core::CallSite::new(&FACTS, 0, "", |_, _| Ok(()));
    ROOT.log(Level::INFO, &SITE, &[Value::Bool(true); 17]);
    assert_eq!(RING.dropped(), 1);
}

#[test]
fn a_display_that_insists_does_not_panic() {
    static RING: RingHandler<256> = RingHandler::new();
    static ROOT: Logger = Logger::root().with_handlers(&[&RING]);
    let insisting = displayed(|f| {
        (0..500).for_each(|n| write!(f, "{n}").unwrap());
        Err(fmt::Error)
    });
    info!(logger: ROOT, "{}", insisting);
    assert!(text_of(&RING).starts_with("INFO  root: 01234"));
}

#[test]
fn each_handler_minds_its_own_level() {
    static ALL: RingHandler<256> = RingHandler::new();
    static ERRORS: RingHandler<256> = RingHandler::new();
    static ROOT: Logger = Logger::root().with_level(Level::DEBUG).with_handlers(&[&ALL, &ERRORS]);
    static CHILD: Logger = Logger::child("child", &ROOT).with_handlers(&[&OWN]);
    static OWN: RingHandler<256> = RingHandler::new();
    ERRORS.set_level(Level::ERROR);
    debug!(logger: CHILD, "one");
    error!(logger: CHILD, "two");
    assert_eq!(text_of(&ALL), "DEBUG child: one\nERROR child: two\n");
    assert_eq!(text_of(&ERRORS), "ERROR child: two\n");
    assert_eq!(text_of(&OWN), "DEBUG child: one\nERROR child: two\n");
    assert_eq!(Handler::level(&ERRORS), Level::ERROR);
}

#[test]
fn a_sink_that_logs_comes_to_an_end() {
    static RING: RingHandler<256> = RingHandler::new();
    static ROOT: Logger = Logger::root().with_handlers(&[&RING]);
    struct Logging(Vec<u8>);
    impl ErrorType for Logging {
        type Error = ErrorKind;
    }
    impl Write for Logging {
        fn write(&mut self, bytes: &[u8]) -> Result<usize, ErrorKind> {
            if bytes.ends_with(b"m") {
                info!(logger: ROOT, "m");
            }
            self.0.extend_from_slice(bytes);
            Ok(bytes.len())
        }
        fn flush(&mut self) -> Result<(), ErrorKind> {
            Ok(())
        }
    }
    info!(logger: ROOT, "m");
    let mut sink = Logging(Vec::new());
    for _ in 0..3 {
        assert_eq!(RING.drain(&TextFormatter::new(), &mut sink).unwrap().written, 1);
    }
}

#[test]
fn two_drains_at_once_do_not_mix() {
    static RING: RingHandler<256> = RingHandler::new();
    static ROOT: Logger = Logger::root().with_handlers(&[&RING]);
    static WAS_INSIDE: AtomicBool = AtomicBool::new(false);
    struct Draining;
    impl Formatter for Draining {
        fn format(&self, record: &Record<'_>, out: &mut dyn fmt::Write) -> fmt::Result {
            if !WAS_INSIDE.swap(true, Relaxed) {
                let mut inner = Vec::new();
                let drained = RING.drain(&TextFormatter::new(), &mut inner).unwrap();
                assert_eq!((drained.written, inner.len()), (0, 0));
            }
            TextFormatter::new().format(record, out)
        }
    }
    info!(logger: ROOT, "m");
    assert_eq!(RING.drain(&Draining, &mut Vec::new()).unwrap().written, 1);
}

/// A `Display` without typed encoding.
fn displayed(f: impl Fn(&mut fmt::Formatter<'_>) -> fmt::Result) -> impl fmt::Display {
    struct Displayed<F>(F);
    impl<F: Fn(&mut fmt::Formatter<'_>) -> fmt::Result> fmt::Display for Displayed<F> {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            (self.0)(f)
        }
    }
    Displayed(f)
}

fn text_of<const WORDS: usize>(ring: &RingHandler<WORDS>) -> String {
    let mut text = Vec::new();
    let drained = ring.drain(&TextFormatter::new(), &mut text).unwrap();
    assert_eq!(drained.damaged, 0);
    String::from_utf8(text).unwrap()
}

/// Refuses what tells of dropped records.
struct NoReports;

impl ErrorType for NoReports {
    type Error = ErrorKind;
}

impl Write for NoReports {
    fn write(&mut self, bytes: &[u8]) -> Result<usize, ErrorKind> {
        match bytes.ends_with(b"dropped") {
            true => Err(ErrorKind::Other),
            false => Ok(bytes.len()),
        }
    }

    fn flush(&mut self) -> Result<(), ErrorKind> {
        Ok(())
    }
}

/// Keeps what was written to it.
struct Kept(());

static KEPT: Mutex<String> = Mutex::new(String::new());

impl Kept {
    const fn new() -> Self {
        Self(())
    }
}

impl ErrorType for Kept {
    type Error = ErrorKind;
}

impl Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> Result<usize, ErrorKind> {
        KEPT.lock().unwrap().push_str(core::str::from_utf8(bytes).unwrap());
        Ok(bytes.len())
    }

    fn flush(&mut self) -> Result<(), ErrorKind> {
        Ok(())
    }
}

thread_local! {
    static FAILS: Cell<bool> = const { Cell::new(false) };
}

/// Fails when told to.
struct Failing(Vec<u8>);

impl ErrorType for Failing {
    type Error = ErrorKind;
}

impl Write for Failing {
    fn write(&mut self, bytes: &[u8]) -> Result<usize, ErrorKind> {
        if FAILS.get() {
            return Err(ErrorKind::Other);
        }
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> Result<(), ErrorKind> {
        Ok(())
    }
}

#[test]
fn values_that_take_no_words_of_their_own_are_committed() {
    static RING: RingHandler<64> = RingHandler::new();
    static ROOT: Logger = Logger::root().with_handlers(&[&RING]);
    for _ in 0..2 {
        info!(logger: ROOT, "first {}", true);
        info!(logger: ROOT, "then {}", 1);
        let mut out = Vec::new();
        RING.drain(&TextFormatter::new(), &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert_eq!(text, "INFO  root: first true\nINFO  root: then 1\n");
    }
}
