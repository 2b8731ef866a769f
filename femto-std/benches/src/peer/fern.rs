//! fern: written by the caller, a line at a time, with the format of its own example.

use std::path::Path;
use std::time::SystemTime;

use log::LevelFilter;

use super::facade::log_calls;
use super::{Kind, Peer, create};

pub(super) struct Fern;

impl Peer for Fern {
    const NAME: &'static str = "fern";
    const PACKAGE: &'static str = "fern";
    const KIND: Kind = Kind::Synchronous;
    const MARKS: &'static [&'static str] = &["INFO", "femto_bench::peer"];

    fn start(path: &Path) -> Self {
        fern::Dispatch::new()
            .format(|out, message, record| {
                let time = humantime::format_rfc3339_millis(SystemTime::now());
                out.finish(format_args!("{time} {} {} {message}", record.level(), record.target()));
            })
            .level(LevelFilter::Info)
            .chain(create(path))
            .apply()
            .expect("the process has no other logger");
        Self
    }

    log_calls!();

    fn finish(self) {
        log::logger().flush();
    }
}
