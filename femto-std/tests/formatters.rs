//! Formatters and handlers' filters of an application's own, on the collector: they may fail, panic,
//! log and flush.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

#[path = "support/scratch.rs"]
mod scratch;

use core::panic::AssertUnwindSafe;
use core::time::Duration;
use std::panic;
use std::sync::Arc;

use femto_std::formatter::{CaptureMask, FormatError, Formatter};
use femto_std::{Delivery, Filter, FlushError, Handler, Level, Logger, Manager, Record, info};
use scratch::{PATIENCE, Scratch, lines, lone_logger, plain, wait_until, within};

/// Formats the message after doing something with it.
#[derive(Debug)]
struct Doing(fn(&str) -> Result<String, FormatError>);

impl Formatter for Doing {
    fn format(&self, record: &Record<'_>, out: &mut String) -> Result<(), FormatError> {
        let mut message = String::new();
        record.write_message(&mut message).unwrap();
        out.push_str("formatted ");
        out.push_str(&(self.0)(&message)?);
        Ok(())
    }

    fn mask(&self) -> CaptureMask {
        CaptureMask::NONE
    }
}

#[track_caller]
fn assert_counts(handler: &Handler, accepted: u64, dropped: u64, errors: u64) {
    let stats = handler.stats();
    assert_eq!((stats.accepted, stats.dropped, stats.errors), (accepted, dropped, errors));
    assert_eq!(stats.written, accepted - dropped);
}

fn panicking(message: &str) -> Result<String, FormatError> {
    assert!(message != "bad", "in a formatter");
    Ok(message.into())
}

#[test]
fn a_formatter_that_panics_drops_one_record_and_stops_nothing() {
    let scratch = Scratch::new("panics");
    let path = scratch.path("log");
    let handler = plain(&path).with_formatter(Arc::new(Doing(panicking))).build().unwrap();
    let (other, other_path) = scratch.handler("other");
    let logger = lone_logger("panics", &handler);
    logger.add_handler(other.clone());
    let (written, all) = within(Duration::from_secs(20), "after the panic", {
        let handler = handler.clone();
        move || {
            for message in ["good", "bad", "good again"] {
                info!(logger: logger, "{message}");
            }
            (lines(&handler, &path), lines(&other, &other_path))
        }
    });
    assert_eq!(all, ["good", "bad", "good again"]);
    let whole: Vec<_> = written.iter().filter(|line| !line.contains("dropped")).collect();
    assert_eq!(whole, ["formatted good", "formatted good again"]);
    assert_counts(&handler, 3, 1, 1);
}

#[test]
fn a_formatter_that_panics_on_a_direct_handler_does_not_panic_the_caller() {
    let scratch = Scratch::new("direct");
    let path = scratch.path("log");
    let builder = plain(&path).with_delivery(Delivery::Direct);
    let handler = builder.with_formatter(Arc::new(Doing(panicking))).build().unwrap();
    let logger = lone_logger("direct", &handler);
    let outcome = panic::catch_unwind(AssertUnwindSafe(|| info!(logger: logger, "bad")));
    assert!(outcome.is_ok(), "the panic reached the caller");
    info!(logger: logger, "good");
    assert_eq!(scratch::read(&path).lines().last(), Some("formatted good"));
    assert_counts(&handler, 2, 1, 1);
}

/// Panics about some records.
struct Broken;

impl Filter for Broken {
    fn matches(&self, record: &Record<'_>) -> bool {
        assert!(record.level() != Level::DEBUG, "in a filter");
        true
    }
}

#[test]
fn a_handlers_filter_that_panics_stops_nothing() {
    let scratch = Scratch::new("filter");
    let path = scratch.path("log");
    let handler = plain(&path).with_filter(Arc::new(Broken)).build().unwrap();
    let logger = lone_logger("filter", &handler);
    let flushing = handler.clone();
    let written = within(Duration::from_secs(20), "after the panic", move || {
        femto_std::debug!(logger: logger, "bad");
        info!(logger: logger, "good");
        lines(&flushing, &path)
    });
    assert!(written.iter().any(|line| line == "good"), "{written:?}");
    assert_counts(&handler, 2, 1, 1);
}

#[test]
fn a_formatter_that_fails_leaves_no_half_line_and_is_counted() {
    let scratch = Scratch::new("fails");
    let path = scratch.path("log");
    let fail = Doing(|message| match message {
        "bad" => Err(FormatError::PrintTime),
        good => Ok(good.into()),
    });
    let handler = plain(&path).with_formatter(Arc::new(fail)).build().unwrap();
    let logger = lone_logger("fails", &handler);
    for message in ["good", "bad", "good again"] {
        info!(logger: logger, "{message}");
    }
    let written = lines(&handler, &path);
    // "1 record dropped" comes too, once there is an occasion.
    assert!(written.iter().all(|line| line.matches("formatted").count() == 1), "{written:?}");
    let whole: Vec<_> = written.iter().filter(|line| !line.contains("dropped")).collect();
    assert_eq!(whole, ["formatted good", "formatted good again"]);
    assert_counts(&handler, 3, 1, 1);
}

#[test]
fn flush_and_shutdown_from_a_formatter_are_errors() {
    let scratch = Scratch::new("flushes");
    let path = scratch.path("log");
    let flushing = Doing(|_| {
        let refused = Err(FlushError::CalledFromEngine);
        assert_eq!(Manager::global().shutdown(PATIENCE), refused);
        Ok(format!("{}", Manager::global().flush(PATIENCE) == refused))
    });
    let handler = plain(&path).with_formatter(Arc::new(flushing)).build().unwrap();
    let logger = lone_logger("flushes", &handler);
    let written = within(Duration::from_secs(20), "flush in a formatter", move || {
        info!(logger: logger, "x");
        lines(&handler, &path)
    });
    assert_eq!(written, ["formatted true"]);
}

#[test]
fn a_formatter_may_log_elsewhere() {
    let scratch = Scratch::new("logs");
    let (_, other, other_path) = scratch.logger("elsewhere");
    let path = scratch.path("log");
    let talking = Doing(|message| {
        info!(target: "elsewhere", "saw {message}");
        Ok(message.into())
    });
    let handler = plain(&path).with_formatter(Arc::new(talking)).build().unwrap();
    let logger: Logger = lone_logger("logs", &handler);
    within(Duration::from_secs(60), "a formatter that logs", move || {
        for i in 0..10_000 {
            info!(logger: logger, "{i}");
        }
        assert_eq!(lines(&handler, &path).len(), 10_000);
        wait_until("its own records", || lines(&other, &other_path).len() == 10_000);
    });
}

#[test]
fn a_formatter_is_changed_for_what_comes_after() {
    let scratch = Scratch::new("changed");
    let (logger, handler, path) = scratch.logger("changed");
    let mut expected = Vec::new();
    for round in 0..50 {
        for i in 0..20 {
            info!(logger: logger, "{round} {i}");
            expected.push(if round % 2 == 0 {
                format!("{round} {i}")
            } else {
                format!("formatted {round} {i}")
            });
        }
        if round % 2 == 0 {
            handler.set_formatter(Arc::new(Doing(|message| Ok(message.into()))));
        } else {
            handler.set_formatter(scratch::pattern("%(message)s"));
        }
    }
    assert_eq!(lines(&handler, &path), expected);
}
