//! More loggers than the registry knows.
#![cfg(not(loom))]
#![allow(clippy::unwrap_used, reason = "a failure is what a test reports")]

use core::error::Error;

use femto_core::{
    Clock, InitError, Level, Logger, MAX_LOGGERS, Shell, find_logger, init, set_clock, set_root,
};

#[test]
fn a_logger_without_room_is_told_so_and_its_levels_are_right_all_the_same() {
    ROOT.register().unwrap();
    for number in 1..MAX_LOGGERS {
        let name: &str = Box::leak(format!("logger.{number}").into_boxed_str());
        let logger: &'static Logger = Box::leak(Box::new(Logger::child(name, &ROOT)));
        assert_eq!(logger.register(), Ok(()));
    }
    let shown = || {
        let mut text = String::new();
        assert!(Shell::<16>::new(&[]).execute("level", &mut text).is_ok());
        text
    };
    assert!(!shown().contains("no room"));

    let error = LATE.register().unwrap_err();
    let text = "no room for the logger `late`: 32 can be known by name";
    assert_eq!(error.to_string(), text);
    let error = init(&ROOT, &Stopped, &[&LATE, &LATER]).unwrap_err();
    assert!(matches!(error, InitError::Register(_)));
    assert_eq!(
        (error.to_string(), error.source().unwrap().to_string()),
        (text.into(), text.into())
    );
    assert!(set_root(&ROOT).is_err() && set_clock(&Stopped).is_err(), "all else is done");
    assert!(find_logger("late").is_none());
    assert!(shown().ends_with("and others, for which there was no room: 32 at most\n"));

    assert!(LATE.is_enabled(Level::INFO) && !LATE.is_enabled(Level::DEBUG));
    ROOT.set_level(Level::DEBUG);
    assert!(LATE.is_enabled(Level::DEBUG));
    LATE.set_level(Level::ERROR);
    assert!(!LATE.is_enabled(Level::WARN) && LATE.is_enabled(Level::ERROR));
}

static ROOT: Logger = Logger::root();
static LATE: Logger = Logger::child("late", &ROOT);
static LATER: Logger = Logger::child("later", &ROOT);

struct Stopped;

impl Clock for Stopped {
    fn now(&self) -> u64 {
        0
    }
}
