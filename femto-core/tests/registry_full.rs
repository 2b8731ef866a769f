//! More loggers than the registry knows.
#![cfg(not(loom))]

use femto_core::{Level, Logger, MAX_LOGGERS, RegistryFull, Shell, find_logger};

#[test]
fn a_logger_without_room_is_told_so_and_its_levels_are_right_all_the_same() {
    for number in 0..MAX_LOGGERS {
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

    assert_eq!(LATE.register(), Err(RegistryFull));
    assert_eq!(RegistryFull.to_string(), "the registry of loggers is full, it knows 32");
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
