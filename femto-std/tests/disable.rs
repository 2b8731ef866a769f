//! Switching levels off for the whole process.

#[path = "support/scratch.rs"]
mod scratch;

use femto_std::{Level, Manager, error, info, warn};
use scratch::{Scratch, lines};

#[test]
fn disable_switches_a_level_and_those_below_off_for_all_loggers() {
    let scratch = Scratch::new("disable");
    let (logger, handler, path) = scratch.logger("disable");
    let manager = Manager::global();
    assert_eq!(manager.root().level(), Level::WARN);
    manager.disable(Level::WARN);
    info!(logger: logger, "1");
    warn!(logger: logger, "2");
    error!(logger: logger, "3");
    assert!(!logger.is_enabled(Level::WARN) && logger.is_enabled(Level::ERROR));
    // A logger made meanwhile is no exception.
    assert!(!manager.get_logger("disable.later").is_enabled(Level::WARN));
    manager.disable(Level::OFF);
    error!(logger: logger, "4");
    assert!(!logger.is_enabled(Level::CRITICAL));
    manager.disable(Level::NOTSET);
    info!(logger: logger, "5");
    assert_eq!(lines(&handler, &path), ["3", "5"]);
}
