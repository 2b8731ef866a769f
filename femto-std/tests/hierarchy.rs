//! The tree of loggers: names, levels, propagation, handlers.

#[path = "support/scratch.rs"]
mod scratch;

use std::sync::Arc;

use femto_std::{Filter, Level, Manager, NameFilter, debug, error, get_logger, info, warn};
use scratch::{Scratch, lines, lone_logger, pattern, plain};

#[test]
fn a_name_is_one_logger_and_the_empty_name_is_the_root() {
    let manager = Manager::global();
    assert_eq!(manager.get_logger("same.name"), get_logger("same.name"));
    assert_ne!(manager.get_logger("same.name"), get_logger("same.other"));
    assert_eq!(manager.get_logger(""), manager.root());
    assert_eq!(manager.get_logger("root"), manager.root());
    assert_eq!(manager.get_logger("same.name").name(), "same.name");
}

#[test]
fn a_level_reaches_down_to_the_next_that_has_its_own() {
    let [top, middle, bottom] = ["lv", "lv.a.b", "lv.a.b.c.d"].map(get_logger);
    top.set_level(Level::ERROR);
    assert_eq!(bottom.effective_level(), Level::ERROR);
    middle.set_level(Level::DEBUG);
    assert_eq!(bottom.effective_level(), Level::DEBUG);
    assert_eq!((bottom.level(), middle.level()), (Level::NOTSET, Level::DEBUG));
    middle.set_level(Level::NOTSET);
    assert_eq!(middle.effective_level(), Level::ERROR);
    assert_eq!(get_logger("lvx").effective_level(), Manager::global().root().effective_level());
}

#[test]
fn a_logger_made_later_comes_between_those_that_were_there() {
    let [top, bottom] = ["late", "late.x.y"].map(get_logger);
    top.set_level(Level::ERROR);
    let middle = get_logger("late.x");
    middle.set_level(Level::INFO);
    assert_eq!(bottom.effective_level(), Level::INFO);
    // A name that only begins alike is not above it.
    get_logger("late.x.").set_level(Level::CRITICAL);
    get_logger("late.xy").set_level(Level::CRITICAL);
    assert_eq!(bottom.effective_level(), Level::INFO);
}

#[test]
fn a_record_goes_to_the_handlers_of_its_logger_and_of_all_above() {
    let scratch = Scratch::new("reach");
    let (own, own_path) = scratch.handler("own");
    let (parent, parent_path) = scratch.handler("parent");
    let top = lone_logger("reach", &parent);
    let child = get_logger("reach.child");
    child.add_handler(own.clone());

    info!(logger: child, "from the child");
    info!(logger: top, "from the parent");
    child.set_propagate(false);
    info!(logger: child, "kept by the child");
    child.set_propagate(true);
    info!(logger: child, "again");

    let from_child = ["from the child", "kept by the child", "again"];
    assert_eq!(lines(&own, &own_path), from_child);
    assert_eq!(lines(&parent, &parent_path), ["from the child", "from the parent", "again"]);
}

#[test]
fn a_parents_level_does_not_judge_what_a_child_let_pass() {
    let scratch = Scratch::new("judge");
    let (handler, path) = scratch.handler("log");
    let top = lone_logger("judge", &handler);
    top.set_level(Level::CRITICAL);
    let child = get_logger("judge.child");
    child.set_level(Level::DEBUG);
    debug!(logger: child, "passes");
    error!(logger: top, "does not");
    assert_eq!(lines(&handler, &path), ["passes"]);
}

#[test]
fn a_handler_shared_by_loggers_names_each() {
    let scratch = Scratch::new("shared");
    let path = scratch.path("log");
    let handler = plain(&path).with_formatter(pattern("%(name)s %(message)s")).build().unwrap();
    let [one, other] = ["shared.one", "shared.other"].map(|name| lone_logger(name, &handler));
    // Adding it again changes nothing.
    one.add_handler(handler.clone());
    info!(logger: one, "1");
    info!(logger: other, "2");
    assert_eq!(lines(&handler, &path), ["shared.one 1", "shared.other 2"]);
    assert_eq!(one.handlers().len(), 1);
    assert!(Arc::ptr_eq(&one.handlers()[0], &handler));
}

