//! femtologging, by its ways in.

mod configuration;
mod json;
mod stalled;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

pub(super) use configuration::{Directives, Tree};
use femto_std::{
    Guard, Level, LevelFilter, Logger, Manager, NameFilter, get_logger,
    handlers::FileHandlerBuilder,
};
pub(super) use json::Json;
#[cfg(feature = "peers")]
pub(super) use json::TracingJson;
pub(super) use stalled::{StalledBlock, StalledDrop, StalledTimeout};

#[cfg(feature = "peers")]
use super::tracing::tracing_calls;
use super::{Kind, Peer};

/// `call` and `call_disabled` by the macros with a logger, the field `logger`.
macro_rules! native_calls {
    () => {
        #[inline(always)]
        fn call(&self, word: &str, number: u64) {
            femto_std::info!(logger: self.logger, "hello {} {}", word, number);
        }

        #[inline(always)]
        fn call_disabled(&self, word: &str, number: u64) {
            femto_std::debug!(logger: self.logger, "hello {} {}", word, number);
        }
    };
}
use native_calls;

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

    native_calls!();

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

    tracing_calls!();

    fn finish(self) {
        drop(self.guard);
    }
}

/// The whole pipeline: a logger two levels below the root, with a filter; a handler on its parent
/// and one on the root, both with a level and a filter of their own, each to its file.
pub(super) struct TwoHandlers {
    logger: Logger,
    guard: Guard,
}

impl Peer for TwoHandlers {
    const NAME: &'static str = "femtologging-two-handlers";
    const PACKAGE: &'static str = "femto-std";
    const KIND: Kind = Kind::Asynchronous;
    const MARKS: &'static [&'static str] = &["INFO", "service.bench"];

    fn start(path: &Path) -> Self {
        let guard = start(&[]);
        let logger = get_logger("service.bench");
        logger.add_filter(Arc::new(NameFilter("service")));
        let manager = Manager::global();
        for (to, path) in [(get_logger("service"), path), (manager.root(), &second(path))] {
            let handler = file(path)
                .with_level(Level::INFO)
                .with_filter(Arc::new(LevelFilter::new(Level::DEBUG..=Level::CRITICAL)));
            to.add_handler(handler.build().expect("the benchmark's folder can be written"));
        }
        Self { logger, guard }
    }

    fn files(path: &Path) -> Vec<PathBuf> {
        vec![path.to_owned(), second(path)]
    }

    native_calls!();

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
        let handler = file(path).build().expect("the benchmark's folder can be written");
        manager.root().add_handler(handler);
    }
    manager.root().set_level(Level::INFO);
    guard()
}

fn file(path: &Path) -> FileHandlerBuilder {
    FileHandlerBuilder::new(path).with_append(false)
}

fn guard() -> Guard {
    Manager::global().guard().with_deadline(Duration::from_secs(60))
}
