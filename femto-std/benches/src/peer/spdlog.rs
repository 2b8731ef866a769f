//! spdlog-rs: a file sink, written by the caller or by a thread pool.

use std::path::Path;
use std::sync::Arc;

use spdlog::sink::{AsyncPoolSink, FileSink, Sink};
use spdlog::{Logger, ThreadPool};

use super::{Kind, Peer};

pub(super) struct Synchronous(Logger);

impl Peer for Synchronous {
    const NAME: &'static str = "spdlog-rs";
    const PACKAGE: &'static str = "spdlog-rs";
    const KIND: Kind = Kind::Synchronous;
    const MARKS: &'static [&'static str] = &["info", "bench"];

    fn start(path: &Path) -> Self {
        Self(logger(file(path)))
    }

    #[inline(always)]
    fn call(&self, word: &str, number: u64) {
        spdlog::info!(logger: self.0, "hello {} {}", word, number);
    }

    #[inline(always)]
    fn call_disabled(&self, word: &str, number: u64) {
        spdlog::debug!(logger: self.0, "hello {} {}", word, number);
    }

    fn finish(self) {
        self.0.flush();
    }
}

pub(super) struct Asynchronous {
    logger: Logger,
    pool: Arc<ThreadPool>,
}

impl Peer for Asynchronous {
    const NAME: &'static str = "spdlog-rs-async";
    const PACKAGE: &'static str = "spdlog-rs";
    const KIND: Kind = Kind::Asynchronous;
    const MARKS: &'static [&'static str] = &["info", "bench"];

    fn start(path: &Path) -> Self {
        let pool = Arc::new(ThreadPool::new().expect("a thread can be started"));
        let sink = AsyncPoolSink::builder().thread_pool(pool.clone()).sink(file(path)).build_arc();
        Self { logger: logger(sink.expect("the sink is complete")), pool }
    }

    #[inline(always)]
    fn call(&self, word: &str, number: u64) {
        spdlog::info!(logger: self.logger, "hello {} {}", word, number);
    }

    #[inline(always)]
    fn call_disabled(&self, word: &str, number: u64) {
        spdlog::debug!(logger: self.logger, "hello {} {}", word, number);
    }

    fn finish(self) {
        self.logger.flush();
        // The logger's sink holds the pool, and the last one who lets go of it waits for the rest.
        drop(self.logger);
        drop(self.pool);
    }
}

fn file(path: &Path) -> Arc<dyn Sink> {
    let sink = FileSink::builder().path(path).truncate(true).build_arc();
    sink.expect("the benchmark's folder can be written")
}

fn logger(sink: Arc<dyn Sink>) -> Logger {
    Logger::builder().name("bench").sink(sink).build().expect("the name is valid")
}
