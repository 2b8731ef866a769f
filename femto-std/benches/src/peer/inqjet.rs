//! inqjet: arguments into one shared ring.

use std::path::Path;

use inqjet::{BackpressureMode, ColorMode, InqJetBuilder, InqJetGuard, LevelFilter};

use super::{Kind, Peer, create};

pub(super) struct Inqjet(InqJetGuard);

impl Peer for Inqjet {
    const NAME: &'static str = "inqjet";
    const PACKAGE: &'static str = "inqjet";
    const KIND: Kind = Kind::Asynchronous;
    const MARKS: &'static [&'static str] = &["INFO", "femto_bench::peer"];

    fn start(path: &Path) -> Self {
        Self(start(path, BackpressureMode::Backoff))
    }

    #[inline(always)]
    fn call(&self, word: &str, number: u64) {
        inqjet::info!("hello {} {}", word, number);
    }

    #[inline(always)]
    fn call_disabled(&self, word: &str, number: u64) {
        inqjet::debug!("hello {} {}", word, number);
    }

    fn finish(self) {
        drop(self.0);
    }
}

/// What finds no room in the ring is dropped.
pub(super) struct Dropping(Inqjet);

impl Peer for Dropping {
    const NAME: &'static str = "inqjet, dropping";
    const PACKAGE: &'static str = "inqjet";
    const KIND: Kind = Kind::Asynchronous;
    const MARKS: &'static [&'static str] = &["INFO", "femto_bench::peer"];

    fn start(path: &Path) -> Self {
        Self(Inqjet(start(path, BackpressureMode::Drop)))
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

fn start(path: &Path, overflow: BackpressureMode) -> InqJetGuard {
    let builder = InqJetBuilder::default()
        .with_writer(create(path))
        .with_log_level(LevelFilter::Info)
        .with_backpressure(overflow)
        .with_color_mode(ColorMode::Never);
    builder.build().expect("it is configured once")
}
