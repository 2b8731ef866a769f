//! log4rs: a pattern, a buffered file that is flushed after each record, written by the caller.

use std::path::Path;

use log::LevelFilter;
use log4rs::append::file::FileAppender;
use log4rs::config::{Appender, Config, Root};
use log4rs::encode::pattern::PatternEncoder;

use super::facade::log_calls;
use super::{Kind, Peer};

pub(super) struct Log4rs;

impl Peer for Log4rs {
    const NAME: &'static str = "log4rs";
    const PACKAGE: &'static str = "log4rs";
    const KIND: Kind = Kind::Synchronous;
    const MARKS: &'static [&'static str] = &["INFO", "femto_bench::peer"];

    fn start(path: &Path) -> Self {
        let file = FileAppender::builder()
            .append(false)
            .encoder(Box::new(PatternEncoder::new("{d} {l} {t} - {m}{n}")))
            .build(path)
            .expect("the benchmark's folder can be written");
        let root = Root::builder().appender("file").build(LevelFilter::Info);
        let config = Config::builder()
            .appender(Appender::builder().build("file", Box::new(file)))
            .build(root)
            .expect("the appender exists");
        log4rs::init_config(config).expect("the process has no other logger");
        Self
    }

    log_calls!();

    fn finish(self) {
        log::logger().flush();
    }
}
