//! Handlers that pass records on: memory, fan-out; and the one that takes none.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

#[path = "support/scratch.rs"]
mod scratch;

use core::time::Duration;
use std::sync::Arc;
use std::thread;

use femto_std::handlers::{
    FanOutHandlerBuilder, FileHandlerBuilder, MemoryHandlerBuilder, NullHandlerBuilder,
};
use femto_std::{
    Delivery, Error, Handler, Level, LevelFilter, Logger, Manager, NameFilter, critical, debug,
    error, info, warn,
};
use scratch::{PATIENCE, Scratch, lines, lone_logger, pattern, plain, read, wait_until};

/// A memory handler before a file that shows messages only.
fn recorder(
    name: &str,
    build: impl FnOnce(MemoryHandlerBuilder) -> MemoryHandlerBuilder,
) -> (Scratch, Logger, Arc<Handler>, Arc<Handler>, std::path::PathBuf) {
    let scratch = Scratch::new(name);
    let (file, path) = scratch.handler("log");
    let memory = build(MemoryHandlerBuilder::new(file.clone())).build().unwrap();
    let logger = lone_logger(name, &memory);
    (scratch, logger, memory, file, path)
}

/// Waits until the collector has seen what was logged, without asking a memory handler for anything.
fn settle() {
    Manager::global().flush(PATIENCE).unwrap();
}

#[test]
fn the_last_records_come_out_before_the_one_that_is_worth_it() {
    let (_scratch, logger, memory, _file, path) = recorder("last", |it| it.with_capacity(4));
    for round in 0..3 {
        for i in 0..10_000 {
            debug!(logger: logger, "{round} {i}");
        }
        settle();
        assert_eq!(read(&path).lines().count(), round * 4, "nothing before the trigger");
        error!(logger: logger, "{round} error");
        settle();
        let text = read(&path);
        let text: Vec<_> = text.lines().skip(round * 4).collect();
        let expected = ["9997", "9998", "9999", "error"].map(|last| format!("{round} {last}"));
        assert_eq!(text, expected);
    }
    let stats = memory.stats();
    assert_eq!((stats.accepted, stats.written, stats.dropped), (30_003, 12, 29_991));
}

#[test]
fn what_comes_out_is_what_went_in() {
    let scratch = Scratch::new("whole");
    let format = "%(created).6f %(levelname)s %(name)s %(message)s %(filename)s:%(lineno)d \
                  %(threadName)s %(thread)d %(process)d %(funcName)s";
    let whole = |name: &str| {
        let path = scratch.path(name);
        let file = FileHandlerBuilder::new(&path).with_formatter(pattern(format));
        (file.build().unwrap(), path)
    };
    let (at_once, direct_path) = whole("at_once");
    let (later, later_path) = whole("later");
    let memory = MemoryHandlerBuilder::new(later).build().unwrap();
    let logger = lone_logger("whole", &memory);
    logger.add_handler(at_once.clone());
    thread::Builder::new()
        .name("worker é".to_owned())
        .spawn(move || {
            info!(logger: logger, key = 7, text = "ü"; "one {:>5} {:?}", 1.5, Some("x"));
            debug!(logger: logger, "{}\0\n{}", "a".repeat(100_000), 2);
        })
        .unwrap()
        .join()
        .unwrap();
    // Its time must not be that of its coming out.
    thread::sleep(Duration::from_millis(20));
    critical!(logger: logger, "now");
    settle();
    assert_eq!(read(&direct_path), read(&later_path));
    assert!(read(&later_path).contains("one   1.5 Some(\"x\")"));
    assert!(read(&later_path).contains(" worker é "));
}

#[test]
fn key_values_come_out_typed() {
    let scratch = Scratch::new("typed");
    let json = |name: &str| {
        let json = femto_core::FormatterBuilder::new().json();
        let path = scratch.path(name);
        (FileHandlerBuilder::new(&path).with_formatter(Arc::new(json)).build().unwrap(), path)
    };
    let ((at_once, direct_path), (later, later_path)) = (json("at_once"), json("later"));
    let memory = MemoryHandlerBuilder::new(later).build().unwrap();
    let logger = lone_logger("typed", &memory);
    logger.add_handler(at_once);
    error!(logger: logger, int = -7, float = 0.5, yes = true, text = "a\"b"; "typed");
    settle();
    assert_eq!(read(&direct_path), read(&later_path));
    assert!(read(&later_path).contains("-7") && read(&later_path).contains("0.5"));
}

