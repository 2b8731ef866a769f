//! A regular file.

use core::mem;
use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::Instant;

use super::{Open, Place, RETRY, Sink};
use crate::os;

/// How log files are opened.
#[derive(Clone, Debug, Default)]
pub(crate) struct FileOptions {
    /// Permissions of files that are created; `None` leaves them to the process's mask.
    pub(crate) mode: Option<u32>,
    /// Whether missing folders are made.
    pub(crate) create_parents: bool,
    /// Whether a flush waits for the disk.
    pub(crate) sync: bool,
}

impl FileOptions {
    /// Opens a file for appending.
    pub(crate) fn open(&self, path: &Path) -> io::Result<LogFile> {
        match self.try_open(path) {
            Err(error) if error.kind() == ErrorKind::NotFound && self.create_parents => {
                path.parent().map_or(Ok(()), fs::create_dir_all)?;
                self.try_open(path)
            }
            opened => opened,
        }
    }

    /// Whether what is done to a file can take long: it is none (a pipe, a terminal), another machine or
    /// a program serves it, or a flush waits for the disk.
    pub(crate) fn may_stall(&self, path: &Path) -> bool {
        let found = fs::metadata(path);
        let is_special = found.as_ref().is_ok_and(|metadata| !metadata.is_file());
        let place = if found.is_ok() { Some(path) } else { path.parent() };
        is_special || self.sync || place.is_some_and(os::is_served)
    }

    fn try_open(&self, path: &Path) -> io::Result<LogFile> {
        let mut options = OpenOptions::new();
        options.append(true);
        let Some(mode) = self.mode else { return LogFile::new(options.create(true).open(path)?) };
        match options.clone().create_new(true).mode(mode).open(path) {
            Ok(file) => {
                // What the process's mask took away.
                file.set_permissions(Permissions::from_mode(mode))?;
                LogFile::new(file)
            }
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                LogFile::new(options.create(true).mode(mode).open(path)?)
            }
            Err(error) => Err(error),
        }
    }
}

/// The file system of a file, be it there or not.
pub(crate) fn file_system(path: &Path) -> Option<u64> {
    let found = fs::metadata(path).ok();
    let found = found.or_else(|| fs::metadata(path.parent()?).ok());
    found.map(|metadata| metadata.dev())
}

/// An open file, which knows itself when it meets it.
#[derive(Debug)]
pub(crate) struct LogFile {
    pub(crate) file: File,
    /// Device and inode.
    identity: (u64, u64),
}

impl LogFile {
    pub(crate) fn new(file: File) -> io::Result<Self> {
        let identity = identity(&file.metadata()?);
        Ok(Self { file, identity })
    }

    /// Whether this is what a name stands for.
    pub(crate) fn is(&self, metadata: &fs::Metadata) -> bool {
        self.identity == identity(metadata)
    }

    /// Whether it has a name still, whatever that is: one without is gone when it is closed.
    pub(crate) fn has_name(&self) -> bool {
        self.file.metadata().is_ok_and(|metadata| metadata.nlink() > 0)
    }
}

fn identity(metadata: &fs::Metadata) -> (u64, u64) {
    (metadata.dev(), metadata.ino())
}

/// An error with what was tried.
pub(crate) fn while_trying(action: &str, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("could not {action}: {error}; will try again"))
}

/// Opens a file for appending.
#[derive(Clone, Debug)]
pub(crate) struct FileOpener {
    pub(crate) path: PathBuf,
    /// Whether what was in the file stays.
    pub(crate) append: bool,
    /// Whether it is opened anew when its name stands for another file, or none.
    pub(crate) watch: bool,
    pub(crate) options: FileOptions,
}

impl Open for FileOpener {
    fn open(&self, again: bool) -> io::Result<Box<dyn Sink>> {
        let file = self.options.open(&self.path)?;
        if !self.append && !again {
            // Opened for appending all the same: other processes may write here too.
            file.file.set_len(0)?;
        }
        let watched = self.watch.then(|| self.clone());
        let sync = self.options.sync;
        Ok(Box::new(FileSink { file, watched, sync, retry_at: None, problem: None }))
    }

    fn name(&self) -> String {
        self.path.display().to_string()
    }

    fn may_stall(&self) -> bool {
        self.options.may_stall(&self.path)
    }

    fn file_system(&self) -> Option<u64> {
        file_system(&self.path)
    }
}

struct FileSink {
    file: LogFile,
    /// What opens it anew.
    watched: Option<FileOpener>,
    sync: bool,
    /// When a file that could not be opened anew is tried again.
    retry_at: Option<Instant>,
    problem: Option<io::Error>,
}

impl FileSink {
    /// Opens the file anew if its name stands for another.
    fn follow(&mut self) -> io::Result<()> {
        let Some(opener) = &self.watched else { return Ok(()) };
        match fs::metadata(&opener.path) {
            Ok(metadata) if self.file.is(&metadata) => return Ok(()),
            Ok(_) => {}
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            // It cannot be looked at: it stays.
            Err(_) => return Ok(()),
        }
        if self.retry_at.is_some_and(|at| Instant::now() < at) && self.file.has_name() {
            return Ok(());
        }
        match opener.options.open(&opener.path) {
            Ok(file) => {
                let moved = mem::replace(&mut self.file, file);
                self.retry_at = None;
                if self.sync { moved.file.sync_data() } else { Ok(()) }
            }
            // Where it was moved to it is as good as ever.
            Err(error) if self.file.has_name() => {
                self.retry_at = Some(Instant::now() + RETRY);
                self.problem = Some(while_trying("open it anew", &error));
                Ok(())
            }
            Err(error) => Err(error),
        }
    }
}

impl Sink for FileSink {
    fn write(&mut self, block: &[u8]) -> io::Result<usize> {
        self.follow()?;
        Write::write(&mut &self.file.file, block)
    }

    fn place(&mut self) -> Option<Place> {
        Place::of(&self.file.file)
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.sync { self.file.file.sync_data() } else { Ok(()) }
    }

    fn problem(&mut self) -> Option<io::Error> {
        self.problem.take()
    }
}
