//! flexi_logger: formatted by the caller, written by another thread from an unbounded queue.

use std::path::Path;

use flexi_logger::{FileSpec, Logger, LoggerHandle, WriteMode};

use super::facade::log_calls;
use super::{Kind, Peer};

pub(super) struct FlexiLogger(LoggerHandle);

impl Peer for FlexiLogger {
    const NAME: &'static str = "flexi_logger-async";
    const PACKAGE: &'static str = "flexi_logger";
    const KIND: Kind = Kind::Asynchronous;
    const MARKS: &'static [&'static str] = &["INFO", "femto_bench::peer"];

    fn start(path: &Path) -> Self {
        let file = FileSpec::try_from(path).expect("the path names a file");
        let handle = Logger::try_with_str("info")
            .expect("the directive is valid")
            .log_to_file(file)
            .format(flexi_logger::detailed_format)
            .write_mode(WriteMode::Async)
            .start();
        Self(handle.expect("the process has no other logger"))
    }

    log_calls!();

    fn finish(self) {
        self.0.flush();
        self.0.shutdown();
    }
}
