//! Sink: where do the bytes go?
//!
//! Runs on the *collector*, on a *sink worker*, or on the caller for direct handlers; the last of
//! all stages.

mod file;
mod lines;
mod stream;

pub(crate) use file::FileOpener;
pub(crate) use lines::{Lines, RecordEnd};
pub(crate) use stream::StreamOpener;

use core::fmt;
use std::io;

/// Takes finished lines.
///
/// # For implementors
/// A sink is used by one thread at a time.
pub(crate) trait Sink: Send {
    /// Writes the beginning of `block`, at least one byte of it; answers how many.
    ///
    /// # Errors
    /// The system's. What was not taken is offered again later.
    fn write(&mut self, block: &[u8]) -> io::Result<usize>;

    /// Writes the beginning of `lines`, at least one byte of it; answers how many. For a sink that
    /// does something at the ends of records, whose opener says so ([`Open::wants_ends`]).
    ///
    /// # Errors
    /// Those of [`Sink::write`].
    fn write_lines(&mut self, lines: Lines<'_>) -> io::Result<usize> {
        self.write(lines.bytes())
    }

    /// Hands everything to the operating system.
    ///
    /// # Errors
    /// The system's.
    fn flush(&mut self) -> io::Result<()>;
}

/// Opens a sink: when a handler is made, when it is to reopen its file, and anew in a forked child.
///
/// # For implementors
/// `open` must not wait for a lock that another thread may hold at a fork.
pub(crate) trait Open: fmt::Debug + Send + Sync {
    /// Opens the sink. `again` is false the first time: only then may a file be truncated.
    ///
    /// # Errors
    /// The system's.
    fn open(&self, again: bool) -> io::Result<Box<dyn Sink>>;

    /// What it writes to, for error texts: a path, `stderr`.
    fn name(&self) -> String;

    /// Whether a write can take long, as to a pipe or a network: such a sink gets a worker of its
    /// own.
    fn may_stall(&self) -> bool;

    /// Whether its sink is to know where records end.
    fn wants_ends(&self) -> bool {
        false
    }
}
