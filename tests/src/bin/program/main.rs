//! The program of scenarios that the tests run in processes of their own:
//! `program SCENARIO [ARGUMENT...]`.

#![allow(clippy::print_stdout, reason = "the tests read it")]

mod ended;
mod exit;
mod fork;
mod memory;
mod quiet;
mod recover;
mod rotate;
mod signal;
mod sink;

use std::path::Path;
use std::sync::Arc;

use femto_std::formatter::{PatternFormatter, PatternStyle};
use femto_std::{Handler, Level, Logger, Manager, handlers::FileHandlerBuilder};

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (scenario, rest) = arguments.split_first().expect("a scenario");
    let rest: Vec<&str> = rest.iter().map(String::as_str).collect();
    match scenario.split_once('-') {
        Some(("ended", which)) => ended::run(which, &rest),
        Some(("exit", which)) => exit::run(which, &rest),
        Some(("fork", which)) => fork::run(which, &rest),
        Some(("memory", which)) => memory::run(which, &rest),
        Some(("quiet", which)) => quiet::run(which, &rest),
        Some(("recover", which)) => recover::run(which, &rest),
        Some(("rotate", which)) => rotate::run(which, &rest),
        Some(("signal", which)) => signal::run(which, &rest),
        Some(("sink", which)) => sink::run(which, &rest),
        _ => panic!("no such scenario: {scenario}"),
    }
}

/// Nothing but the message.
fn plain_format() -> Arc<PatternFormatter> {
    let format = PatternFormatter::new("%(message)s", PatternStyle::Percent);
    Arc::new(format.expect("a format"))
}

/// A builder of a handler that writes nothing but the message.
fn plain(path: &str) -> FileHandlerBuilder {
    FileHandlerBuilder::new(Path::new(path)).with_formatter(plain_format())
}

/// The root logger, with a file that gets the message of every record.
fn log_to(path: &str) -> (Logger, Arc<Handler>) {
    let handler = plain(path).build().expect("the file opens");
    let root = Manager::global().root();
    root.set_level(Level::TRACE);
    root.add_handler(handler.clone());
    (root, handler)
}
