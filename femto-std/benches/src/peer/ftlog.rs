//! ftlog: formatted by the caller into a box, written by another thread.

use std::path::Path;

use ftlog::{LevelFilter, LoggerGuard};

use super::facade::log_calls;
use super::{Kind, Peer, create};

pub(super) struct Ftlog(LoggerGuard);

impl Peer for Ftlog {
    const NAME: &'static str = "ftlog";
    const PACKAGE: &'static str = "ftlog";
    const KIND: Kind = Kind::Asynchronous;
    const MARKS: &'static [&'static str] = &["INFO", "ftlog.rs"];

    fn start(path: &Path) -> Self {
        let builder = ftlog::builder()
            .max_log_level(LevelFilter::Info)
            .root_log_level(LevelFilter::Info)
            .utc()
            .bounded(100_000, true)
            .root(create(path));
        Self(builder.try_init().expect("the process has no other logger"))
    }

    log_calls!();

    fn finish(self) {
        drop(self.0);
    }
}
