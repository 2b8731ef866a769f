//! The macros' forms, through loggers by name, target and module.

#[path = "support/scratch.rs"]
mod scratch;

use femto_std::{Level, critical, debug, error, get_logger, info, log, trace, warn};
use scratch::{Scratch, lines, lone_logger, pattern, plain};

mod inner {
    pub(crate) fn speak() {
        femto_std::info!("from a module");
    }
}

/// Prints without a typed encoding.
struct Shown(u8);

impl core::fmt::Display for Shown {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.pad(&format!("shown-{}", self.0))
    }
}

#[test]
fn statements_without_a_logger_go_by_module_or_target() {
    let scratch = Scratch::new("default");
    let path = scratch.path("log");
    let handler =
        plain(&path).with_formatter(pattern("%(name)s %(levelname)s %(message)s")).build().unwrap();
    lone_logger("statements", &handler);
    lone_logger("elsewhere", &handler);
    let target = String::from("elsewhere::run_time");
    info!("here");
    inner::speak();
    warn!(target: "elsewhere::deep", "literal target");
    warn!(target: &target, "target {}", "of run time");
    log!(Level::new(25), "between");
    log!(target: "elsewhere", Level::ERROR, "both");
    let expected = [
        "statements INFO here",
        "statements.inner INFO from a module",
        "elsewhere.deep WARNING literal target",
        "elsewhere.run_time WARNING target of run time",
        "statements Level 25 between",
        "elsewhere ERROR both",
    ];
    assert_eq!(lines(&handler, &path), expected);
}

#[test]
fn messages_come_out_as_format_makes_them() {
    let scratch = Scratch::new("messages");
    let (logger, handler, path) = scratch.logger("messages");
    let (width, name, list) = (8, "n", vec![1, 2]);
    let mut expected = Vec::new();
    macro_rules! same {
        ($($statement:tt)*) => {
            info!(logger: logger, $($statement)*);
            expected.push(format!($($statement)*));
        };
    }
    same!("plain");
    same!("{{}} {} {1} {name}", 1, "x");
    same!("{:>width$} {:#x} {:.2} {:?}", 7, 255, 1.005, "quo\"te");
    same!("{:?} {:>9} {}", list, Shown(1), Shown(2));
    same!("{} {} {} {}", i128::MIN, u64::MAX, true, 'é');
    same!("{:?} {}", Some(1.5), String::from("日本"));
    same!("a\tb\0c");
    assert_eq!(lines(&handler, &path), expected);
}

#[test]
fn every_level_has_its_macro() {
    let scratch = Scratch::new("macros");
    let path = scratch.path("log");
    let handler = plain(&path).with_formatter(pattern("%(levelno)d %(message)s")).build().unwrap();
    let logger = lone_logger("macros", &handler);
    trace!(logger: logger, "t");
    debug!(logger: logger, "d");
    info!(logger: logger, "i");
    warn!(logger: logger, "w");
    error!(logger: logger, "e");
    critical!(logger: logger, "c");
    log!(logger: logger, Level::new(17), "l");
    assert_eq!(lines(&handler, &path), ["5 t", "10 d", "20 i", "30 w", "40 e", "50 c", "17 l"]);
}

#[test]
fn key_values_reach_the_formatter_typed() {
    let scratch = Scratch::new("keys");
    let path = scratch.path("log");
    let format = "%(message)s|%(peer)s|%(tries)05d|%(load).2f|%(who)s";
    let handler = plain(&path).with_formatter(pattern(format)).build().unwrap();
    let logger = lone_logger("keys", &handler);
    let (peer, tries) = ("10.0.0.7", 3);
    info!(logger: logger, peer, tries, load = 0.5, who:% = Shown(1); "up in {} ms", 5);
    assert_eq!(lines(&handler, &path), ["up in 5 ms|10.0.0.7|00003|0.50|shown-1"]);
}

#[test]
fn arguments_are_evaluated_only_if_wanted_and_once() {
    let scratch = Scratch::new("evaluated");
    let (logger, handler, path) = scratch.logger("evaluated");
    logger.set_level(Level::INFO);
    let mut count = 0;
    let mut next = || {
        count += 1;
        count
    };
    debug!(logger: logger, "{}", next());
    info!(logger: logger, "{}", next());
    assert_eq!(lines(&handler, &path), ["1"]);
    assert_eq!(count, 1);
}

#[test]
fn a_line_tells_where_and_when_it_was_logged() {
    let scratch = Scratch::new("where");
    let path = scratch.path("log");
    let format = "%(filename)s:%(lineno)d %(threadName)s %(process)d %(created)f";
    let handler = plain(&path).with_formatter(pattern(format)).build().unwrap();
    let logger = lone_logger("where", &handler);
    let now = || {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        since.unwrap().as_secs_f64()
    };
    let before = now();
    let named = std::thread::Builder::new().name("a name".into());
    let line = line!() + 1;
    named.spawn(move || info!(logger: logger, "x")).unwrap().join().unwrap();
    let after = now();
    let written = lines(&handler, &path).remove(0);
    let (place, time) = written.rsplit_once(' ').unwrap();
    assert_eq!(place, format!("statements.rs:{line} a name {}", std::process::id()));
    let time: f64 = time.parse().unwrap();
    assert!(before - 0.001 <= time && time <= after + 0.001, "{before} {time} {after}");
}

#[test]
fn no_handler_is_no_error() {
    let logger = get_logger("nobody");
    logger.set_propagate(false);
    critical!(logger: logger, "unheard");
}
