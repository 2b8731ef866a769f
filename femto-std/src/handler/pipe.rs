//! A handler that writes to a named pipe, or a device.

use std::path::{Path, PathBuf};

use super::{Handler, Options, handler_builder, option_setters};
use crate::Error;
use crate::sink::PipeOpener;

/// Builds a handler that writes to a named pipe, or anything else that is there to be written and may
/// stall: a device, a file on a slow disk.
///
/// Nothing is created. The path is opened at the first record, and again when something else is there,
/// so a reader may come late, go, and come back: meanwhile records wait, up to the capacity. Writes end at
/// a line and are no longer than what a pipe takes in one piece (4 KiB), so that a reader that comes
/// back begins with a whole line; a longer record goes in several, and may be cut then.
///
/// What a pipe holds when its reader goes is there for the next.
///
/// Threads of the engine block all signals, so the `SIGPIPE` of a pipe without a reader ends no
/// program; with [`Delivery::Direct`](crate::Delivery::Direct) it is the caller's, which Rust's programs
/// and Python's ignore unless told otherwise.
///
/// | parameter | default | |
/// |---|---|---|
/// | `level`, `formatter`, `filter`, `capacity`, `overflow`, `delivery`, `flush_level`, `stall_limit`, `error_handler` | | as their methods say |
#[derive(Clone, Debug)]
#[must_use = "a builder does nothing until `build` is called"]
pub struct PipeHandlerBuilder {
    path: PathBuf,
    options: Options,
}

impl PipeHandlerBuilder {
    /// A handler for the pipe at `path`.
    pub fn new(path: impl AsRef<Path>) -> Self {
        Self { path: path.as_ref().to_owned(), options: Options::default() }
    }

    /// Whether all parameters are in their ranges; opens nothing.
    pub(crate) fn check(&self) -> Result<(), Error> {
        self.options.check()
    }

    option_setters!();

    fn make(self) -> Result<Handler, Error> {
        self.check()?;
        // A relative path keeps its meaning when the working directory changes.
        let path = std::path::absolute(&self.path).unwrap_or(self.path);
        let name = path.display().to_string();
        Handler::new(Box::new(PipeOpener { path }), true, self.options)
            .map_err(|source| Error::OpenSink { name, source })
    }
}

handler_builder! {
    /// [`Error::CheckParameter`]. Whether the pipe is there shows when records come.
    PipeHandlerBuilder
}
