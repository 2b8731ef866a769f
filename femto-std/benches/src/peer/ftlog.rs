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
        Self(start(path, true))
    }

    log_calls!();

    fn finish(self) {
        drop(self.0);
    }
}

/// What finds no room in the queue is dropped; it says how many, to the standard error.
pub(super) struct Dropping(LoggerGuard);

impl Peer for Dropping {
    const NAME: &'static str = "ftlog, dropping";
    const PACKAGE: &'static str = "ftlog";
    const KIND: Kind = Kind::Asynchronous;
    const MARKS: &'static [&'static str] = &["INFO", "ftlog.rs"];

    fn start(path: &Path) -> Self {
        Self(start(path, false))
    }

    log_calls!();

    fn finish(self) {
        drop(self.0);
    }
}

fn start(path: &Path, waits: bool) -> LoggerGuard {
    let builder = ftlog::builder()
        .max_log_level(LevelFilter::Info)
        .root_log_level(LevelFilter::Info)
        .utc()
        .bounded(100_000, waits)
        .print_omitted_count(!waits)
        .root(create(path));
    builder.try_init().expect("the process has no other logger")
}
