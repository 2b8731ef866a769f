//! A handler that writes to standard output or standard error.

use super::kind::MakesHandler;
use super::parts::{Parts, by_builder};
use crate::Color;
use crate::config::section::section;
use crate::config::setting::words;
use crate::handlers::StreamHandlerBuilder;

section! {
    /// A handler that writes to one of the process's streams: class `stream`, Python's
    /// `logging.StreamHandler`.
    StreamConfig {
        /// The stream. Default: standard error.
        stream: Stream = Stream::Stderr;
        /// Whether lines are coloured: `auto`, `always` or `never`. Default: on a terminal, as the
        /// environment says.
        color: Color = Color::Auto, set by with_color;
        /// Whether control characters in the lines are printed as escapes. Default: true.
        escaping: bool = true, set by with_escaping;
    }
}

impl StreamConfig {
    /// A handler for standard output.
    #[must_use]
    pub const fn stdout() -> Self {
        Self { stream: Stream::Stdout, color: Color::Auto, escaping: true }
    }

    /// A handler for standard error.
    #[must_use]
    pub const fn stderr() -> Self {
        Self { stream: Stream::Stderr, color: Color::Auto, escaping: true }
    }

    fn builder(&self, _parts: &Parts) -> StreamHandlerBuilder {
        let builder = match self.stream {
            Stream::Stdout => StreamHandlerBuilder::stdout(),
            Stream::Stderr => StreamHandlerBuilder::stderr(),
        };
        builder.with_color(self.color).with_escaping(self.escaping)
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
words! { Color: "auto" => Self::Auto, "always" => Self::Always, "never" => Self::Never }

impl MakesHandler for StreamConfig {
    by_builder!();
}
