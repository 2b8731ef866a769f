//! Sink: where do the bytes go?
//!
//! Runs on the *collector*, on a *sink worker*, or on the caller for direct handlers; the last of
//! all stages. Anything that takes bytes can be one: see [`Sink`], and
//! [`SinkHandlerBuilder`](crate::handlers::SinkHandlerBuilder) for a handler that writes to it.

mod backoff;
mod file;
mod framing;
mod lines;
mod opener;
mod pipe;
pub(crate) mod rotation;
mod socket;
mod stream;
mod unacknowledged;

pub(crate) use backoff::Backoff;
pub(crate) use file::{FileOpener, FileOptions};
pub use framing::Framing;
pub use lines::Lines;
pub(crate) use lines::RecordEnd;
pub(crate) use opener::FunctionOpener;
pub(crate) use pipe::PipeOpener;
pub(crate) use rotation::{Retention, Rotation, Schedule};
pub(crate) use socket::{Address, SocketOpener};
pub(crate) use stream::{StreamOpener, is_gone};

use core::fmt;
use core::time::Duration;
use std::fs::{File, Metadata};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::sync::Arc;

/// Takes finished lines.
///
/// Every [`io::Write`] that can be sent to another thread is one.
///
/// # For implementors
/// A sink is used by one thread at a time. That thread is the engine's (a *sink worker*, if
/// [`Open::may_stall`] says so; the *collector* if not), or a caller's for a handler with
/// [`Delivery::Direct`](crate::Delivery::Direct).
///
/// - A write may take its time: no caller of a log call waits for it, only for room in the handler's
///   queue, as its [policy](crate::OverflowPolicy) says. One that does not return within the
///   handler's stall limit counts as failing.
/// - A write that fails is tried again with the bytes that were not taken, after 20 ms at first, then
///   after twice as long each time, up to a second. So an error must mean that nothing of `block`
///   was taken; what was taken before it is answered by a count, and the error comes at the next try.
/// - What it logs itself is taken, but not waited for: it is dropped and counted if there is no room.
///   [`Handler::flush`](crate::Handler::flush) answers an error there.
/// - One that panics is used again.
///
/// # Examples
/// ```
/// use femto_std::sink::Sink;
/// use std::io;
///
/// /// Keeps the last block.
/// struct Last(Vec<u8>);
///
/// impl Sink for Last {
///     fn write(&mut self, block: &[u8]) -> io::Result<usize> {
///         self.0 = block.to_vec();
///         Ok(block.len())
///     }
///
///     fn flush(&mut self) -> io::Result<()> {
///         Ok(())
///     }
/// }
///
/// let mut last = Last(Vec::new());
/// assert_eq!(last.write(b"one line\n")?, 9);
/// # Ok::<(), io::Error>(())
/// ```
pub trait Sink: Send {
    /// Writes the beginning of `block`, at least one byte of it; answers how many.
    ///
    /// `block` is never empty. It holds whole lines, each with its line end, but begins in the middle
    /// of one if the write before ended there.
    ///
    /// # Errors
    /// Nothing was taken; `block` is offered again later.
    /// [`Interrupted`](io::ErrorKind::Interrupted) has it offered again at once.
    fn write(&mut self, block: &[u8]) -> io::Result<usize>;

    /// Writes the beginning of `lines`, at least one byte of it; answers how many. For a sink that
    /// does something at the ends of records, whose opener says so ([`Open::wants_ends`]).
    ///
    /// # Errors
    /// Those of [`Sink::write`].
    fn write_lines(&mut self, lines: Lines<'_>) -> io::Result<usize> {
        self.write(lines.bytes())
    }

    /// Where the next write will go, if that is a regular file: so that after a crash can be told how
    /// much of it arrived, and the rest be written [exactly once](crate::recover::RecoverBuilder).
    fn place(&mut self) -> Option<Place> {
        None
    }

    /// Hands everything that was taken to the operating system.
    ///
    /// # Errors
    /// What was taken is not all there; whoever asked for the flush is told.
    fn flush(&mut self) -> io::Result<()>;

    /// Begins a new file, for a sink that has several in turn.
    ///
    /// # Errors
    /// The system's; the old file is written on. [`Unsupported`](io::ErrorKind::Unsupported) by default.
    fn roll_over(&mut self) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }

    /// What went wrong since the last call although the lines were written, to be told to the
    /// handler's error hook: a file could not be rolled over, say. Asked after each write.
    fn problem(&mut self) -> Option<io::Error> {
        None
    }
}

/// The end of a regular file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    pub(crate) device: u64,
    pub(crate) inode: u64,
    /// How long the file is, in bytes.
    pub(crate) length: u64,
}

impl Place {
    /// The end of `file`; `None` if it is not a regular one.
    #[must_use]
    pub fn of(file: &File) -> Option<Self> {
        let metadata = file.metadata().ok().filter(Metadata::is_file)?;
        Some(Self { device: metadata.dev(), inode: metadata.ino(), length: metadata.len() })
    }
}

impl<W: io::Write + Send> Sink for W {
    fn write(&mut self, block: &[u8]) -> io::Result<usize> {
        io::Write::write(self, block)
    }

    fn flush(&mut self) -> io::Result<()> {
        io::Write::flush(self)
    }
}

/// Opens a sink: when a handler is made, when it is to
/// [reopen](crate::Handler::reopen) it, and anew in a forked child.
///
/// # For implementors
/// `open` may be called by any thread, one at a time. It must not wait for a lock that another
/// thread may hold at a fork. If it fails while the handler is built, so does the building; later
/// it is tried again like a write that failed.
pub trait Open: fmt::Debug + Send + Sync {
    /// Opens the sink. `again` is false the first time: only then may a file be truncated.
    ///
    /// # Errors
    /// The system's.
    fn open(&self, again: bool) -> io::Result<Box<dyn Sink>>;

    /// What it writes to, for error texts: a path, `stderr`, an address.
    fn name(&self) -> String;

    /// Whether a write can take long, as to a pipe or a network: such a sink gets a worker of its
    /// own. One that answers false is written by the collector if it is the only one, or all are on one
    /// [file system](Open::file_system); it gets a worker after a write that took 50 ms.
    fn may_stall(&self) -> bool {
        true
    }

    /// The number (`st_dev`) of the file system that it writes to, if that is the only thing that can keep a
    /// write. Where one sink of a file system waits, so do the others. Default: none is known.
    fn file_system(&self) -> Option<u64> {
        None
    }

    /// Whether its sink is to know where records end: [`Sink::write_lines`] is told then.
    fn wants_ends(&self) -> bool {
        false
    }
}

impl<T: Open + ?Sized> Open for Arc<T> {
    fn open(&self, again: bool) -> io::Result<Box<dyn Sink>> {
        (**self).open(again)
    }

    fn name(&self) -> String {
        (**self).name()
    }

    fn may_stall(&self) -> bool {
        (**self).may_stall()
    }

    fn file_system(&self) -> Option<u64> {
        (**self).file_system()
    }

    fn wants_ends(&self) -> bool {
        (**self).wants_ends()
    }
}

/// How long a file that cannot be opened anew, or rolled over, is left as it is.
const RETRY: Duration = Duration::from_secs(1);
