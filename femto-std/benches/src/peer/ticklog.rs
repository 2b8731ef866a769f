//! ticklog: arguments into a ring per thread, formatted by a thread that never sleeps. Its
//! level is fixed when the program is compiled.

use std::path::Path;

use ticklog::{Backpressure, FileSink, Guard, Level};

use super::{Kind, Peer};

// `configure!` defines these two, but where only functions of the crate's root see them.
macro_rules! __ticklog_max_level {
    () => {
        Level::Info
    };
}
macro_rules! __ticklog_backpressure {
    () => {
        Backpressure::Block
    };
}

pub(super) struct Ticklog(Guard);

impl Peer for Ticklog {
    const NAME: &'static str = "ticklog";
    const PACKAGE: &'static str = "ticklog";
    const KIND: Kind = Kind::Asynchronous;
    const MARKS: &'static [&'static str] = &["INFO", "ticklog.rs"];

    fn start(path: &Path) -> Self {
        let sink = FileSink::truncate(path).expect("the benchmark's folder can be written");
        let guard = ticklog::configure! { sink: sink, backpressure: Backpressure::Block };
        Self(guard.expect("it is configured once"))
    }

    #[inline(always)]
    fn call(&self, word: &str, number: u64) {
        ticklog::info!("hello {} {}", word, number);
    }

    #[inline(always)]
    fn call_disabled(&self, word: &str, number: u64) {
        ticklog::debug!("hello {} {}", word, number);
    }

    fn finish(self) {
        drop(self.0);
    }
}
