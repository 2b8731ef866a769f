//! log4rs: a buffered file that is flushed after each record, written by the caller.

use std::path::Path;

use log::LevelFilter;
use log4rs::Handle;
use log4rs::append::file::FileAppender;
use log4rs::config::{Appender, Config, Logger, Root};
use log4rs::encode::Encode;
use log4rs::encode::json::JsonEncoder;
use log4rs::encode::pattern::PatternEncoder;

use super::facade::log_calls;
use super::{Kind, Peer};
use crate::peer::{Configured, ONE_OF_FIFTY, fifty};

pub(super) struct Log4rs;

impl Peer for Log4rs {
    const NAME: &'static str = "log4rs";
    const PACKAGE: &'static str = "log4rs";
    const KIND: Kind = Kind::Synchronous;
    const MARKS: &'static [&'static str] = &["INFO", "femto_bench::peer"];

    fn start(path: &Path) -> Self {
        let _ = init(config(path, false, Box::new(pattern()), Vec::new()));
        Self
    }

    log_calls!();

    fn finish(self) {
        log::logger().flush();
    }
}

/// With its JSON.
pub(super) struct Json;

impl Peer for Json {
    const NAME: &'static str = "log4rs";
    const PACKAGE: &'static str = "log4rs";
    const KIND: Kind = Kind::Synchronous;
    const MARKS: &'static [&'static str] = &[];

    fn start(path: &Path) -> Self {
        let _ = init(config(path, false, Box::new(JsonEncoder::new()), Vec::new()));
        Self
    }

    log_calls!(fields);

    fn finish(self) {
        log::logger().flush();
    }
}

/// With fifty loggers. It opens the file anew with each configuration.
pub(super) struct Tree(Handle);

impl Peer for Tree {
    const NAME: &'static str = "log4rs";
    const PACKAGE: &'static str = "log4rs";
    const KIND: Kind = Kind::Synchronous;
    const MARKS: &'static [&'static str] = &["INFO", ONE_OF_FIFTY];

    fn start(path: &Path) -> Self {
        Self(init(tree(path, 0)))
    }

    log_calls!(one of fifty);

    fn finish(self) {
        log::logger().flush();
    }
}

impl Configured for Tree {
    fn apply(&self, path: &Path, turn: u64) {
        self.0.set_config(tree(path, turn));
    }
}

fn tree(path: &Path, turn: u64) -> Config {
    let logger = |(name, is_debug)| {
        let level = if is_debug { LevelFilter::Debug } else { LevelFilter::Info };
        Logger::builder().build(name, level)
    };
    config(path, true, Box::new(pattern()), fifty(turn).map(logger).collect())
}

fn pattern() -> PatternEncoder {
    PatternEncoder::new("{d} {l} {t} - {m}{n}")
}

fn config(path: &Path, appends: bool, encoder: Box<dyn Encode>, loggers: Vec<Logger>) -> Config {
    let file = FileAppender::builder()
        .append(appends)
        .encoder(encoder)
        .build(path)
        .expect("the benchmark's folder can be written");
    let root = Root::builder().appender("file").build(LevelFilter::Info);
    Config::builder()
        .appender(Appender::builder().build("file", Box::new(file)))
        .loggers(loggers)
        .build(root)
        .expect("the appender exists")
}

fn init(config: Config) -> Handle {
    log4rs::init_config(config).expect("the process has no other logger")
}
