//! A named pipe, or a device: whatever is there to be written and may stall.

use std::fs::{File, Metadata, OpenOptions};
use std::io::{self, Write};
use std::os::fd::AsFd;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::PathBuf;

use super::stream::{PIPE_BUF, whole_lines};
use super::{Open, Sink};
use crate::os;

/// Opens what is at a path.
#[derive(Clone, Debug)]
pub(crate) struct PipeOpener {
    pub(crate) path: PathBuf,
}

impl PipeOpener {
    fn open_pipe(&self) -> io::Result<File> {
        // Opening a pipe that nobody reads would wait.
        let opened =
            OpenOptions::new().append(true).custom_flags(libc::O_NONBLOCK).open(&self.path);
        let pipe = opened.map_err(|error| match error.raw_os_error() {
            Some(libc::ENXIO) => io::Error::new(error.kind(), "nobody reads the pipe"),
            _ => error,
        })?;
        os::set_blocking(pipe.as_fd())?;
        Ok(pipe)
    }

    /// Whether this is what is at the path: a pipe without a reader keeps what it holds for the next
    /// as long as it is open.
    fn is_at_path(&self, pipe: &File) -> bool {
        let identity = |data: Metadata| (data.dev(), data.ino());
        let at_path = std::fs::metadata(&self.path).map(identity);
        at_path.is_ok_and(|at_path| pipe.metadata().map(identity).ok() == Some(at_path))
    }
}

impl Open for PipeOpener {
    /// Opens the pipe at the first write: a reader may come and go.
    fn open(&self, _again: bool) -> io::Result<Box<dyn Sink>> {
        Ok(Box::new(PipeSink { opener: self.clone(), pipe: None }))
    }

    fn name(&self) -> String {
        self.path.display().to_string()
    }
}

struct PipeSink {
    opener: PipeOpener,
    pipe: Option<File>,
}

impl Sink for PipeSink {
    fn write(&mut self, block: &[u8]) -> io::Result<usize> {
        let pipe = match &mut self.pipe {
            Some(pipe) => pipe,
            None => self.pipe.insert(self.opener.open_pipe()?),
        };
        let written = Write::write(pipe, whole_lines(block, PIPE_BUF));
        if written.is_err() && !self.opener.is_at_path(pipe) {
            self.pipe = None;
        }
        written
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
