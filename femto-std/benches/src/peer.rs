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

    /// How many records it says it has dropped, if it can say.
    fn dropped(&self) -> Option<u64> {
        None
    }

    /// Returns when everything is with the operating system and the file is closed.
    fn finish(self);
}

/// A library that takes a configuration of many loggers, and another one later. It starts with the
/// first, and its calls go to one of these loggers.
pub trait Configured: Peer {
    /// Makes the configuration of a turn, and applies it.
    fn apply(&self, path: &Path, turn: u64);
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
    of::<P>(scenario::run::<P>)
}

const fn of<P: Peer>(run: fn(&Plan) -> Outcome) -> Entry {
    Entry { name: P::NAME, package: P::PACKAGE, kind: P::KIND, run }
}

const fn json<P: Peer>() -> Entry {
    of::<P>(scenario::run_json::<P>)
}

const fn configured<P: Configured>() -> Entry {
    of::<P>(scenario::run_configuration::<P>)
}

const fn stalled<P: Peer>() -> Entry {
    of::<P>(scenario::run_memory::<P>)
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

/// Those that write key-values as JSON.
pub const JSON: &[Entry] = &[
    json::<femto::Json>(),
    #[cfg(feature = "peers")]
    json::<femto::TracingJson>(),
    #[cfg(feature = "peers")]
    json::<spdlog::SynchronousJson>(),
    #[cfg(feature = "peers")]
    json::<spdlog::AsynchronousJson>(),
    #[cfg(feature = "peers")]
    json::<tracing::Json>(),
    #[cfg(feature = "peers")]
    json::<flexi_logger::Json>(),
    #[cfg(feature = "peers")]
    json::<logforth::Json>(),
    #[cfg(feature = "peers")]
    json::<slog::Json>(),
    #[cfg(feature = "peers")]
    json::<log4rs::Json>(),
];

/// Those whose loggers are configured together, and again while they are used.
pub const CONFIGURED: &[Entry] = &[
    configured::<femto::Tree>(),
    configured::<femto::Directives>(),
    #[cfg(feature = "peers")]
    configured::<tracing::Directives>(),
    #[cfg(feature = "peers")]
    configured::<flexi_logger::Specification>(),
    #[cfg(feature = "peers")]
    configured::<log4rs::Tree>(),
];

/// Those whose sink stalls, by what they do then.
pub const STALLED: &[Entry] = &[
    stalled::<femto::StalledBlock>(),
    stalled::<femto::StalledTimeout>(),
    stalled::<femto::StalledDrop>(),
    #[cfg(feature = "peers")]
    stalled::<ticklog::Ticklog>(),
    #[cfg(feature = "peers")]
    stalled::<inqjet::Inqjet>(),
    #[cfg(feature = "peers")]
    stalled::<inqjet::Dropping>(),
    #[cfg(feature = "peers")]
    stalled::<spdlog::Asynchronous>(),
    #[cfg(feature = "peers")]
    stalled::<spdlog::Dropping>(),
    #[cfg(feature = "peers")]
    stalled::<tracing::Tracing>(),
    #[cfg(feature = "peers")]
    stalled::<tracing::Dropping>(),
    #[cfg(feature = "peers")]
    stalled::<fast_log::FastLog>(),
    #[cfg(feature = "peers")]
    stalled::<flexi_logger::FlexiLogger>(),
    #[cfg(feature = "peers")]
    stalled::<ftlog::Ftlog>(),
    #[cfg(feature = "peers")]
    stalled::<ftlog::Dropping>(),
    #[cfg(feature = "peers")]
    stalled::<slog::SlogAsync>(),
    #[cfg(feature = "peers")]
    stalled::<slog::Dropping>(),
    #[cfg(feature = "peers")]
    stalled::<log4rs::Log4rs>(),
];

/// All entries, a peer that goes through several lists more than once.
pub fn all() -> impl Iterator<Item = &'static Entry> {
    [PEERS, JSON, CONFIGURED, STALLED].into_iter().flatten()
}

/// The peer that all others are compared with.
pub const OURS: &str = femto::Native::NAME;

/// femtologging in a program that holds no peers, but the harness: options, tables, plots.
pub const ALONE: Entry = Entry { name: "femtologging-alone", ..PEERS[0] };

/// femtologging in a program that holds nothing else: its memory is what a user's program has.
pub const LEAN: Entry = Entry { name: "femtologging-lean", ..PEERS[0] };

/// Takes femtologging end to end; all that the lean program does.
#[must_use]
pub fn lean(plan: &Plan) -> Outcome {
    scenario::run_end_to_end::<femto::Native>(plan)
}

/// Whether a peer is one of femtologging's ways in.
#[must_use]
pub fn is_ours(name: &str) -> bool {
    name.starts_with(OURS)
}

/// Names of the fifty loggers that are configured, and whether each is at `DEBUG` or at `INFO` in a turn.
fn fifty(turn: u64) -> impl Iterator<Item = (String, bool)> {
    (0..50)
        .map(move |logger| (format!("service::part{logger:02}"), (logger + turn).is_multiple_of(2)))
}

/// The same as directives, with a default before them.
fn directives(turn: u64) -> String {
    let mut directives = "info".to_owned();
    for (name, is_debug) in fifty(turn) {
        let level = if is_debug { "debug" } else { "info" };
        directives += &format!(",{name}={level}");
    }
    directives
}

/// One of the fifty: what is logged while they are configured comes from it.
const ONE_OF_FIFTY: &str = "service::part07";

/// A new, empty file.
#[cfg(feature = "peers")]
fn create(path: &Path) -> std::fs::File {
    std::fs::File::create(path).expect("the benchmark's folder can be written")
}

/// Removes a file of before, for those that would append to it. A pipe stays.
#[cfg(feature = "peers")]
fn remove(path: &Path) {
    if path.is_file() {
        std::fs::remove_file(path).expect("the benchmark's folder can be written");
    }
}
