//! fast_log: formatted by a second thread, written by a third. Its queue has no bound unless one is
//! given; this is that of its own benchmark.

use std::path::Path;

use fast_log::{Config, FastLogFormat};
use log::LevelFilter;

use super::facade::log_calls;
use super::{Kind, Peer, remove};

pub(super) struct FastLog;

impl Peer for FastLog {
    const NAME: &'static str = "fast_log";
    const PACKAGE: &'static str = "fast_log";
    const KIND: Kind = Kind::Asynchronous;
    const MARKS: &'static [&'static str] = &["INFO", "fast_log.rs"];

    fn start(path: &Path) -> Self {
        // It appends.
        remove(path);
        let path = path.to_str().expect("the benchmark's folder has a name of plain text");
        let format = FastLogFormat::new().set_display_line_level(LevelFilter::Trace);
        let config = Config::new()
            .level(LevelFilter::Info)
            .format(format)
            .chan_len(Some(100_000))
            .file(path);
        fast_log::init(config).expect("the process has no other logger");
        Self
    }

    log_calls!();

    fn finish(self) {
        fast_log::flush().expect("its threads run").wait();
    }
}
