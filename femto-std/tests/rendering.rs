//! Arguments that log, flush or panic while they are rendered on the caller.

#[path = "support/scratch.rs"]
mod scratch;

use core::fmt;
use core::panic::AssertUnwindSafe;
use core::time::Duration;
use std::panic;
use std::sync::Arc;

use femto_std::{Delivery, Filter, Handler, Logger, Manager, Metadata, Record, info};
use scratch::{PATIENCE, Scratch, lines, lone_logger, plain, within};

struct Call<F>(F);

impl<F: Fn(&mut fmt::Formatter<'_>) -> fmt::Result> fmt::Display for Call<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (self.0)(f)
    }
}

#[test]
fn a_display_that_logs_writes_its_record_first() {
    let scratch = Scratch::new("logs");
    let (logger, handler, path) = scratch.logger("logs");
    let inner = Call(|f: &mut fmt::Formatter<'_>| {
        info!(logger: logger, "innermost {}", Call(|f: &mut fmt::Formatter<'_>| f.write_str("x")));
        f.write_str("inner")
    });
    let outer = Call(|f: &mut fmt::Formatter<'_>| {
        info!(logger: logger, "second {}", inner);
        write!(f, "outer")
    });
    info!(logger: logger, "{} {}", outer, 3);
    assert_eq!(lines(&handler, &path), ["innermost x", "second inner", "outer 3"]);
}

#[test]
fn a_display_that_panics_leaves_a_mark_and_nothing_reaches_the_caller() {
    let scratch = Scratch::new("panics");
    let (logger, handler, path) = scratch.logger("panics");
    let broken = Call(|f: &mut fmt::Formatter<'_>| {
        f.write_str("half")?;
        panic!("in a Display")
    });
    info!(logger: logger, "[{}] {}", broken, 1);
    info!(logger: logger, key:% = broken; "with a key");
    info!(logger: logger, "{}", Call(|_: &mut fmt::Formatter<'_>| Err(fmt::Error)));
    info!(logger: logger, "after");
    let lines = lines(&handler, &path);
    assert_eq!(lines.len(), 4, "{lines:?}");
    assert_eq!(lines[0], "[half<formatting panicked>] 1");
    assert_eq!(
        lines[1..],
        ["with a key key=half<formatting panicked>", "<formatting failed>", "after"]
    );
}

#[test]
fn a_display_that_flushes_does_not_hang() {
    let scratch = Scratch::new("flushes");
    let (logger, handler, path) = scratch.logger("flushes");
    within(Duration::from_secs(20), "flush in a Display", move || {
        info!(logger: logger, "before");
        let flushing = Call(|f: &mut fmt::Formatter<'_>| {
            let flushed = Manager::global().flush(PATIENCE);
            write!(f, "{flushed:?}")
        });
        info!(logger: logger, "{}", flushing);
    });
    assert_eq!(lines(&handler, &path), ["before", "Ok(())"]);
}

/// Panics where a logger asks it.
struct Broken;

impl Filter for Broken {
    fn matches(&self, _: &Record<'_>) -> bool {
        panic!("in a filter")
    }
}

/// Logs where a logger asks it.
struct Talking(Logger);

impl Filter for Talking {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        info!(logger: self.0, "asked");
        true
    }

    fn matches(&self, _: &Record<'_>) -> bool {
        true
    }
}

/// Logs when it goes.
struct Parting(Logger);

impl Filter for Parting {}

impl Drop for Parting {
    fn drop(&mut self) {
        info!(logger: self.0, "dropped");
        let _ = femto_std::get_logger("made.in.a.drop");
    }
}

#[test]
fn a_filter_that_panics_does_not_panic_the_caller() {
    let scratch = Scratch::new("broken");
    let (logger, handler, path) = scratch.logger("broken");
    logger.add_filter(Arc::new(Broken));
    let outcome =
        panic::catch_unwind(AssertUnwindSafe(|| info!(logger: logger, "refused or passed")));
    assert!(outcome.is_ok(), "the panic reached the caller");
    logger.clear_filters();
    info!(logger: logger, "after");
    assert_eq!(lines(&handler, &path).last().map(|line| &**line), Some("after"));
}

#[test]
fn a_filter_may_log_when_it_is_asked_and_when_it_is_dropped() {
    let scratch = Scratch::new("talking");
    let (other, handler, path) = scratch.logger("talking.other");
    let (logger, own, own_path) = scratch.logger("talking");
    within(Duration::from_secs(20), "a filter that logs", move || {
        logger.add_filter(Arc::new(Talking(other)));
        logger.add_filter(Arc::new(Parting(other)));
        info!(logger: logger, "x");
        logger.clear_filters();
    });
    assert_eq!(lines(&own, &own_path), ["x"]);
    let said = lines(&handler, &path);
    assert_eq!(said, ["asked", "dropped"]);
}

#[test]
fn a_direct_handler_has_the_line_when_the_call_returns() {
    let scratch = Scratch::new("direct");
    let path = scratch.path("log");
    let handler = plain(&path).with_delivery(Delivery::Direct).build().unwrap();
    let logger = lone_logger("direct", &handler);
    let shown = Call(|f: &mut fmt::Formatter<'_>| {
        info!(logger: logger, "inner");
        f.write_str("outer")
    });
    info!(logger: logger, "{} {}", shown, 1);
    assert_eq!(scratch::read(&path), "inner\nouter 1\n");
    let stats = handler.stats();
    assert_eq!((stats.accepted, stats.written, stats.dropped, stats.bytes), (2, 2, 0, 14));
}

#[test]
fn a_direct_and_a_queued_handler_count_each_record_once() {
    let scratch = Scratch::new("both");
    let (queued, path) = scratch.handler("queued");
    let direct_path = scratch.path("direct");
    let direct = plain(&direct_path).with_delivery(Delivery::Direct).build().unwrap();
    let logger = lone_logger("both", &queued);
    logger.add_handler(direct.clone());
    for i in 0..1000 {
        info!(logger: logger, "{i}");
    }
    assert_eq!(lines(&queued, &path), lines(&direct, &direct_path));
    let counts = |handler: &Handler| (handler.stats().accepted, handler.stats().written);
    assert_eq!((counts(&queued), counts(&direct)), ((1000, 1000), (1000, 1000)));
}
