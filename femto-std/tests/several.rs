//! Several handlers on one record: each has the lines that it would have alone.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

#[path = "support/scratch.rs"]
mod scratch;

use core::sync::atomic::{AtomicUsize, Ordering};
use std::fs;
use std::sync::Arc;

use femto_std::config::{FormatterBuilder, FormatterStyle};
use femto_std::formatter::{CaptureMask, FnFormatter, Formatter};
use femto_std::handlers::FileHandlerBuilder;
use femto_std::{Filter, Handler, Level, Logger, Record, get_logger, info, warn};
use scratch::{PATIENCE, Scratch, pattern};

/// Takes records whose message ends with an even number.
struct Even;

impl Filter for Even {
    fn matches(&self, record: &Record<'_>) -> bool {
        let mut message = String::new();
        record.write_message(&mut message).unwrap();
        message.ends_with(['0', '2', '4', '6', '8'])
    }
}

fn logger(name: &str, handlers: &[Arc<Handler>]) -> Logger {
    let logger = get_logger(name);
    logger.set_propagate(false);
    logger.set_level(Level::INFO);
    for handler in handlers {
        logger.add_handler(handler.clone());
    }
    logger
}

fn text(handler: &Handler, path: &std::path::Path) -> String {
    handler.flush(PATIENCE).unwrap();
    fs::read_to_string(path).unwrap()
}

#[test]
fn one_formatter_makes_one_line_for_all_who_share_it() {
    let scratch = Scratch::new("several-one");
    let calls = Arc::new(AtomicUsize::new(0));
    let counted = calls.clone();
    let formatter: Arc<dyn Formatter> = Arc::new(
        FnFormatter::new(move |record, out| {
            assert!(record.level() != Level::CRITICAL, "on purpose");
            counted.fetch_add(1, Ordering::Relaxed);
            record.write_message(out).unwrap();
        })
        .with_mask(CaptureMask::NONE),
    );
    let path = |name: &str| scratch.path(name);
    let build = |name: &str| FileHandlerBuilder::new(path(name)).with_formatter(formatter.clone());
    let all = build("all").build().unwrap();
    let even = build("even").with_filter(Arc::new(Even)).build().unwrap();
    let loud = build("loud").with_level(Level::WARN).build().unwrap();
    let rest = build("rest").build().unwrap();
    let handlers = [all, even, loud, rest];
    let logger = logger("several-one", &handlers);
    // More than a block, so that lines are handed over in between.
    let count = 30_000;
    for number in 0..count {
        match number % 10 {
            3 => warn!(logger: logger, "number {}", number),
            _ => info!(logger: logger, "number {}", number),
        }
    }
    femto_std::critical!(logger: logger, "panics");
    info!(logger: logger, "last 1");
    let line = |number: usize| format!("number {number}\n");
    let [all, even, loud, rest] = &handlers;
    let expected: String = (0..count).map(line).chain(["last 1\n".to_owned()]).collect();
    let without_report = |text: String| text.replace("1 record dropped\n", "");
    assert!(without_report(text(all, &path("all"))) == expected);
    assert!(without_report(text(rest, &path("rest"))) == expected);
    assert!(text(even, &path("even")) == (0..count).step_by(2).map(line).collect::<String>());
    let warnings = (3..count).step_by(10).map(line).collect::<String>();
    assert!(without_report(text(loud, &path("loud"))) == warnings);
    for (handler, dropped) in [(all, 1), (even, 0), (loud, 1), (rest, 1)] {
        let stats = handler.stats();
        assert_eq!((stats.dropped, stats.written + dropped), (dropped, stats.accepted));
    }
    // Once a record, and for the lines that tell of the dropped one.
    let made = calls.load(Ordering::Relaxed);
    assert!((count + 1..=count + 1 + handlers.len()).contains(&made), "{made} lines were made");
}

#[test]
fn different_formatters_show_the_same_message_and_all_else_of_the_record() {
    let scratch = Scratch::new("several-different");
    let build = |name: &str, formatter: Arc<dyn Formatter>| {
        FileHandlerBuilder::new(scratch.path(name)).with_formatter(formatter).build().unwrap()
    };
    let json = FormatterBuilder::new().with_style(FormatterStyle::Json);
    let json = json
        .with_fields(
            ["message", "fields", "module", "logger", "level"]
                .map(|name| name.parse::<femto_std::config::Field>().unwrap()),
        )
        .build()
        .unwrap();
    let handlers = [
        build("plain", pattern("%(message)s %(module)s %(peer)s")),
        build("json", json),
        build("plain-again", pattern("%(message)s|")),
    ];
    let logger = logger("several-different", &handlers);
    info!(logger: logger, peer = 7; "hello {:>4} {:?}", 12, "w\n");
    info!(logger: logger, target: "other", "");

    let read = |at: usize, name: &str| text(&handlers[at], &scratch.path(name));
    assert_eq!(read(0, "plain"), "hello   12 \"w\\n\" several 7\n several -\n");
    assert_eq!(read(2, "plain-again"), "hello   12 \"w\\n\"| peer=7\n|\n");
    assert_eq!(
        read(1, "json"),
        "{\"message\":\"hello   12 \\\"w\\\\n\\\"\",\"fields\":{\"peer\":7},\"module\":\"several\",\
         \"logger\":\"several-different\",\"level\":\"INFO\"}\n\
         {\"message\":\"\",\"module\":\"several\",\"logger\":\"other\",\"level\":\"INFO\"}\n"
    );
}

#[test]
fn a_handler_of_a_logger_and_of_its_parent_has_each_record_twice() {
    let scratch = Scratch::new("several-twice");
    let [path, other] = ["twice", "other"].map(|name| scratch.path(name));
    let plain = |path: &_| FileHandlerBuilder::new(path).with_formatter(pattern("%(message)s"));
    let (twice, once) = (plain(&path).build().unwrap(), plain(&other).build().unwrap());
    let parent = logger("several_twice", core::slice::from_ref(&twice));
    let child = parent.child("child");
    child.add_handler(twice.clone());
    info!(logger: child, "1");
    parent.add_handler(once.clone());
    info!(logger: child, "2");
    assert_eq!(text(&twice, &path), "1\n1\n2\n2\n");
    assert_eq!(text(&once, &other), "2\n");
}
