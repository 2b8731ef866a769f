//! Errors that callers are told of, and what they name.

#[path = "support/scratch.rs"]
mod scratch;

use core::error::Error as _;

use femto_std::{Error, Level, handlers::FileHandlerBuilder, info};
use scratch::{Scratch, lines, lone_logger, plain, read};

#[test]
fn a_path_that_cannot_be_opened_is_named() {
    let scratch = Scratch::new("paths");
    let file = scratch.path("file");
    std::fs::write(&file, "").unwrap();
    let wrong =
        [scratch.path("no/such/folder.log"), scratch.path(""), file.join("below"), "/".into()];
    for path in wrong {
        let error = FileHandlerBuilder::new(&path).build().expect_err("an error");
        assert!(matches!(error, Error::OpenFile { .. }), "{error:?}");
        assert!(error.to_string().contains(path.to_str().unwrap()), "{error} names {path:?}");
        assert!(error.source().is_some(), "{error:?} has the system's reason");
    }
}

#[test]
fn a_relative_path_is_named_whole_and_stays_where_it_was() {
    let error = FileHandlerBuilder::new("no/such/relative.log").build().expect_err("an error");
    let here = std::env::current_dir().unwrap();
    assert!(error.to_string().contains(here.join("no/such/relative.log").to_str().unwrap()));
}

#[test]
fn a_capacity_that_is_too_small_names_the_parameter_and_the_range() {
    let scratch = Scratch::new("capacity");
    let path = scratch.path("log");
    let error = FileHandlerBuilder::new(&path).with_capacity(17).build().expect_err("an error");
    let text = error.to_string();
    assert!(["capacity", "17", "4096"].iter().all(|part| text.contains(part)), "{text}");
    assert!(!path.exists(), "nothing is left behind");
}

#[test]
fn a_level_that_does_not_exist_names_those_that_do() {
    let error = "loud".parse::<Level>().expect_err("no such level");
    for level in ["TRACE", "DEBUG", "INFO", "WARN", "WARNING", "ERROR", "CRITICAL"] {
        assert!(error.to_string().contains(level), "{error}");
    }
}

#[test]
fn a_delayed_file_comes_with_its_first_record() {
    let scratch = Scratch::new("delay");
    let path = scratch.path("log");
    let handler = plain(&path).with_delay(true).build().unwrap();
    let logger = lone_logger("delay", &handler);
    assert!(!path.exists());
    info!(logger: logger, "x");
    assert_eq!(lines(&handler, &path), ["x"]);
}

#[test]
fn a_file_is_kept_or_emptied_as_asked() {
    let scratch = Scratch::new("append");
    let path = scratch.path("log");
    std::fs::write(&path, "old\n").unwrap();
    let handler = plain(&path).build().unwrap();
    info!(logger: lone_logger("append.kept", &handler), "kept");
    assert_eq!(lines(&handler, &path), ["old", "kept"]);
    let handler = plain(&path).with_append(false).build().unwrap();
    assert_eq!(read(&path), "");
    info!(logger: lone_logger("append.emptied", &handler), "new");
    assert_eq!(lines(&handler, &path), ["new"]);
    handler.reopen().unwrap();
    info!(logger: lone_logger("append.emptied", &handler), "and more");
    assert_eq!(lines(&handler, &path), ["new", "and more"]);
}

#[test]
fn a_file_that_was_moved_away_is_made_anew_by_reopen() {
    let scratch = Scratch::new("reopen");
    let (logger, handler, path) = scratch.logger("reopen");
    info!(logger: logger, "1");
    handler.flush(scratch::PATIENCE).unwrap();
    let moved = scratch.path("log.1");
    std::fs::rename(&path, &moved).unwrap();
    info!(logger: logger, "2");
    handler.reopen().unwrap();
    info!(logger: logger, "3");
    assert_eq!(lines(&handler, &path), ["3"]);
    assert_eq!(read(&moved), "1\n2\n");
}

#[test]
fn a_closed_handler_counts_what_comes_later_as_dropped() {
    let scratch = Scratch::new("closed");
    let (logger, handler, path) = scratch.logger("closed");
    info!(logger: logger, "1");
    handler.close(scratch::PATIENCE).unwrap();
    assert_eq!(read(&path), "1\n");
    info!(logger: logger, "2");
    handler.flush(scratch::PATIENCE).unwrap();
    assert_eq!(read(&path), "1\n");
    let stats = handler.stats();
    assert_eq!((stats.accepted, stats.written, stats.dropped), (2, 1, 1));
}

#[test]
fn a_closed_handlers_file_is_closed() {
    let scratch = Scratch::new("descriptors");
    let open = || {
        let mut folder = std::fs::read_dir("/proc/self/fd").unwrap();
        folder
            .by_ref()
            .filter(|entry| {
                let target = std::fs::read_link(entry.as_ref().unwrap().path());
                target.is_ok_and(|target| target.starts_with(scratch.path("")))
            })
            .count()
    };
    for i in 0..50 {
        let (handler, _) = scratch.handler(&format!("log{i}"));
        let logger = lone_logger("descriptors", &handler);
        info!(logger: logger, "x");
        logger.remove_handler(&handler);
        handler.close(scratch::PATIENCE).unwrap();
    }
    assert_eq!(open(), 0);
}
