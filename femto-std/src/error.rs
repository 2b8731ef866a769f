//! What can go wrong where a caller can be told: when handlers are made, and when they are flushed.

use core::fmt;
use core::time::Duration;
use std::io;
use std::path::PathBuf;

use crate::formatter::{FormatError, NoField};

/// An action of this crate failed.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// A log file could not be opened.
    OpenFile {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A stream could not be duplicated.
    OpenStream {
        /// `stdout` or `stderr`.
        name: &'static str,
        /// Why.
        source: io::Error,
    },
    /// A sink of the application's own could not be opened.
    OpenSink {
        /// Its name.
        name: String,
        /// Why.
        source: io::Error,
    },
    /// The file that keeps records for recovery could not be made.
    OpenRecoverFile {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The process could not be made to wait for signals.
    WatchSignals {
        /// Why.
        source: io::Error,
    },
    /// A parameter of a builder is out of its range.
    CheckParameter {
        /// The parameter, as its `with_*` method names it.
        name: &'static str,
        /// The value that was given.
        value: String,
        /// What is allowed.
        allowed: &'static str,
    },
    /// A parameter is given that the style of the formatter has no use for.
    CheckStyle {
        /// The parameter, as its `with_*` method names it.
        name: &'static str,
        /// The style.
        style: &'static str,
        /// What is allowed.
        allowed: &'static str,
    },
    /// A format string is not understood, or names what no record has.
    ParseFormat {
        /// The parameter, as its `with_*` method names it.
        name: &'static str,
        /// The format string.
        value: String,
        /// Why.
        source: FormatError,
    },
    /// The `log` crate has a logger already.
    InstallLogBridge,
    /// The process has a global `tracing` subscriber already.
    InstallTracingBridge,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OpenFile { path, .. } => write!(f, "could not open log file {}", path.display()),
            Self::OpenStream { name, .. } => write!(f, "could not open {name}"),
            Self::OpenSink { name, .. } => write!(f, "could not open {name}"),
            Self::OpenRecoverFile { path, .. } => {
                write!(f, "could not keep records in {}", path.display())
            }
            Self::WatchSignals { .. } => f.write_str("could not wait for signals"),
            Self::CheckParameter { name, value, allowed } => {
                write!(f, "{name} = {value} is out of range: allowed is {allowed}")
            }
            Self::CheckStyle { name, style, allowed } => {
                write!(f, "{name} is given with the style {style}: allowed {allowed}")
            }
            Self::ParseFormat { name, value, source: FormatError::FindField { name: field } } => {
                write!(f, "{name} = {value:?} {}", NoField(field))
            }
            Self::ParseFormat { name, value, .. } => {
                write!(f, "could not parse {name} = {value:?}")
            }
            Self::InstallLogBridge => f.write_str(
                "the `log` crate has a logger already, of its own or by tracing_subscriber's `init`",
            ),
            Self::InstallTracingBridge => {
                f.write_str("the process has a global `tracing` subscriber already")
            }
        }
    }
}

impl core::error::Error for Error {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            Self::OpenFile { source, .. }
            | Self::OpenStream { source, .. }
            | Self::OpenSink { source, .. }
            | Self::OpenRecoverFile { source, .. }
            | Self::WatchSignals { source } => Some(source),
            Self::ParseFormat { source, .. } => Some(source),
            _ => None,
        }
    }
}

/// The one of some names that may have been meant.
pub(crate) fn nearest<'k>(name: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    let likeness = |known: &str| strsim::jaro_winkler(&name.to_lowercase(), &known.to_lowercase());
    let likenesses = known.into_iter().map(|known| (known, likeness(known)));
    let (nearest, likeness) = likenesses.max_by(|(_, a), (_, b)| a.total_cmp(b))?;
    (likeness > LIKE).then_some(nearest)
}

/// How like two names must be for one to be taken for the other, from 0 to 1.
const LIKE: f64 = 0.8;

/// Not everything that was accepted is written.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FlushError {
    /// The deadline passed first. The records are still queued.
    DeadlinePassed {
        /// The deadline that was given.
        deadline: Duration,
    },
    /// A handler's sink refused the records. They are still queued.
    WriteRecords {
        /// What the handler writes to.
        handler: String,
        /// The sink's error.
        error: String,
    },
    /// Called where waiting would be waiting for itself: by a formatter, a sink or an error hook.
    CalledFromEngine,
}

impl fmt::Display for FlushError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::DeadlinePassed { deadline } => {
                write!(f, "not everything was written within {deadline:?}")
            }
            Self::WriteRecords { handler, error } => {
                write!(f, "could not write {handler}: {error}")
            }
            Self::CalledFromEngine => {
                f.write_str("flush was called from the thread that would do it")
            }
        }
    }
}

impl core::error::Error for FlushError {}
