//! A handler that appends to a file.

use std::path::{Path, PathBuf};

use super::kind::{Builder, MakesHandler};
use crate::config::section::section;
use crate::config::setting::words;
use crate::handlers::FileHandlerBuilder;

section! {
    /// A handler that writes to a file: class `file`, Python's `logging.FileHandler`.
    FileConfig {
        /// The file; it is created if it is not there.
        filename: PathBuf;
        /// Whether what is in the file stays. A file that this process writes to already is not
        /// emptied when a configuration is applied.
        mode: FileMode = FileMode::Append, set by with_mode;
        /// Whether the file is opened only at the first record. Default: false.
        delay: bool = false, set by with_delay;
    }
}

impl FileConfig {
    /// A handler for the file at `path`.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { filename: path.into(), mode: FileMode::Append, delay: false }
    }
}

/// Whether what is in a file stays when it is opened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum FileMode {
    /// It stays: `a`.
    #[default]
    Append,
    /// The file is emptied: `w`.
    Truncate,
}

words! { FileMode: "a" | "append" => Self::Append, "w" | "truncate" => Self::Truncate }

impl MakesHandler for FileConfig {
    fn builder(&self) -> Builder {
        Builder::File(
            FileHandlerBuilder::new(&self.filename)
                .with_append(self.mode == FileMode::Append)
                .with_delay(self.delay),
        )
    }

    fn file(&self) -> Option<&Path> {
        Some(&self.filename)
    }

    fn shares_file(&self) -> bool {
        self.mode == FileMode::Append
    }

    fn keep_file(&mut self) -> bool {
        core::mem::replace(&mut self.mode, FileMode::Append) == FileMode::Truncate
    }
}