#[test]
fn bytes_are_bounded_and_one_record_is_kept_however_large() {
    let (_scratch, logger, memory, file, path) =
        recorder("bytes", |it| it.with_byte_capacity(64 << 10).with_capacity(usize::MAX));
    for i in 0..20_000 {
        debug!(logger: logger, "{i}");
    }
    settle();
    assert!(memory.stats().high_water <= 64 << 10, "{:?}", memory.stats());
    assert!(memory.stats().high_water > 60 << 10, "{:?}", memory.stats());
    debug!(logger: logger, "{}", "x".repeat(1 << 20));
    memory.flush(PATIENCE).unwrap();
    assert_eq!(lines(&file, &path), ["x".repeat(1 << 20)]);
}

#[test]
fn a_flush_of_the_handler_passes_on_and_one_of_the_manager_does_not() {
    let (_scratch, logger, memory, file, path) = recorder("flush", |it| it);
    debug!(logger: logger, "1");
    settle();
    file.flush(PATIENCE).unwrap();
    assert_eq!(read(&path), "");
    memory.flush(PATIENCE).unwrap();
    assert_eq!(read(&path), "1\n");
    memory.flush(PATIENCE).unwrap();
    assert_eq!(read(&path), "1\n", "once");
    for i in 2..500 {
        debug!(logger: logger, "{i}");
        memory.flush(PATIENCE).unwrap();
        assert_eq!(read(&path).lines().count(), i);
    }
}

#[test]
fn pythons_memory_handler_passes_on_when_it_is_full_and_when_it_is_closed() {
    let (_scratch, logger, memory, file, path) = recorder("python", |it| {
        it.with_capacity(3).with_flush_when_full(true).with_flush_on_close(true)
    });
    let mut expected = Vec::new();
    for i in 1..=8 {
        debug!(logger: logger, "{i}");
        expected.push(i.to_string());
        settle();
        assert_eq!(lines(&file, &path), expected[..i / 3 * 3]);
    }
    memory.close(PATIENCE).unwrap();
    assert_eq!(lines(&file, &path), expected);
    debug!(logger: logger, "late");
    settle();
    let stats = memory.stats();
    assert_eq!((stats.accepted, stats.written, stats.dropped), (9, 8, 1));
    // The target is still open.
    info!(logger: lone_logger("python.file", &file), "open");
    assert_eq!(lines(&file, &path).last().unwrap(), "open");
}

#[test]
fn a_recorder_that_is_closed_without_flush_drops_what_it_keeps_and_counts_it() {
    let (_scratch, logger, memory, _file, path) = recorder("closed", |it| it);
    for i in 0..10 {
        debug!(logger: logger, "{i}");
    }
    memory.close(PATIENCE).unwrap();
    wait_until("the count", || memory.stats().dropped == 10);
    assert_eq!(read(&path), "");
}

#[test]
fn a_targets_filters_are_asked_and_its_level_is_not() {
    let scratch = Scratch::new("target");
    let path = scratch.path("log");
    let no_noise = LevelFilter::new(Level::DEBUG..=Level::CRITICAL);
    let builder = plain(&path).with_level(Level::WARN).with_filter(Arc::new(no_noise));
    let file = builder.build().unwrap();
    let below = LevelFilter::new(Level::NOTSET..=Level::INFO);
    let memory = MemoryHandlerBuilder::new(file.clone()).with_filter(Arc::new(below));
    let memory = memory.with_flush_level(Level::INFO).build().unwrap();
    let logger = lone_logger("target", &memory);
    // The same file, for all that its level takes: the usual way to have context before a warning.
    logger.add_handler(file.clone());
    femto_std::trace!(logger: logger, "noise");
    debug!(logger: logger, "context");
    warn!(logger: logger, "warning");
    info!(logger: logger, "trigger");
    assert_eq!(lines(&file, &path), ["warning", "context", "trigger"]);
}

#[test]
fn a_memory_that_keeps_nothing_is_refused() {
    let scratch = Scratch::new("refused");
    let (file, _) = scratch.handler("log");
    let error = MemoryHandlerBuilder::new(file).with_capacity(0).build().expect_err("an error");
    assert!(matches!(error, Error::CheckParameter { name: "capacity", .. }), "{error}");
}

