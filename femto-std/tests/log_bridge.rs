//! The `log` crate's macros, through our loggers.

#[path = "support/scratch.rs"]
mod scratch;

use core::fmt;
use core::panic::AssertUnwindSafe;
use std::panic;
use std::thread;

use femto_core::{Field, FormatterBuilder};
use femto_std::bridge::log::install;
use femto_std::{Error, Level, Manager, get_logger};
use scratch::{Scratch, lines, lone_logger, pattern, plain};

struct Broken;

impl fmt::Display for Broken {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        panic!("in a Display")
    }
}

impl fmt::Debug for Broken {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        panic!("in a Debug")
    }
}

/// Logs while it is printed.
struct Talking;

impl fmt::Display for Talking {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        log::info!(target: "bridge::inner", "inner");
        f.write_str("outer")
    }
}

// One test: `log` has one logger and one maximum level a process.
#[test]
fn records_of_the_log_crate_are_records_like_any() {
    install().unwrap();
    assert!(matches!(install(), Err(Error::InstallLogBridge)));
    let scratch = Scratch::new("bridge");
    let path = scratch.path("log");
    let format = "%(name)s %(levelname)s %(message)s|%(peer)s|%(tries)s|%(on)s|%(load).1f|%(who)s";
    let formatter = std::sync::Arc::into_inner(pattern(format)).unwrap();
    let none = femto_std::Value::None;
    let formatter = ["peer", "tries", "on", "who"]
        .into_iter()
        .fold(formatter, |formatter, key| formatter.with_default(key, none))
        .with_default("load", femto_std::Value::F64(0.0));
    let handler = plain(&path).with_formatter(std::sync::Arc::new(formatter)).build().unwrap();
    let logger = lone_logger("bridge", &handler);

    log::error!(target: "bridge", "e {}", 1);
    log::warn!(target: "bridge::a::b", "w");
    log::info!(target: &String::from("bridge.dotted"), "i");
    log::debug!(target: "bridge", peer = "10.0.0.7", tries = -3, on = true, load = 0.25; "d");
    let who = Talking;
    log::trace!(target: "bridge", who:% = 5; "t {who}");
    let expected = [
        "bridge ERROR e 1|None|None|None|0.0|None",
        "bridge.a.b WARNING w|None|None|None|0.0|None",
        "bridge.dotted INFO i|None|None|None|0.0|None",
        "bridge DEBUG d|10.0.0.7|-3|true|0.2|None",
        "bridge.inner INFO inner|None|None|None|0.0|None",
        "bridge TRACE t outer|None|None|None|0.0|5",
    ];
    assert_eq!(lines(&handler, &path), expected);

    // The maximum level follows the loggers' levels.
    assert_eq!(log::max_level(), log::LevelFilter::Trace);
    logger.set_level(Level::WARN);
    assert_eq!(log::max_level(), log::LevelFilter::Warn);
    assert!(!log::log_enabled!(target: "bridge", log::Level::Info));
    assert!(log::log_enabled!(target: "bridge", log::Level::Warn));
    log::info!(target: "bridge", "not wanted");
    let child = get_logger("bridge.child");
    child.set_level(Level::DEBUG);
    assert_eq!(log::max_level(), log::LevelFilter::Debug);
    log::debug!(target: "bridge::child", "wanted");
    log::debug!(target: "bridge", "not wanted");
    child.set_level(Level::NOTSET);
    handler.set_level(Level::ERROR);
    assert_eq!(log::max_level(), log::LevelFilter::Error);
    handler.set_level(Level::NOTSET);
    Manager::global().disable(Level::OFF);
    assert_eq!(log::max_level(), log::LevelFilter::Off);
    Manager::global().disable(Level::NOTSET);
    assert_eq!(lines(&handler, &path).len(), expected.len() + 1);

    // What panics while it is rendered does not reach the caller.
    for broken in [
        panic::catch_unwind(|| log::error!(target: "bridge", "{}", Broken)),
        panic::catch_unwind(|| log::error!(target: "bridge", who:% = Broken; "x")),
        panic::catch_unwind(|| log::error!(target: "bridge", who:? = Broken; "x")),
        panic::catch_unwind(AssertUnwindSafe(|| log::error!(target: "bridge", "after"))),
    ] {
        assert!(broken.is_ok(), "the panic reached the caller");
    }
    assert_eq!(lines(&handler, &path).len(), expected.len() + 5);

    // From many threads, none lost, each in order.
    logger.set_level(Level::INFO);
    let (counted, counted_path) = scratch.handler("counted");
    lone_logger("counted", &counted);
    thread::scope(|scope| {
        for thread in 0..4 {
            scope.spawn(move || {
                for i in 0..20_000 {
                    log::info!(target: "counted", "{thread} {i}");
                }
            });
        }
    });
    let all = lines(&counted, &counted_path);
    for thread in 0..4 {
        let own = all.iter().filter_map(|line| line.strip_prefix(&format!("{thread} ")));
        assert!(own.map(|number| number.parse::<usize>().unwrap()).eq(0..20_000));
    }
    assert_eq!(counted.stats().written, 80_000);

    // A formatter of the core has what its fields show.
    const FIELDS: &[Field] = &[Field::THREAD_NAME, Field::LOCATION, Field::MESSAGE];
    let path = scratch.path("located");
    let formatter = FormatterBuilder::new().with_fields(FIELDS).text();
    let located = plain(&path).with_formatter(std::sync::Arc::new(formatter)).build().unwrap();
    lone_logger("located", &located);
    let line = line!() + 1;
    log::info!(target: "located", "here");
    let thread = thread::current().name().unwrap().to_owned();
    assert_eq!(lines(&located, &path), [format!("{thread} {}:{line} here", file!())]);
    log::logger().flush();
}
