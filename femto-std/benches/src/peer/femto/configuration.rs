//! With fifty loggers that are configured together.

use std::path::Path;

use femto_std::config::{Config, ConfigBuilder, FileConfig, LoggerConfigBuilder};
use femto_std::{Guard, Level, Logger, get_logger};

use super::{Kind, Peer, guard, native_calls};
use crate::peer::{Configured, ONE_OF_FIFTY, directives, fifty};

/// By builders: a file, the root and fifty loggers; everything is compared with what is there.
pub(in crate::peer) struct Tree {
    logger: Logger,
    guard: Guard,
}

impl Peer for Tree {
    const NAME: &'static str = "femtologging";
    const PACKAGE: &'static str = "femto-std";
    const KIND: Kind = Kind::Asynchronous;
    const MARKS: &'static [&'static str] = &["INFO", "service.part07"];

    fn start(path: &Path) -> Self {
        tree(path, 0).apply().expect("the benchmark's folder can be written");
        Self { logger: get_logger(ONE_OF_FIFTY), guard: guard() }
    }

    native_calls!();

    fn finish(self) {
        drop(self.guard);
    }
}

impl Configured for Tree {
    fn apply(&self, path: &Path, turn: u64) {
        tree(path, turn).apply().expect("nothing is wrong with it");
    }
}

/// By directives, on top of the file that is there.
pub(in crate::peer) struct Directives(Tree);

impl Peer for Directives {
    const NAME: &'static str = "femtologging-directives";
    const PACKAGE: &'static str = "femto-std";
    const KIND: Kind = Kind::Asynchronous;
    const MARKS: &'static [&'static str] = &["INFO", "service.part07"];

    fn start(path: &Path) -> Self {
        directed(path, 0).apply().expect("the benchmark's folder can be written");
        Self(Tree { logger: get_logger(ONE_OF_FIFTY), guard: guard() })
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

impl Configured for Directives {
    fn apply(&self, path: &Path, turn: u64) {
        directed(path, turn).apply().expect("nothing is wrong with it");
    }
}

fn tree(path: &Path, turn: u64) -> Config {
    let loggers = fifty(turn).map(|(name, is_debug)| {
        let level = if is_debug { Level::DEBUG } else { Level::INFO };
        (name, LoggerConfigBuilder::new().with_level(level))
    });
    let builder =
        loggers.fold(base(path), |builder, (name, logger)| builder.with_logger(name, logger));
    builder.build().expect("nothing is wrong with it")
}

fn directed(path: &Path, turn: u64) -> Config {
    let mut config = base(path).build().expect("nothing is wrong with it");
    config.set_directives(&directives(turn)).expect("nothing is wrong with them");
    config
}

fn base(path: &Path) -> ConfigBuilder {
    ConfigBuilder::new()
        .with_handler("file", FileConfig::new(path))
        .with_root(LoggerConfigBuilder::new().with_level(Level::INFO).with_handlers(["file"]))
}
