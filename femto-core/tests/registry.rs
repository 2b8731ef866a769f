//! Loggers by name: directives, and the loggers that targets name.
#![cfg(not(loom))]
#![allow(clippy::unwrap_used, reason = "a failure is what a test reports")]

use core::cell::{Cell, RefCell};

use femto_core::{
    Handler, Level, Logger, Record, SetLevelsError, debug, find_logger, for_each_logger, info, log,
    set_levels, set_root,
};

/// One test: the root logger and the registry are the process's.
#[test]
fn loggers_are_found_by_name_by_directives_and_by_targets() {
    assert_eq!(set_levels("info"), Err(SetLevelsError::FindLogger("info")), "before `set_root`");
    set_root(&ROOT).unwrap();
    directives_change_all_levels_or_none();
    a_level_set_inside_for_each_counts();
    a_literal_target_names_the_nearest_registered_logger();
    a_target_known_at_run_time_does_so_too();
}

fn directives_change_all_levels_or_none() {
    assert!(find_logger("net").is_none(), "never asked for a record");
    assert_eq!(set_levels("net=debug"), Err(SetLevelsError::FindLogger("net=debug")));
    NET.register().unwrap();
    NET.register().unwrap(); // a second time changes nothing
    assert_eq!(find_logger("net").map(Logger::name), Some("net"));

    set_levels(" warn , net = debug,, net.tcp=off").unwrap_err();
    assert_eq!(levels(), [Level::INFO, Level::NOTSET, Level::NOTSET], "nothing changed");
    TCP.register().unwrap();
    set_levels(" warn , net = debug,, net.tcp=off").unwrap();
    assert_eq!(levels(), [Level::WARN, Level::DEBUG, Level::OFF]);
    assert_eq!(set_levels("error,net=loud"), Err(SetLevelsError::ParseLevel("net=loud")));
    assert_eq!(
        set_levels("net=loud").unwrap_err().to_string(),
        "net=loud: no such level: allowed are NOTSET, TRACE, DEBUG, INFO, WARN, WARNING, ERROR, \
         CRITICAL, FATAL, OFF, or a number from 0 to 255"
    );
    assert_eq!(levels(), [Level::WARN, Level::DEBUG, Level::OFF]);
    set_levels("").unwrap();
    set_levels("20,net=0,net.tcp=notset").unwrap();
    assert_eq!(levels(), [Level::INFO, Level::NOTSET, Level::NOTSET]);
}

fn a_level_set_inside_for_each_counts() {
    assert!(!TCP.is_enabled(Level::DEBUG));
    let mut names = Vec::new();
    for_each_logger(|logger| {
        names.push(logger.name());
        ROOT.set_level(Level::DEBUG);
        assert!(find_logger("net").is_some() && TCP.is_enabled(Level::DEBUG));
    });
    assert_eq!(names, ["net", "net.tcp"]);
    ROOT.set_level(Level::INFO);
    assert!(!TCP.is_enabled(Level::DEBUG));
}

fn a_literal_target_names_the_nearest_registered_logger() {
    let tcp = || debug!(target: "net.tcp", "tcp");
    let rx = || debug!(target: "net::tcp::rx", "rx");
    let other = || info!(target: "network", "other");
    let udp = || debug!(target: "net.udp", "udp");
    assert_eq!(logged(|| [tcp, rx, udp].map(|f: fn()| f())), [""; 0], "the level is INFO");
    TCP.set_level(Level::DEBUG);
    assert_eq!(logged(tcp), ["net.tcp net.tcp"]);
    assert_eq!(logged(rx), ["net.tcp net.tcp.rx"]);
    assert_eq!(logged(udp), [""; 0]);
    assert_eq!(logged(other), ["root network"]);
    // The nearest one is looked for until there is the very one.
    assert_eq!(logged(|| info!(target: "net.tcp.tx", "tx")), ["net.tcp net.tcp.tx"]);
    static UDP: Logger =
        Logger::child("net.udp", &NET).with_level(Level::DEBUG).with_handlers(&[&Names("net.udp")]);
    UDP.register().unwrap();
    assert_eq!(logged(udp), ["net.udp net.udp"]);
    NET.set_level(Level::OFF);
    TCP.set_level(Level::NOTSET);
    assert_eq!(logged(tcp), [""; 0]);
    NET.set_level(Level::NOTSET);
}

fn a_target_known_at_run_time_does_so_too() {
    let at = |target: &str| logged(|| log!(target: target, Level::INFO, ""));
    assert_eq!(at("net.tcp"), ["net.tcp net.tcp"]);
    assert_eq!(at("net::tcp::rx"), ["net.tcp net.tcp"], "only literals are shown");
    assert_eq!(at("other"), ["root root"]);
}

static ROOT: Logger = Logger::root().with_handlers(&[&Names("root")]);
static NET: Logger = Logger::child("net", &ROOT).with_handlers(&[&Names("net")]);
static TCP: Logger = Logger::child("net.tcp", &NET).with_handlers(&[&Names("net.tcp")]);

fn levels() -> [Level; 3] {
    [&ROOT, &NET, &TCP].map(Logger::level)
}

thread_local! {
    static FIRST: Cell<Option<&'static str>> = const { Cell::new(None) };
    static SEEN: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

/// The handler of the logger of this name. The first to get a record is that of the record's logger,
/// the last is the root's.
struct Names(&'static str);

impl Handler for Names {
    fn level(&self) -> Level {
        Level::NOTSET
    }

    fn handle(&self, record: &Record<'_>) {
        let first = FIRST.take().unwrap_or(self.0);
        if self.0 == "root" {
            SEEN.with_borrow_mut(|seen| seen.push(format!("{first} {}", record.logger_name())));
        } else {
            FIRST.set(Some(first));
        }
    }
}

fn logged<T>(f: impl FnOnce() -> T) -> Vec<String> {
    f();
    SEEN.take()
}
