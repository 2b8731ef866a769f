//! slog: slog-async in front of slog-term's plain text, or of slog-json.

use std::io::BufWriter;
use std::path::Path;

use slog::{Drain, Level, LevelFilter, Logger, Never, o};
use slog_async::{AsyncGuard, OverflowStrategy};
use slog_term::{FullFormat, PlainSyncDecorator};

use super::{Kind, Peer, create};

pub(super) struct SlogAsync {
    logger: Logger,
    guard: AsyncGuard,
}

impl Peer for SlogAsync {
    const NAME: &'static str = "slog-async";
    const PACKAGE: &'static str = "slog-async";
    const KIND: Kind = Kind::Asynchronous;
    const MARKS: &'static [&'static str] = &["INFO", "slog.rs"];

    fn start(path: &Path) -> Self {
        let (logger, guard) = start(text(path).fuse(), OverflowStrategy::Block);
        Self { logger, guard }
    }

    #[inline(always)]
    fn call(&self, word: &str, number: u64) {
        slog::info!(self.logger, "hello {} {}", word, number);
    }

    #[inline(always)]
    fn call_disabled(&self, word: &str, number: u64) {
        slog::debug!(self.logger, "hello {} {}", word, number);
    }

    fn finish(self) {
        drop(self.logger);
        drop(self.guard);
    }
}

/// What finds no room in the queue is dropped; a line says how many.
pub(super) struct Dropping(SlogAsync);

impl Peer for Dropping {
    const NAME: &'static str = "slog-async, dropping";
    const PACKAGE: &'static str = "slog-async";
    const KIND: Kind = Kind::Asynchronous;
    const MARKS: &'static [&'static str] = &["INFO", "slog.rs"];

    fn start(path: &Path) -> Self {
        let (logger, guard) = start(text(path).fuse(), OverflowStrategy::DropAndReport);
        Self(SlogAsync { logger, guard })
    }

    #[inline(always)]
    fn call(&self, word: &str, number: u64) {
        self.0.call(word, number);
    }

    #[inline(always)]
    fn call_disabled(&self, word: &str, number: u64) {
        self.0.call_disabled(word, number);
    }

    fn finish(self) {
        self.0.finish();
    }
}

/// With slog-json.
pub(super) struct Json {
    logger: Logger,
    guard: AsyncGuard,
}

impl Peer for Json {
    const NAME: &'static str = "slog-json";
    const PACKAGE: &'static str = "slog-json";
    const KIND: Kind = Kind::Asynchronous;
    const MARKS: &'static [&'static str] = &[];

    fn start(path: &Path) -> Self {
        let drain = slog_json::Json::default(BufWriter::new(create(path)));
        let (logger, guard) = start(drain.fuse(), OverflowStrategy::Block);
        Self { logger, guard }
    }

    #[inline(always)]
    fn call(&self, word: &str, number: u64) {
        // What crosses threads is owned: so its users write it.
        slog::info!(self.logger, "hello {} {}", word, number; "user" => word.to_owned(), "status" => number);
    }

    #[inline(always)]
    fn call_disabled(&self, word: &str, number: u64) {
        slog::debug!(self.logger, "hello {} {}", word, number; "user" => word.to_owned(), "status" => number);
    }

    fn finish(self) {
        drop(self.logger);
        drop(self.guard);
    }
}

fn text(path: &Path) -> FullFormat<PlainSyncDecorator<BufWriter<std::fs::File>>> {
    let decorator = PlainSyncDecorator::new(BufWriter::new(create(path)));
    FullFormat::new(decorator).use_file_location().use_original_order().build()
}

fn start(
    drain: impl Drain<Ok = (), Err = Never> + Send + 'static,
    overflow: OverflowStrategy,
) -> (Logger, AsyncGuard) {
    let (queue, guard) = slog_async::Async::new(drain)
        .chan_size(100_000)
        .overflow_strategy(overflow)
        .build_with_guard();
    (Logger::root(LevelFilter::new(queue, Level::Info).fuse(), o!()), guard)
}
