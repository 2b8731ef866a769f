//! A handler that writes to standard output or standard error.

use super::kind::{Builder, MakesHandler};
use crate::config::section::section;
use crate::config::setting::words;
use crate::handlers::StreamHandlerBuilder;

section! {
    /// A handler that writes to one of the process's streams: class `stream`, Python's
    /// `logging.StreamHandler`.
    StreamConfig {
        /// The stream. Default: standard error.
        stream: Stream = Stream::Stderr;
    }
}

impl StreamConfig {
    /// A handler for standard output.
    #[must_use]
    pub const fn stdout() -> Self {
        Self { stream: Stream::Stdout }
    }

    /// A handler for standard error.
    #[must_use]
    pub const fn stderr() -> Self {
        Self { stream: Stream::Stderr }
    }
}

/// One of the process's streams.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Stream {
    /// Standard output: `stdout`.
    Stdout,
    /// Standard error: `stderr`.
    #[default]
    Stderr,
}

words! { Stream:
    "stdout" | "ext://sys.stdout" => Self::Stdout,
    "stderr" | "ext://sys.stderr" => Self::Stderr,
}

impl MakesHandler for StreamConfig {
    fn builder(&self) -> Builder {
        Builder::Stream(match self.stream {
            Stream::Stdout => StreamHandlerBuilder::stdout(),
            Stream::Stderr => StreamHandlerBuilder::stderr(),
        })
    }
}
