//! A handler that appends to a file.

use std::path::{Path, PathBuf};

use super::kind::MakesHandler;
use super::parts::{Parts, by_builder};
use crate::config::node::{Kind, Node};
use crate::config::problem::{Place, Problems};
use crate::config::section::section;
use crate::config::setting::{Setting, Shown, words};
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
        /// Whether a file that was moved away or deleted is opened anew: Python's
        /// `WatchedFileHandler`. Default: false.
        watch: bool = false, set by with_watch;
        /// Permissions of a file that is created, 0o200 to 0o777; in YAML and JSON a text, `"640"`.
        /// Default: 0o666 without the bits of the process's mask.
        permissions: Option<Permissions>, set by with_permissions;
        /// Whether missing folders are made. Default: false.
        create_parents: bool = false, set by with_create_parents;
        /// Whether a flush waits until the disk has the lines. Default: false.
        sync: bool = false, set by with_sync;
    }
}

impl FileConfig {
    /// A handler for the file at `path`.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self {
            filename: path.into(),
            mode: FileMode::Append,
            delay: false,
            watch: false,
            permissions: None,
            create_parents: false,
            sync: false,
        }
    }

    fn builder(&self, _parts: &Parts) -> FileHandlerBuilder {
        let builder = FileHandlerBuilder::new(&self.filename)
            .with_delay(self.delay)
            .with_watch(self.watch)
            .with_create_parents(self.create_parents)
            .with_sync(self.sync);
        match self.permissions {
            Some(Permissions(bits)) => builder.with_permissions(bits),
            None => builder,
        }
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

/// The permissions of a file, as of `chmod`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Permissions(pub u32);

impl Setting for Permissions {
    fn read(node: &Node, place: &Place<'_>, problems: &mut Problems) -> Option<Self> {
        let bits = match &node.kind {
            Kind::Integer(number) => u32::try_from(*number).ok(),
            Kind::Text(text) => {
                let digits = text.strip_prefix("0o").unwrap_or(text);
                let is_octal = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
                Some(digits)
                    .filter(|digits| is_octal(digits))
                    .and_then(|digits| u32::from_str_radix(digits, 8).ok())
            }
            _ => None,
        };
        if bits.is_none() {
            let text = "allowed is a number (0o640 in TOML), or a text of octal digits (`640`)";
            problems.wrong(place, &Shown(&node.kind), text);
        }
        bits.map(Self)
    }

    fn write(&self) -> Option<Kind> {
        Some(Kind::Text(format!("{:o}", self.0)))
    }
}

impl MakesHandler for FileConfig {
    by_builder!();

    fn file(&self) -> Option<&Path> {
        Some(&self.filename)
    }

    fn shares_file(&self) -> bool {
        self.mode == FileMode::Append
    }

    fn empties_file(&self) -> bool {
        self.mode == FileMode::Truncate
    }
}
