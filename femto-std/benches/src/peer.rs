//! Peer: a library, set up to write `time level name message` to a file and to lose nothing.
//!
//! Each has its own file in `peer/`, with its own macros, as its users call it. Where a library lets
//! one choose, it gets a bounded queue and waits when that is full.

#[cfg(feature = "peers")]
mod facade;
mod femto;

#[cfg(feature = "peers")]
mod env_logger;
#[cfg(feature = "peers")]
mod fast_log;
#[cfg(feature = "peers")]
mod fern;
#[cfg(feature = "peers")]
mod flexi_logger;
#[cfg(feature = "peers")]
mod ftlog;
#[cfg(feature = "peers")]
mod inqjet;
#[cfg(feature = "peers")]
mod log4rs;
#[cfg(feature = "peers")]
mod logforth;
#[cfg(feature = "peers")]
mod slog;
#[cfg(feature = "peers")]
mod spdlog;
#[cfg(feature = "peers")]
mod ticklog;
#[cfg(feature = "peers")]
mod tracing;

use std::path::{Path, PathBuf};

use crate::outcome::Outcome;
use crate::scenario::{self, Plan};

/// How records get from the caller to the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Another thread writes them.
    Asynchronous,
    /// The caller writes them.
    Synchronous,
}

/// A library at work.
pub trait Peer: Sync + Sized {
    /// As it is named on the command line and in the tables.
    const NAME: &'static str;
    /// The package whose version the tables state.
    const PACKAGE: &'static str;
    const KIND: Kind;
    /// What each line holds besides time and message.
    const MARKS: &'static [&'static str];

    /// Sets it up to write to a new file.
    fn start(path: &Path) -> Self;

    /// The files that get every record.
    fn files(path: &Path) -> Vec<PathBuf> {
        vec![path.to_owned()]
    }

    /// `info!("hello {} {}", word, number)`.
    fn call(&self, word: &str, number: u64);

    /// The same at a level that is off.
    fn call_disabled(&self, word: &str, number: u64);

    /// Returns when everything is with the operating system and the file is closed.
    fn finish(self);
}

/// A peer that can be chosen by name.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    pub name: &'static str,
    pub package: &'static str,
    pub kind: Kind,
    pub run: fn(&Plan) -> Outcome,
}

const fn entry<P: Peer>() -> Entry {
    Entry { name: P::NAME, package: P::PACKAGE, kind: P::KIND, run: scenario::run::<P> }
}

/// All peers of this build, femtologging's ways in first.
pub const PEERS: &[Entry] = &[
    entry::<femto::Native>(),
    entry::<femto::DefaultLogger>(),
    entry::<femto::LogFacade>(),
    #[cfg(feature = "peers")]
    entry::<femto::TracingLayer>(),
    entry::<femto::TwoHandlers>(),
    #[cfg(feature = "peers")]
    entry::<ticklog::Ticklog>(),
    #[cfg(feature = "peers")]
    entry::<inqjet::Inqjet>(),
    #[cfg(feature = "peers")]
    entry::<spdlog::Synchronous>(),
    #[cfg(feature = "peers")]
    entry::<spdlog::Asynchronous>(),
    #[cfg(feature = "peers")]
    entry::<tracing::Tracing>(),
    #[cfg(feature = "peers")]
    entry::<fast_log::FastLog>(),
    #[cfg(feature = "peers")]
    entry::<flexi_logger::FlexiLogger>(),
    #[cfg(feature = "peers")]
    entry::<ftlog::Ftlog>(),
    #[cfg(feature = "peers")]
    entry::<logforth::Logforth>(),
    #[cfg(feature = "peers")]
    entry::<slog::SlogAsync>(),
    #[cfg(feature = "peers")]
    entry::<log4rs::Log4rs>(),
    #[cfg(feature = "peers")]
    entry::<env_logger::EnvLogger>(),
    #[cfg(feature = "peers")]
    entry::<fern::Fern>(),
];

/// The peer that all others are compared with.
pub const OURS: &str = femto::Native::NAME;

/// femtologging in a program that holds no peers, whose memory is its own: measured end to end only.
pub const ALONE: Entry = Entry { name: "femtologging-alone", ..PEERS[0] };

/// Whether a peer is one of femtologging's ways in.
#[must_use]
pub fn is_ours(name: &str) -> bool {
    name.starts_with(OURS)
}

/// Finds a peer.
#[must_use]
pub fn named(name: &str) -> Option<&'static Entry> {
    PEERS.iter().find(|peer| peer.name == name)
}

/// A new, empty file.
#[cfg(feature = "peers")]
fn create(path: &Path) -> std::fs::File {
    std::fs::File::create(path).expect("the benchmark's folder can be written")
}