#[test]
fn a_fan_out_has_a_level_and_filters_before_those_of_its_handlers() {
    let scratch = Scratch::new("fan");
    let (all, all_path) = scratch.handler("all");
    let severe_path = scratch.path("severe");
    let severe = plain(&severe_path).with_level(Level::ERROR).build().unwrap();
    let direct_path = scratch.path("direct");
    let direct = plain(&direct_path).with_delivery(Delivery::Direct).build().unwrap();
    let fan = FanOutHandlerBuilder::new([all.clone(), severe.clone(), direct.clone()])
        .with_level(Level::INFO)
        .with_filter(Arc::new(NameFilter("fan.db")))
        .build()
        .unwrap();
    let logger = lone_logger("fan", &fan);
    let database = Manager::global().get_logger("fan.db");
    database.set_level(Level::TRACE);
    assert!(!database.is_enabled(Level::DEBUG), "no handler below takes it");
    for i in 0..1_000 {
        debug!(logger: database, "debug");
        info!(logger: database, "{i}");
        error!(logger: logger, "another name");
        error!(logger: database, "error {i}");
    }
    fan.flush(PATIENCE).unwrap();
    let both: Vec<_> = (0..1_000).flat_map(|i| [i.to_string(), format!("error {i}")]).collect();
    assert_eq!(read(&all_path).lines().collect::<Vec<_>>(), both);
    assert_eq!(read(&direct_path).lines().collect::<Vec<_>>(), both);
    let severe: Vec<_> = (0..1_000).map(|i| format!("error {i}")).collect();
    assert_eq!(read(&severe_path).lines().collect::<Vec<_>>(), severe);
    let stats = fan.stats();
    assert_eq!((stats.accepted, stats.written, stats.dropped), (2_000, 2_000, 0));
    // A level that is changed below is heard above.
    all.set_level(Level::CRITICAL);
    direct.set_level(Level::CRITICAL);
    assert!(!database.is_enabled(Level::WARN));
}

#[test]
fn relays_pass_on_to_relays() {
    let scratch = Scratch::new("nested");
    let (one, one_path) = scratch.handler("one");
    let (other, other_path) = scratch.handler("other");
    let fan = FanOutHandlerBuilder::new([one, other]).build().unwrap();
    let inner = MemoryHandlerBuilder::new(fan).with_flush_level(Level::CRITICAL).build().unwrap();
    let outer = MemoryHandlerBuilder::new(inner).build().unwrap();
    let logger = lone_logger("nested", &outer);
    info!(logger: logger, "1");
    error!(logger: logger, "2");
    settle();
    assert_eq!(read(&one_path), "");
    info!(logger: logger, "3");
    critical!(logger: logger, "4");
    settle();
    assert_eq!(read(&one_path), "1\n2\n3\n4\n");
    assert_eq!(read(&one_path), read(&other_path));
}

#[test]
fn the_null_handler_takes_nothing_and_keeps_calls_from_being_made() {
    let null = NullHandlerBuilder::new().build().unwrap();
    let logger = lone_logger("null", &null);
    assert!(!logger.is_enabled(Level::CRITICAL));
    critical!(logger: logger, "{}", { panic!("not evaluated"); #[allow(unreachable_code)] 1 });
    null.set_level(Level::INFO);
    info!(logger: logger, "x");
    null.flush(PATIENCE).unwrap();
    assert_eq!((null.stats().accepted, null.stats().written), (1, 1));
}

#[test]
fn one_handler_of_several_loggers_and_several_handlers_of_one() {
    let scratch = Scratch::new("shared");
    let (shared, shared_path) = scratch.handler("shared");
    let (own, own_path) = scratch.handler("own");
    let (one, other) = (lone_logger("shared.one", &shared), lone_logger("shared.other", &shared));
    one.add_handler(own.clone());
    for i in 0..100 {
        info!(logger: one, "one {i}");
        info!(logger: other, "other {i}");
    }
    let all: Vec<_> = (0..100).flat_map(|i| [format!("one {i}"), format!("other {i}")]).collect();
    assert_eq!(lines(&shared, &shared_path), all);
    let ones: Vec<_> = (0..100).map(|i| format!("one {i}")).collect();
    assert_eq!(lines(&own, &own_path), ones);
}
