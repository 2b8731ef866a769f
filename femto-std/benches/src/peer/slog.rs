//! slog: slog-async in front of slog-term's plain text.

use std::io::BufWriter;
use std::path::Path;

use slog::{Drain, Level, LevelFilter, Logger, o};
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
        let decorator = PlainSyncDecorator::new(BufWriter::new(create(path)));
        let drain = FullFormat::new(decorator).use_file_location().use_original_order().build();
        let (queue, guard) = slog_async::Async::new(drain.fuse())
            .chan_size(100_000)
            .overflow_strategy(OverflowStrategy::Block)
            .build_with_guard();
        let drain = LevelFilter::new(queue, Level::Info);
        Self { logger: Logger::root(drain.fuse(), o!()), guard }
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
