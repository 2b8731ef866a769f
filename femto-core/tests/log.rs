//! The `log` crate's macros, into static loggers. The crate's logger and its level are the process's: one test.
#![cfg(not(loom))]
#![allow(clippy::unwrap_used, reason = "a failure is what a test reports")]

use core::fmt::Write as _;
use std::sync::Mutex;

use femto_core::bridge::log::{LogAlreadySet, install};
use femto_core::{Handler, Level, Logger, Record};

static SEEN: Seen = Seen(Mutex::new(String::new()));
static ROOT: Logger = Logger::root().with_handlers(&[&SEEN]);
static NET: Logger = Logger::child("net", &ROOT).with_level(Level::WARN);
static TCP: Logger = Logger::child("net.tcp", &NET);

#[test]
fn records_of_the_log_crate_go_to_the_nearest_logger_and_max_level_follows() {
    log::error!("before anybody listens");
    assert_eq!(log::max_level(), log::LevelFilter::Off);
    install(&ROOT).unwrap();
    assert_eq!(install(&NET), Err(LogAlreadySet));
    assert_eq!(log::max_level(), log::LevelFilter::Info);

    // Typed key-values; a logger that is not known yet leaves its records to the root.
    let owned = String::from("owned");
    log::info!(target: "net::tcp", n = -7, big = u64::MAX, wide = 1_u128 << 100, f = 2.5, t = true,
        c = 'x', text = "quoted", owned:% = owned, debug:? = Some("y"); "{} of {}", 3, "five");
    assert_eq!(
        SEEN.take(),
        "INFO net.tcp: 3 of five | n=I64(-7) big=U64(18446744073709551615) \
         wide=Wide(1267650600228229401496703205376) f=F64(2.5) t=Bool(true) c=Char('x') \
         text=Str(\"quoted\") owned=Rendered(\"owned\") debug=Rendered(\"Some(\\\"y\\\")\") | here\n"
    );

    // From here on `net` and `net.tcp` are known.
    assert!(!TCP.is_enabled(Level::INFO) && !NET.is_enabled(Level::INFO));
    log::info!(target: "net::tcp", "below the inherited level");
    log::info!(target: "net::udp", "below the nearest logger's level");
    log::warn!(target: "net::udp::port", "passes");
    log::info!(target: "network", "is not below net");
    assert_eq!(
        SEEN.take(),
        "WARN net.udp.port: passes | | here\nINFO network: is not below net | | here\n"
    );

    // The level of `log` follows: down and up again, whichever logger it is.
    TCP.set_level(Level::TRACE);
    assert_eq!(log::max_level(), log::LevelFilter::Trace);
    log::trace!(target: "net::tcp", "now");
    log::trace!("not the root");
    assert!(log::log_enabled!(target: "net.tcp.syn", log::Level::Trace));
    assert!(!log::log_enabled!(target: "net", log::Level::Info));
    assert_eq!(SEEN.take(), "TRACE net.tcp: now | | here\n");
    TCP.set_level(Level::NOTSET);
    assert_eq!(log::max_level(), log::LevelFilter::Info);
    ROOT.set_level(Level::ERROR);
    assert_eq!(log::max_level(), log::LevelFilter::Warn);
    NET.set_level(Level::OFF);
    assert_eq!(log::max_level(), log::LevelFilter::Error);
    log::error!(target: "net::tcp", "switched off");
    log::error!(target: "", "no name is the root's");
    assert_eq!(SEEN.take(), "ERROR : no name is the root's | | here\n");
    ROOT.set_level(Level::CRITICAL);
    assert_eq!(log::max_level(), log::LevelFilter::Off);

    // A logger that becomes known with a level of its own.
    static LATE: Logger = Logger::child("late", &ROOT).with_level(Level::DEBUG);
    assert!(LATE.is_enabled(Level::DEBUG));
    assert_eq!(log::max_level(), log::LevelFilter::Debug);
    log::debug!(target: "late", "taken");
    assert_eq!(SEEN.take(), "DEBUG late: taken | | here\n");
    // More key-values than a record takes, and more text than there is room for.
    let long = "é".repeat(100);
    log::debug!(target: "late", a:% = long, b:% = 1, c = 2, d = 3, e = 4, f = 5, g = 6, h = 7, i = 8,
        j = 9, k = 10, l = 11, m = 12, n = 13, o = 14, p = 15, q = 16; "many");
    let seen = SEEN.take();
    assert!(seen.contains(&format!("a=Rendered({:?}) b=Rendered(\"\") c=I64(2)", "é".repeat(64))));
    assert!(seen.ends_with("p=I64(15) | here\n"), "{seen}");
}

/// Keeps what comes.
struct Seen(Mutex<String>);

impl Seen {
    fn take(&self) -> String {
        core::mem::take(&mut self.0.lock().unwrap())
    }
}

impl Handler for Seen {
    fn level(&self) -> Level {
        Level::NOTSET
    }

    fn handle(&self, record: &Record<'_>) {
        let mut text = self.0.lock().unwrap();
        write!(text, "{} {}: ", record.level(), record.logger_name()).unwrap();
        record.write_message(&mut *text).unwrap();
        text.push_str(" |");
        for (key, value) in record.key_values() {
            use femto_core::Value as V;
            match value {
                V::I64(n) => write!(text, " {key}=I64({n})"),
                V::U64(n) => write!(text, " {key}=U64({n})"),
                V::I128(_) | V::U128(_) => write!(text, " {key}=Wide({value})"),
                V::F64(n) => write!(text, " {key}=F64({n})"),
                V::Bool(b) => write!(text, " {key}=Bool({b})"),
                V::Char(c) => write!(text, " {key}=Char({c:?})"),
                V::Str(s) => write!(text, " {key}=Str({s:?})"),
                V::Rendered(s) => write!(text, " {key}=Rendered({s:?})"),
                other => write!(text, " {key}=?({other})"),
            }
            .unwrap();
        }
        let here = record.file() == Some(file!()) && record.line().is_some();
        text.push_str(if here { " | here\n" } else { " | elsewhere\n" });
    }
}
