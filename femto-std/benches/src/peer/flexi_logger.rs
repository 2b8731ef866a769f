//! flexi_logger: formatted by the caller, written by another thread from an unbounded queue.

use std::path::Path;

use flexi_logger::{FileSpec, FormatFunction, LogSpecification, Logger, LoggerHandle, WriteMode};

use super::facade::log_calls;
use super::{Kind, Peer};
use crate::peer::{Configured, directives};

pub(super) struct FlexiLogger(LoggerHandle);

impl Peer for FlexiLogger {
    const NAME: &'static str = "flexi_logger-async";
    const PACKAGE: &'static str = "flexi_logger";
    const KIND: Kind = Kind::Asynchronous;
    const MARKS: &'static [&'static str] = &["INFO", "femto_bench::peer"];

    fn start(path: &Path) -> Self {
        Self(start(path, "info", flexi_logger::detailed_format))
    }

    log_calls!();

    fn finish(self) {
        self.0.flush();
        self.0.shutdown();
    }
}

/// With its JSON.
pub(super) struct Json(LoggerHandle);

impl Peer for Json {
    const NAME: &'static str = "flexi_logger-async";
    const PACKAGE: &'static str = "flexi_logger";
    const KIND: Kind = Kind::Asynchronous;
    const MARKS: &'static [&'static str] = &[];

    fn start(path: &Path) -> Self {
        Self(start(path, "info", flexi_logger::json_format))
    }

    log_calls!(fields);

    fn finish(self) {
        self.0.flush();
        self.0.shutdown();
    }
}

/// With fifty directives that are exchanged.
pub(super) struct Specification(LoggerHandle);

impl Peer for Specification {
    const NAME: &'static str = "flexi_logger-async";
    const PACKAGE: &'static str = "flexi_logger";
    const KIND: Kind = Kind::Asynchronous;
    const MARKS: &'static [&'static str] = &["INFO", "femto_bench::peer"];

    fn start(path: &Path) -> Self {
        Self(start(path, &directives(0), flexi_logger::detailed_format))
    }

    log_calls!(one of fifty);

    fn finish(self) {
        self.0.flush();
        self.0.shutdown();
    }
}

impl Configured for Specification {
    fn apply(&self, _path: &Path, turn: u64) {
        let specification = LogSpecification::parse(directives(turn));
        self.0.set_new_spec(specification.expect("the directives are valid"));
    }
}

fn start(path: &Path, directives: &str, format: FormatFunction) -> LoggerHandle {
    let file = FileSpec::try_from(path).expect("the path names a file");
    let handle = Logger::try_with_str(directives)
        .expect("the directives are valid")
        .log_to_file(file)
        .format(format)
        .write_mode(WriteMode::Async)
        .start();
    handle.expect("the process has no other logger")
}
