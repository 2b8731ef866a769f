//! What goes wrong where nobody can be told by a return value, and who is told instead.
//!
//! Met on the *collector*, on a *sink worker*, or on the caller for direct handlers.

use core::fmt;
use core::time::Duration;
use std::io;

use super::Handler;
use crate::formatter::FormatError;

/// Is told what goes wrong with a handler. Closures with its arguments are one.
///
/// # For implementors
/// It is called on the thread that met the failure: a *sink worker*, the *collector*, or a caller for
/// a direct handler. None of the engine's locks is held. It may log; what it logs is not waited for,
/// and a failure that this causes is counted, but not told. A flush or shutdown in it answers
/// [`FlushError::CalledFromEngine`](crate::FlushError::CalledFromEngine). One that panics has said
/// so by the panic hook, and is called again. It should be quick: what it keeps waiting is the
/// writing.
pub trait ErrorHandler: Send + Sync {
    /// Takes note of a failure.
    fn handle(&self, handler: &Handler, failure: &Failure);
}

impl<F: Fn(&Handler, &Failure) + Send + Sync> ErrorHandler for F {
    fn handle(&self, handler: &Handler, failure: &Failure) {
        self(handler, failure);
    }
}

/// What went wrong with a handler.
#[derive(Debug)]
#[non_exhaustive]
pub enum Failure {
    /// The sink refused lines. They are kept, and offered again.
    WriteLines {
        /// The sink's error.
        error: io::Error,
        /// How long it is left alone.
        retry_after: Duration,
    },
    /// A file could not be opened anew, rolled over or compressed, or an old one not removed. No line is
    /// in danger; it will be tried again.
    MaintainFile {
        /// What was tried, and why it failed; from a sink of the application's own, its
        /// [`problem`](crate::sink::Sink::problem).
        error: io::Error,
    },
    /// A direct handler's sink refused a line. Its record is dropped and counted.
    WriteRecord {
        /// The sink's error.
        error: io::Error,
    },
    /// Records could not be formatted. They are dropped and counted.
    FormatRecords {
        /// The formatter's error, for the first of them.
        error: FormatError,
        /// How many.
        records: u64,
    },
    /// A filter or formatter panicked. The records are dropped and counted.
    Panicked {
        /// How many.
        records: u64,
    },
    /// The sink has failed, or a write not returned, for as long as the handler's stall limit: nobody
    /// waits for it any more, records beyond the capacity are dropped and counted.
    Stalled {
        /// The stall limit.
        limit: Duration,
    },
    /// The sink that failed or stalled works again.
    Recovered {
        /// Records that were dropped since it had failed.
        dropped: u64,
    },
    /// The handler was closed, or the deadline of a shutdown passed, before everything was written.
    GaveUp {
        /// Records that were dropped so.
        records: u64,
    },
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::WriteLines { error, retry_after } => {
                write!(f, "could not write: {error}; will try again after {retry_after:?}")
            }
            Self::MaintainFile { error } => write!(f, "{error}"),
            Self::WriteRecord { error } => write!(f, "dropped a record: could not write: {error}"),
            Self::FormatRecords { error, records } => {
                write!(f, "{}: could not format: {error}", Dropped(*records))
            }
            Self::Panicked { records } => {
                write!(f, "{}: a filter or formatter panicked", Dropped(*records))
            }
            Self::Stalled { limit } => {
                write!(
                    f,
                    "failing or stalled for {limit:?}; records beyond the capacity are dropped"
                )
            }
            Self::Recovered { dropped: 0 } => f.write_str("works again, nothing was dropped"),
            Self::Recovered { dropped } => write!(f, "works again, {}", Dropped(*dropped)),
            Self::GaveUp { records } => {
                write!(f, "{}: closed before everything was written", Dropped(*records))
            }
        }
    }
}

/// Says how many records were dropped.
pub(crate) struct Dropped(pub(crate) u64);

impl fmt::Display for Dropped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} record{} dropped", self.0, if self.0 == 1 { "" } else { "s" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_record_and_several_are_told_in_english() {
        assert_eq!(Dropped(1).to_string(), "1 record dropped");
        assert_eq!(Dropped(2).to_string(), "2 records dropped");
        assert_eq!(Failure::Recovered { dropped: 1 }.to_string(), "works again, 1 record dropped");
    }
}
