//! With key-values, as JSON.

use std::path::Path;

use femto_std::config::{FormatterBuilder, FormatterStyle};
use femto_std::{Guard, Level, Logger, Manager, get_logger};

use super::{Kind, Peer, file, guard};
#[cfg(feature = "peers")]
use crate::peer::tracing::tracing_calls;

/// The macros with a logger.
pub(in crate::peer) struct Json {
    logger: Logger,
    guard: Guard,
}

impl Peer for Json {
    const NAME: &'static str = "femtologging";
    const PACKAGE: &'static str = "femto-std";
    const KIND: Kind = Kind::Asynchronous;
    const MARKS: &'static [&'static str] = &[];

    fn start(path: &Path) -> Self {
        Self { logger: get_logger("bench"), guard: start(path) }
    }

    #[inline(always)]
    fn call(&self, word: &str, number: u64) {
        femto_std::info!(logger: self.logger, user = word, status = number; "hello {} {}", word, number);
    }

    #[inline(always)]
    fn call_disabled(&self, word: &str, number: u64) {
        femto_std::debug!(logger: self.logger, user = word, status = number; "hello {} {}", word, number);
    }

    fn finish(self) {
        drop(self.guard);
    }
}

/// The macros of `tracing`, in front of our layer.
#[cfg(feature = "peers")]
pub(in crate::peer) struct TracingJson {
    guard: Guard,
}

#[cfg(feature = "peers")]
impl Peer for TracingJson {
    const NAME: &'static str = "femtologging-tracing";
    const PACKAGE: &'static str = "femto-std";
    const KIND: Kind = Kind::Asynchronous;
    const MARKS: &'static [&'static str] = &[];

    fn start(path: &Path) -> Self {
        let guard = start(path);
        femto_std::bridge::tracing::init().expect("the process has no other subscriber");
        Self { guard }
    }

    tracing_calls!(fields);

    fn finish(self) {
        drop(self.guard);
    }
}

fn start(path: &Path) -> Guard {
    let formatter = FormatterBuilder::new().with_style(FormatterStyle::Json).build();
    let handler = file(path).with_formatter(formatter.expect("JSON needs no format")).build();
    let root = Manager::global().root();
    root.add_handler(handler.expect("the benchmark's folder can be written"));
    root.set_level(Level::INFO);
    guard()
}
