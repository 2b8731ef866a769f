//! spdlog-rs: a file sink, written by the caller or by a thread pool.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use spdlog::formatter::{Formatter, FullFormatter, JsonFormatter};
use spdlog::sink::{AsyncPoolSink, FileSink, OverflowPolicy, Sink};
use spdlog::{Logger, ThreadPool};

use super::{Kind, Peer};

pub(super) struct Synchronous(Logger);

impl Peer for Synchronous {
    const NAME: &'static str = "spdlog-rs";
    const PACKAGE: &'static str = "spdlog-rs";
    const KIND: Kind = Kind::Synchronous;
    const MARKS: &'static [&'static str] = &["info", "bench"];

    fn start(path: &Path) -> Self {
        Self(logger(file(path, FullFormatter::new())))
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
        let (logger, pool) = pooled(file(path, FullFormatter::new()), OverflowPolicy::Block);
        Self { logger, pool }
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

/// What finds no room in the queue is dropped, and an error, which is counted.
pub(super) struct Dropping {
    peer: Asynchronous,
    errors: Arc<AtomicU64>,
}

impl Peer for Dropping {
    const NAME: &'static str = "spdlog-rs-async, dropping";
    const PACKAGE: &'static str = "spdlog-rs";
    const KIND: Kind = Kind::Asynchronous;
    const MARKS: &'static [&'static str] = &["info", "bench"];

    fn start(path: &Path) -> Self {
        let sink = file(path, FullFormatter::new());
        let (logger, pool) = pooled(sink, OverflowPolicy::DropIncoming);
        let errors = Arc::new(AtomicU64::new(0));
        let count = errors.clone();
        logger.set_error_handler(move |_| {
            count.fetch_add(1, Ordering::Relaxed);
        });
        Self { peer: Asynchronous { logger, pool }, errors }
    }

    #[inline(always)]
    fn call(&self, word: &str, number: u64) {
        self.peer.call(word, number);
    }

    #[inline(always)]
    fn call_disabled(&self, word: &str, number: u64) {
        self.peer.call_disabled(word, number);
    }

    fn dropped(&self) -> Option<u64> {
        Some(self.errors.load(Ordering::Relaxed))
    }

    fn finish(self) {
        self.peer.finish();
    }
}

/// With its JSON, written by the caller.
pub(super) struct SynchronousJson(Logger);

impl Peer for SynchronousJson {
    const NAME: &'static str = "spdlog-rs";
    const PACKAGE: &'static str = "spdlog-rs";
    const KIND: Kind = Kind::Synchronous;
    const MARKS: &'static [&'static str] = &[];

    fn start(path: &Path) -> Self {
        Self(logger(file(path, JsonFormatter::new())))
    }

    #[inline(always)]
    fn call(&self, word: &str, number: u64) {
        spdlog::info!(logger: self.0, "hello {} {}", word, number, kv: { user = word, status = number });
    }

    #[inline(always)]
    fn call_disabled(&self, word: &str, number: u64) {
        spdlog::debug!(logger: self.0, "hello {} {}", word, number, kv: { user = word, status = number });
    }

    fn finish(self) {
        self.0.flush();
    }
}

/// With its JSON, written by a thread pool.
pub(super) struct AsynchronousJson {
    logger: Logger,
    pool: Arc<ThreadPool>,
}

impl Peer for AsynchronousJson {
    const NAME: &'static str = "spdlog-rs-async";
    const PACKAGE: &'static str = "spdlog-rs";
    const KIND: Kind = Kind::Asynchronous;
    const MARKS: &'static [&'static str] = &[];

    fn start(path: &Path) -> Self {
        let (logger, pool) = pooled(file(path, JsonFormatter::new()), OverflowPolicy::Block);
        Self { logger, pool }
    }

    #[inline(always)]
    fn call(&self, word: &str, number: u64) {
        spdlog::info!(logger: self.logger, "hello {} {}", word, number, kv: { user = word, status = number });
    }

    #[inline(always)]
    fn call_disabled(&self, word: &str, number: u64) {
        spdlog::debug!(logger: self.logger, "hello {} {}", word, number, kv: { user = word, status = number });
    }

    fn finish(self) {
        self.logger.flush();
        drop(self.logger);
        drop(self.pool);
    }
}

fn file(path: &Path, formatter: impl Formatter + 'static) -> Arc<dyn Sink> {
    // A pipe cannot be truncated.
    let is_file = !path.exists() || path.is_file();
    let sink = FileSink::builder().path(path).truncate(is_file).formatter(formatter).build_arc();
    sink.expect("the benchmark's folder can be written")
}

fn pooled(file: Arc<dyn Sink>, overflow: OverflowPolicy) -> (Logger, Arc<ThreadPool>) {
    let pool = Arc::new(ThreadPool::new().expect("a thread can be started"));
    let sink = AsyncPoolSink::builder().thread_pool(pool.clone()).overflow_policy(overflow);
    (logger(sink.sink(file).build_arc().expect("the sink is complete")), pool)
}

fn logger(sink: Arc<dyn Sink>) -> Logger {
    Logger::builder().name("bench").sink(sink).build().expect("the name is valid")
}
