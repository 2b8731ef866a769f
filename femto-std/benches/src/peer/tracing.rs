//! tracing: the formatting subscriber in front of `tracing-appender`'s non-blocking writer.

use std::path::Path;

use tracing_appender::non_blocking::{NonBlockingBuilder, WorkerGuard};

use super::{Kind, Peer, create};

pub(super) struct Tracing(WorkerGuard);

impl Peer for Tracing {
    const NAME: &'static str = "tracing-appender";
    const PACKAGE: &'static str = "tracing-appender";
    const KIND: Kind = Kind::Asynchronous;
    const MARKS: &'static [&'static str] = &["INFO", "femto_bench::peer"];

    fn start(path: &Path) -> Self {
        let builder = NonBlockingBuilder::default().lossy(false);
        let (writer, guard) = builder.finish(create(path));
        tracing_subscriber::fmt().with_ansi(false).with_writer(writer).init();
        Self(guard)
    }

    #[inline(always)]
    fn call(&self, word: &str, number: u64) {
        tracing::info!("hello {} {}", word, number);
    }

    #[inline(always)]
    fn call_disabled(&self, word: &str, number: u64) {
        tracing::debug!("hello {} {}", word, number);
    }

    fn finish(self) {
        drop(self.0);
    }
}
