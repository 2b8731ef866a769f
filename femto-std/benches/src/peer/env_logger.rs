//! env_logger: written by the caller, a line at a time.

use std::path::Path;

use log::LevelFilter;

use super::facade::log_calls;
use super::{Kind, Peer, create};

pub(super) struct EnvLogger;

impl Peer for EnvLogger {
    const NAME: &'static str = "env_logger";
    const PACKAGE: &'static str = "env_logger";
    const KIND: Kind = Kind::Synchronous;
    const MARKS: &'static [&'static str] = &["INFO", "femto_bench::peer"];

    fn start(path: &Path) -> Self {
        env_logger::Builder::new()
            .filter_level(LevelFilter::Info)
            .format_timestamp_millis()
            .target(env_logger::Target::Pipe(Box::new(create(path))))
            .init();
        Self
    }

    log_calls!();

    fn finish(self) {
        log::logger().flush();
    }
}
