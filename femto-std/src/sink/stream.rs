//! Standard output and standard error.

use core::fmt;
use std::fs::File;
use std::io::{self, IsTerminal, Write};
use std::os::fd::AsFd;

use super::{Open, Sink};

/// One of the process's own streams.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StreamOpener {
    Stdout,
    Stderr,
}

impl StreamOpener {
    pub(crate) const fn stream(self) -> &'static str {
        match self {
            Self::Stdout => "stdout",
            Self::Stderr => "stderr",
        }
    }

    pub(crate) fn is_terminal(self) -> bool {
        match self {
            Self::Stdout => io::stdout().is_terminal(),
            Self::Stderr => io::stderr().is_terminal(),
        }
    }
}

impl Open for StreamOpener {
    fn open(&self, _again: bool) -> io::Result<Box<dyn Sink>> {
        // A descriptor of our own: the library's stream would have a lock and a buffer.
        let descriptor = match self {
            Self::Stdout => io::stdout().as_fd().try_clone_to_owned()?,
            Self::Stderr => io::stderr().as_fd().try_clone_to_owned()?,
        };
        Ok(Box::new(StreamSink(File::from(descriptor))))
    }

    fn name(&self) -> String {
        self.stream().to_owned()
    }

    fn may_stall(&self) -> bool {
        true
    }
}

struct StreamSink(File);

impl Sink for StreamSink {
    fn write(&mut self, block: &[u8]) -> io::Result<usize> {
        Write::write(&mut self.0, whole_lines(block, PIPE_BUF)).map_err(|error| {
            match error.kind() {
                io::ErrorKind::BrokenPipe => io::Error::new(error.kind(), Gone(error)),
                _ => error,
            }
        })
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Why a stream takes nothing more: its other end is closed, as that of a pipe to `head` is. Nobody can come
/// back to it by a name, so nobody need wait for that.
#[derive(Debug)]
struct Gone(io::Error);

impl fmt::Display for Gone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl core::error::Error for Gone {}

/// Whether an error says that a stream's other end is closed.
pub(crate) fn is_gone(error: &io::Error) -> bool {
    error.get_ref().is_some_and(|cause| cause.is::<Gone>())
}

/// As many whole lines as fit into `limit` bytes, so that a write to a pipe is atomic and lines of
/// several processes do not tear each other; a longer line goes alone.
pub(super) fn whole_lines(block: &[u8], limit: usize) -> &[u8] {
    if block.len() <= limit {
        return block;
    }
    let end = |byte: &u8| *byte == b'\n';
    let fits = block[..limit].iter().rposition(end);
    let line = fits.or_else(|| Some(limit + block[limit..].iter().position(end)?));
    &block[..line.map_or(block.len(), |line| line + 1)]
}

/// Bytes that a pipe takes in one piece (`PIPE_BUF` of Linux; POSIX guarantees 512).
pub(super) const PIPE_BUF: usize = 4096;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_end_at_a_line_and_stay_within_the_limit() {
        let block = b"one\ntwo\nthree\n";
        assert_eq!(whole_lines(block, 100), block);
        assert_eq!(whole_lines(block, 9), b"one\ntwo\n");
        assert_eq!(whole_lines(block, 8), b"one\ntwo\n");
        assert_eq!(whole_lines(b"a long line\nb\n", 5), b"a long line\n");
        assert_eq!(whole_lines(b"no end", 3), b"no end");
    }
}
