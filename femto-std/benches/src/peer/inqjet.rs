//! inqjet: arguments into one shared ring.

use std::path::Path;

use inqjet::{ColorMode, InqJetBuilder, InqJetGuard, LevelFilter};

use super::{Kind, Peer, create};

pub(super) struct Inqjet(InqJetGuard);

impl Peer for Inqjet {
    const NAME: &'static str = "inqjet";
    const PACKAGE: &'static str = "inqjet";
    const KIND: Kind = Kind::Asynchronous;
    const MARKS: &'static [&'static str] = &["INFO", "femto_bench::peer"];

    fn start(path: &Path) -> Self {
        let builder = InqJetBuilder::default()
            .with_writer(create(path))
            .with_log_level(LevelFilter::Info)
            .with_color_mode(ColorMode::Never);
        Self(builder.build().expect("it is configured once"))
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