#[test]
fn each_handler_has_its_own_level_and_it_changes_at_once() {
    let scratch = Scratch::new("levels");
    let (all, all_path) = scratch.handler("all");
    let path = scratch.path("some");
    let some = plain(&path).with_level(Level::WARN).build().unwrap();
    let logger = lone_logger("levels", &all);
    logger.add_handler(some.clone());
    info!(logger: logger, "1");
    warn!(logger: logger, "2");
    some.set_level(Level::INFO);
    info!(logger: logger, "3");
    some.set_level(Level::ERROR);
    warn!(logger: logger, "4");
    assert_eq!(some.level(), Level::ERROR);
    assert_eq!(lines(&all, &all_path), ["1", "2", "3", "4"]);
    assert_eq!(lines(&some, &path), ["2", "3"]);
    let stats = some.stats();
    assert_eq!((stats.accepted, stats.written, stats.dropped), (2, 2, 0));
}

#[test]
fn a_logger_is_enabled_where_a_handler_would_take_the_record() {
    let scratch = Scratch::new("enabled");
    let (handler, _) = scratch.handler("log");
    let logger = get_logger("enabled");
    logger.set_propagate(false);
    logger.set_level(Level::DEBUG);
    assert!(!logger.is_enabled(Level::CRITICAL), "no handler");
    logger.add_handler(handler.clone());
    assert!(logger.is_enabled(Level::DEBUG) && !logger.is_enabled(Level::TRACE));
    handler.set_level(Level::ERROR);
    assert!(logger.is_enabled(Level::ERROR) && !logger.is_enabled(Level::WARN));
    logger.remove_handler(&handler);
    assert!(!logger.is_enabled(Level::CRITICAL), "its handler is gone");
}

#[test]
fn what_was_logged_before_a_handler_is_removed_still_reaches_it() {
    let scratch = Scratch::new("removed");
    for round in 0..200 {
        let (handler, path) = scratch.handler(&format!("log{round}"));
        let logger = lone_logger("removed", &handler);
        for i in 0..10 {
            info!(logger: logger, "{i}");
        }
        logger.remove_handler(&handler);
        info!(logger: logger, "after");
        assert_eq!(lines(&handler, &path).len(), 10);
        handler.close(scratch::PATIENCE).unwrap();
    }
}

#[test]
fn the_tree_can_be_walked() {
    let [top, child, grandchild] = ["walk", "walk.a", "walk.b.c"].map(get_logger);
    assert_eq!(grandchild.parent(), Some(top));
    assert_eq!(top.children(), [child, grandchild]);
    let between = get_logger("walk.b");
    assert_eq!(grandchild.parent(), Some(between));
    assert_eq!(top.children(), [child, between]);
    assert_eq!(top.child("b.c"), grandchild);
    let root = Manager::global().root();
    assert_eq!((root.parent(), root.child("walk")), (None, top));
    let names: Vec<_> = Manager::global().loggers().iter().map(|logger| logger.name()).collect();
    let mine: Vec<_> = names.iter().copied().filter(|name| name.starts_with("walk")).collect();
    assert_eq!(mine, ["walk", "walk.a", "walk.b", "walk.b.c"]);
    assert!(names.contains(&"root"));
}

#[test]
fn what_a_logger_has_can_be_asked_and_taken_away() {
    let scratch = Scratch::new("asked");
    let (logger, handler, path) = scratch.logger("asked");
    let child = get_logger("asked.child");
    assert!(child.has_handlers() && child.propagate() && !logger.propagate());
    let filter: Arc<dyn Filter> = Arc::new(NameFilter("nobody"));
    logger.add_filter(filter.clone());
    assert_eq!(logger.filters().len(), 1);
    info!(logger: logger, "filtered");
    logger.remove_filter(&filter);
    logger.set_disabled(true);
    assert!(!logger.is_enabled(Level::CRITICAL) && child.is_enabled(Level::INFO));
    info!(logger: logger, "disabled");
    info!(logger: child, "1");
    logger.set_disabled(false);
    info!(logger: logger, "2");
    assert_eq!(lines(&handler, &path), ["1", "2"]);
    logger.clear_handlers();
    assert!(!child.has_handlers());
}
