//! femtologging, by its ways in.

use std::path::{Path, PathBuf};
use std::time::Duration;

use femto_std::{
    Guard, Level, Logger, Manager, get_logger, handlers::FileHandlerBuilder,
};

use super::{Kind, Peer};

/// The macros with a logger.
pub(super) struct Native {
    logger: Logger,
    guard: Guard,
}

impl Peer for Native {
    const NAME: &'static str = "femtologging";
    const PACKAGE: &'static str = "femto-std";
    const KIND: Kind = Kind::Asynchronous;
    const MARKS: &'static [&'static str] = &["INFO", "bench"];

    fn start(path: &Path) -> Self {
        let logger = get_logger("bench");
        Self { logger, guard: start(&[path]) }
    }

    #[inline(always)]
    fn call(&self, word: &str, number: u64) {
        femto_std::info!(logger: self.logger, "hello {} {}", word, number);
    }

    #[inline(always)]
    fn call_disabled(&self, word: &str, number: u64) {
        femto_std::debug!(logger: self.logger, "hello {} {}", word, number);
    }

    fn finish(self) {
        drop(self.guard);
    }
}

/// The macros without a logger: that of the module.
pub(super) struct DefaultLogger {
    guard: Guard,
}

impl Peer for DefaultLogger {
    const NAME: &'static str = "femtologging-default";
    const PACKAGE: &'static str = "femto-std";
    const KIND: Kind = Kind::Asynchronous;
    const MARKS: &'static [&'static str] = &["INFO", "bench"];

    fn start(path: &Path) -> Self {
        Self { guard: start(&[path]) }
    }

    #[inline(always)]
    fn call(&self, word: &str, number: u64) {
        femto_std::info!("hello {} {}", word, number);
    }

    #[inline(always)]
    fn call_disabled(&self, word: &str, number: u64) {
        femto_std::debug!("hello {} {}", word, number);
    }

    fn finish(self) {
        drop(self.guard);
    }
}

/// The macros of the `log` crate.
pub(super) struct LogFacade {
    guard: Guard,
}

impl Peer for LogFacade {
    const NAME: &'static str = "femtologging-log";
    const PACKAGE: &'static str = "femto-std";
    const KIND: Kind = Kind::Asynchronous;
    const MARKS: &'static [&'static str] = &["INFO", "bench"];

    fn start(path: &Path) -> Self {
        let guard = start(&[path]);
        femto_std::bridge::log::install().expect("the process has no other logger");
        Self { guard }
    }

    #[inline(always)]
    fn call(&self, word: &str, number: u64) {
        log::info!("hello {} {}", word, number);
    }

    #[inline(always)]
    fn call_disabled(&self, word: &str, number: u64) {
        log::debug!("hello {} {}", word, number);
    }

    fn finish(self) {
        drop(self.guard);
    }
}

/// The macros of `tracing`, in front of our layer.
#[cfg(feature = "peers")]
pub(super) struct TracingLayer {
    guard: Guard,
}

#[cfg(feature = "peers")]
impl Peer for TracingLayer {
    const NAME: &'static str = "femtologging-tracing";
    const PACKAGE: &'static str = "femto-std";
    const KIND: Kind = Kind::Asynchronous;
    const MARKS: &'static [&'static str] = &["INFO", "bench"];

    fn start(path: &Path) -> Self {
        let guard = start(&[path]);
        femto_std::bridge::tracing::init().expect("the process has no other subscriber");
        Self { guard }
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
        drop(self.guard);
    }
}

/// The macros with a logger whose records go to two files.
pub(super) struct TwoHandlers {
    logger: Logger,
    guard: Guard,
}

impl Peer for TwoHandlers {
    const NAME: &'static str = "femtologging-two-handlers";
    const PACKAGE: &'static str = "femto-std";
    const KIND: Kind = Kind::Asynchronous;
    const MARKS: &'static [&'static str] = &["INFO", "bench"];

    fn start(path: &Path) -> Self {
        let logger = get_logger("bench");
        Self { logger, guard: start(&[path, &second(path)]) }
    }

    fn files(path: &Path) -> Vec<PathBuf> {
        vec![path.to_owned(), second(path)]
    }

    #[inline(always)]
    fn call(&self, word: &str, number: u64) {
        femto_std::info!(logger: self.logger, "hello {} {}", word, number);
    }

    #[inline(always)]
    fn call_disabled(&self, word: &str, number: u64) {
        femto_std::debug!(logger: self.logger, "hello {} {}", word, number);
    }

    fn finish(self) {
        drop(self.guard);
    }
}

fn second(path: &Path) -> PathBuf {
    path.with_extension("second")
}

/// Root handlers, so that every record goes through the tree.
fn start(paths: &[&Path]) -> Guard {
    let manager = Manager::global();
    for path in paths {
        let handler = FileHandlerBuilder::new(path).with_append(false).build();
        manager.root().add_handler(handler.expect("the benchmark's folder can be written"));
    }
    manager.root().set_level(Level::INFO);
    manager.guard().with_deadline(Duration::from_secs(60))
}
