//! A regular file.

use std::fs::OpenOptions;
use std::io;
use std::path::PathBuf;

use super::{Open, Sink};

/// Opens a file for appending.
#[derive(Clone, Debug)]
pub(crate) struct FileOpener {
    pub(crate) path: PathBuf,
    /// Whether what was in the file stays.
    pub(crate) append: bool,
}

impl Open for FileOpener {
    fn open(&self, again: bool) -> io::Result<Box<dyn Sink>> {
        let file = OpenOptions::new().append(true).create(true).open(&self.path)?;
        if !self.append && !again {
            // Opened for appending all the same: other processes may write here too.
            file.set_len(0)?;
        }
        Ok(Box::new(file))
    }

    fn name(&self) -> String {
        self.path.display().to_string()
    }

    fn may_stall(&self) -> bool {
        // What is no regular file (a pipe, a terminal) may.
        std::fs::metadata(&self.path).is_ok_and(|metadata| !metadata.is_file())
    }
}
