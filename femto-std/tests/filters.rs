//! Filters on loggers, which run on the caller, and on handlers, which run on the collector.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

#[path = "support/scratch.rs"]
mod scratch;

use core::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, ThreadId};

use femto_std::{
    CompositeFilter, FemtoFilter, Filter, FilterBuilder, Level, LevelFilter, Metadata, NameFilter,
    Record, get_logger, info, warn,
};
use scratch::{Scratch, lines, lone_logger, plain};

/// Passes messages that contain a word, and notes on which thread it was asked.
struct Word(&'static str, Mutex<Option<ThreadId>>);

impl Word {
    fn new(word: &'static str) -> Arc<Self> {
        Arc::new(Self(word, Mutex::new(None)))
    }
}

impl Filter for Word {
    fn matches(&self, record: &Record<'_>) -> bool {
        *self.1.lock().unwrap() = Some(thread::current().id());
        let mut message = String::new();
        record.write_message(&mut message).is_ok() && message.contains(self.0)
    }
}

/// By the name that the configuration's users know.
struct Refuses(&'static str);

impl FemtoFilter for Refuses {
    fn matches(&self, record: &Record<'_>) -> bool {
        record.logger_name() != self.0
    }
}

#[test]
fn filters_are_composed_without_configuration() {
    static CHATTER: CompositeFilter =
        FilterBuilder::new().with_levels(Level::TRACE..=Level::INFO).build();
    static NONE_OF: [&dyn FemtoFilter; 1] = [&CHATTER];
    static ALL_OF: [&dyn FemtoFilter; 1] = [&Refuses("composed.silent")];
    let scratch = Scratch::new("composed");
    let (_, handler, path) = scratch.logger("composed");
    handler.add_filter(Arc::new(
        FilterBuilder::new()
            .with_name("composed")
            .with_none_of(&NONE_OF)
            .with_all_of(&ALL_OF)
            .build(),
    ));
    warn!(target: "composed", "passes");
    info!(target: "composed", "chatter");
    warn!(target: "composed.silent", "refused");
    warn!(target: "composed.heard", "passes too");
    assert_eq!(lines(&handler, &path), ["passes", "passes too"]);
    assert_eq!(handler.stats().rejected, 2);
}

/// Passes nothing by its first look.
struct Nobody(AtomicUsize);

impl Filter for Nobody {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        false
    }

    fn matches(&self, _: &Record<'_>) -> bool {
        self.0.fetch_add(1, Ordering::Relaxed);
        true
    }
}

#[test]
fn a_loggers_filter_sees_the_message_on_the_callers_thread() {
    let scratch = Scratch::new("caller");
    let (logger, handler, path) = scratch.logger("caller");
    let filter = Word::new("keep");
    logger.add_filter(filter.clone());
    info!(logger: logger, "{} {}", "keep", 1);
    info!(logger: logger, "{} {}", "drop", 2);
    assert_eq!(*filter.1.lock().unwrap(), Some(thread::current().id()));
    logger.clear_filters();
    info!(logger: logger, "{} {}", "drop", 3);
    assert_eq!(lines(&handler, &path), ["keep 1", "drop 3"]);
    assert_eq!(handler.stats().accepted, 2);
}

#[test]
fn a_loggers_filter_does_not_concern_the_records_of_its_children() {
    let scratch = Scratch::new("children");
    let (logger, handler, path) = scratch.logger("children");
    logger.add_filter(Word::new("keep"));
    info!(logger: get_logger("children.child"), "passes");
    info!(logger: logger, "does not");
    assert_eq!(lines(&handler, &path), ["passes"]);
}

#[test]
fn a_filter_that_refuses_by_metadata_is_not_asked_again() {
    let scratch = Scratch::new("metadata");
    let (logger, handler, path) = scratch.logger("metadata");
    let filter = Arc::new(Nobody(AtomicUsize::new(0)));
    logger.add_filter(filter.clone());
    info!(logger: logger, "refused");
    assert!(lines(&handler, &path).is_empty());
    assert_eq!(filter.0.load(Ordering::Relaxed), 0);
}

#[test]
fn a_handlers_filter_runs_elsewhere_and_changes_at_once() {
    let scratch = Scratch::new("handler");
    let path = scratch.path("log");
    let filter = Word::new("keep");
    let handler = plain(&path).with_filter(filter.clone()).build().unwrap();
    let (all, all_path) = scratch.handler("all");
    let logger = lone_logger("handler", &handler);
    logger.add_handler(all.clone());
    info!(logger: logger, "keep 1");
    info!(logger: logger, "drop 2");
    handler.clear_filters();
    info!(logger: logger, "drop 3");
    handler.add_filter(Word::new("keep"));
    info!(logger: logger, "drop 4");
    info!(logger: logger, "keep 5");
    assert_eq!(lines(&handler, &path), ["keep 1", "drop 3", "keep 5"]);
    assert_eq!(lines(&all, &all_path).len(), 5);
    assert_ne!(*filter.1.lock().unwrap(), Some(thread::current().id()));
    let stats = handler.stats();
    assert_eq!((stats.accepted, stats.written, stats.dropped), (3, 3, 0));
}

#[test]
fn level_and_name_filters_pass_ranges_and_subtrees() {
    let scratch = Scratch::new("ready");
    let (top, handler, path) = scratch.logger("ready");
    handler.add_filter(Arc::new(NameFilter("ready.net")));
    handler.add_filter(Arc::new(LevelFilter::new(Level::INFO..=Level::INFO)));
    let [net, tcp, network] = ["ready.net", "ready.net.tcp", "ready.network"].map(get_logger);
    info!(logger: top, "top");
    info!(logger: net, "net");
    info!(logger: tcp, "tcp");
    warn!(logger: tcp, "tcp too loud");
    info!(logger: network, "network");
    assert_eq!(lines(&handler, &path), ["net", "tcp"]);
}
