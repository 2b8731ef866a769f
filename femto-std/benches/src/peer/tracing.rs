//! tracing: the formatting subscriber in front of `tracing-appender`'s non-blocking writer.

use std::path::Path;

use tracing_appender::non_blocking::{ErrorCounter, NonBlocking, NonBlockingBuilder, WorkerGuard};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Registry, fmt, reload};

use super::{Kind, Peer, create};
use crate::peer::{Configured, ONE_OF_FIFTY, directives};

/// `call` and `call_disabled` by the macros of `tracing`; with fields, or to one of fifty targets.
macro_rules! tracing_calls {
    () => {
        tracing_calls!(@both "hello {} {}");
    };
    (one of fifty) => {
        tracing_calls!(@both target: crate::peer::ONE_OF_FIFTY, "hello {} {}");
    };
    (fields) => {
        #[inline(always)]
        fn call(&self, word: &str, number: u64) {
            ::tracing::info!(user = word, status = number, "hello {} {}", word, number);
        }

        #[inline(always)]
        fn call_disabled(&self, word: &str, number: u64) {
            ::tracing::debug!(user = word, status = number, "hello {} {}", word, number);
        }
    };
    (@both $($before:tt)*) => {
        #[inline(always)]
        fn call(&self, word: &str, number: u64) {
            ::tracing::info!($($before)*, word, number);
        }

        #[inline(always)]
        fn call_disabled(&self, word: &str, number: u64) {
            ::tracing::debug!($($before)*, word, number);
        }
    };
}
pub(super) use tracing_calls;

pub(super) struct Tracing(WorkerGuard);

impl Peer for Tracing {
    const NAME: &'static str = "tracing-appender";
    const PACKAGE: &'static str = "tracing-appender";
    const KIND: Kind = Kind::Asynchronous;
    const MARKS: &'static [&'static str] = &["INFO", "femto_bench::peer"];

    fn start(path: &Path) -> Self {
        let (writer, guard) = writer(path, false);
        tracing_subscriber::fmt().with_ansi(false).with_writer(writer).init();
        Self(guard)
    }

    tracing_calls!();

    fn finish(self) {
        drop(self.0);
    }
}

/// What finds no room in the queue is dropped: its default.
pub(super) struct Dropping {
    guard: WorkerGuard,
    counter: ErrorCounter,
}

impl Peer for Dropping {
    const NAME: &'static str = "tracing-appender, dropping";
    const PACKAGE: &'static str = "tracing-appender";
    const KIND: Kind = Kind::Asynchronous;
    const MARKS: &'static [&'static str] = &["INFO", "femto_bench::peer"];

    fn start(path: &Path) -> Self {
        let (writer, guard) = writer(path, true);
        let counter = writer.error_counter();
        tracing_subscriber::fmt().with_ansi(false).with_writer(writer).init();
        Self { guard, counter }
    }

    tracing_calls!();

    fn dropped(&self) -> Option<u64> {
        Some(self.counter.dropped_lines() as u64)
    }

    fn finish(self) {
        drop(self.guard);
    }
}

/// With its JSON.
pub(super) struct Json(WorkerGuard);

impl Peer for Json {
    const NAME: &'static str = "tracing-appender";
    const PACKAGE: &'static str = "tracing-appender";
    const KIND: Kind = Kind::Asynchronous;
    const MARKS: &'static [&'static str] = &[];

    fn start(path: &Path) -> Self {
        let (writer, guard) = writer(path, false);
        tracing_subscriber::fmt().json().with_writer(writer).init();
        Self(guard)
    }

    tracing_calls!(fields);

    fn finish(self) {
        drop(self.0);
    }
}

/// With fifty directives that are exchanged.
pub(super) struct Directives {
    guard: WorkerGuard,
    filter: reload::Handle<EnvFilter, Registry>,
}

impl Peer for Directives {
    const NAME: &'static str = "tracing-subscriber";
    const PACKAGE: &'static str = "tracing-subscriber";
    const KIND: Kind = Kind::Asynchronous;
    const MARKS: &'static [&'static str] = &["INFO", ONE_OF_FIFTY];

    fn start(path: &Path) -> Self {
        let (writer, guard) = writer(path, false);
        let (layer, filter) = reload::Layer::new(EnvFilter::new(directives(0)));
        let lines = fmt::layer().with_ansi(false).with_writer(writer);
        tracing_subscriber::registry().with(layer).with(lines).init();
        Self { guard, filter }
    }

    tracing_calls!(one of fifty);

    fn finish(self) {
        drop(self.guard);
    }
}

impl Configured for Directives {
    fn apply(&self, _path: &Path, turn: u64) {
        self.filter.reload(EnvFilter::new(directives(turn))).expect("the subscriber is there");
    }
}

fn writer(path: &Path, is_lossy: bool) -> (NonBlocking, WorkerGuard) {
    NonBlockingBuilder::default().lossy(is_lossy).finish(create(path))
}
