//! What a process left in its mapped file.
//!
//! Read at the next start, or by `femto recover`; nothing is mapped. Total: a damaged file gives an
//! error, or what can be read of it and a count of the rest.

mod found;
mod frame;

use core::fmt;
use std::fs::{File, TryLockError};
use std::io::{self, Read};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use femto_core::Record;

use super::arrived::arrived;
use super::layout::{self, header};
use super::{names, open_own, remove};
use crate::clock::Conversion;
use crate::collector::Decoder;
use crate::sink::Place;
use found::Found;

/// What a process that was killed left in the file of
/// [`recover`](crate::Manager::recover). The file is locked as long as this is kept.
#[derive(Debug)]
pub struct Leftover {
    path: PathBuf,
    file: File,
    identity: u64,
    process: u32,
    begun: u64,
    is_taken: bool,
    /// Names of the handlers, by slot.
    handlers: Vec<Option<String>>,
    lines: Vec<LeftLines>,
    records: Vec<LeftRecord>,
    damaged: usize,
    /// Identities of other files, and how much of them is in this one.
    progress: Vec<(u64, u64)>,
    /// How much of this one is elsewhere by now.
    pub(crate) done: u64,
}

/// Lines that were made and perhaps not written.
#[derive(Clone, Debug)]
pub(crate) struct LeftLines {
    pub(crate) handler: String,
    place: Option<Place>,
    bytes: Vec<u8>,
}

/// A record that no line was made of yet.
#[derive(Clone, Debug)]
struct LeftRecord {
    /// In nanoseconds since the Unix epoch.
    time: u64,
    /// Slots of the handlers that it was for.
    slots: Option<Vec<u8>>,
    /// A frame as a ring has it, a portable one, little-endian.
    frame: Vec<u8>,
}

/// What there is to write, one by one.
#[derive(Debug)]
pub(crate) enum Item<'a> {
    /// Of a handler.
    Lines(&'a LeftLines),
    /// A frame, for the handlers of these names; those of the root if none is known.
    Record { frame: &'a [u8], handlers: Vec<&'a str> },
}

/// Why a file could not be read.
#[derive(Debug)]
#[non_exhaustive]
pub enum LeftoverError {
    /// The system's error.
    Read(io::Error),
    /// A living process writes there.
    InUse {
        /// Its identifier, as far as the file says.
        process: u32,
    },
    /// Its process was killed before anything was in it.
    NotBegun,
    /// The file is not one of ours, or its header is damaged.
    Header,
    /// It was written by another version of this crate, or on another kind of machine.
    Version {
        /// The version.
        version: u32,
        /// Bytes in a word of the machine.
        word_bytes: u32,
    },
}

impl Leftover {
    /// Opens the file at `path` and locks it.
    ///
    /// # Errors
    /// [`LeftoverError`].
    pub fn open(path: &Path) -> Result<Self, LeftoverError> {
        let file = open_own(path).map_err(LeftoverError::Read)?;
        match file.try_lock() {
            Ok(()) => Self::read(path, file),
            Err(TryLockError::Error(error)) => Err(LeftoverError::Read(error)),
            Err(TryLockError::WouldBlock) => {
                let mut process = [0; 8];
                // A file that is shorter is just being made.
                let _ = file.read_at(&mut process, 8 * header::PROCESS as u64);
                Err(LeftoverError::InUse { process: u64::from_ne_bytes(process) as u32 })
            }
        }
    }

    /// What there is at `path`, and beside it with a number, the oldest first.
    ///
    /// # Errors
    /// The system's, if the folder cannot be read, or there is no such file.
    pub fn find(path: &Path) -> io::Result<Vec<(PathBuf, Result<Self, LeftoverError>)>> {
        let path = std::path::absolute(path)?;
        let names = names(&path)?.into_iter().filter(|name| name.symlink_metadata().is_ok());
        let mut found: Vec<_> = names.map(|name| (name.clone(), Self::open(&name))).collect();
        if found.is_empty() {
            let text = "there is no such file, nor one with a number behind its name";
            return Err(io::Error::new(io::ErrorKind::NotFound, text));
        }
        found.retain(|(_, leftover)| !matches!(leftover, Err(LeftoverError::NotBegun)));
        found.sort_by_key(|(_, leftover)| leftover.as_ref().map_or(0, Self::begun));
        Ok(found)
    }

    /// Reads a file that is locked.
    pub(super) fn read(path: &Path, mut file: File) -> Result<Self, LeftoverError> {
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).map_err(LeftoverError::Read)?;
        let found = Found::new(&bytes, path)?;
        let (records, mut damaged) = found.records();
        let handlers: Vec<_> = (0..layout::HANDLERS).map(|slot| found.handler(slot)).collect();
        let mut lines = Vec::new();
        for (slot, name) in handlers.iter().enumerate() {
            let Some(name) = name else { continue };
            match found.lines(slot) {
                Some((bytes, _)) if bytes.is_empty() => {}
                Some((bytes, place)) => {
                    lines.push(LeftLines { handler: name.clone(), place, bytes });
                }
                None => damaged += 1,
            }
        }
        Ok(Self {
            handlers,
            identity: found.number(header::IDENTITY),
            process: found.process(),
            begun: found.number(header::BEGUN),
            is_taken: found.number(header::TAKEN) != 0,
            lines,
            records,
            damaged,
            progress: found.progress(),
            done: 0,
            path: path.to_owned(),
            file,
        })
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The process that left it.
    #[must_use]
    pub fn process(&self) -> u32 {
        self.process
    }

    /// When that process began it, in nanoseconds since the Unix epoch.
    #[must_use]
    pub fn begun(&self) -> u64 {
        self.begun
    }

    /// Whether there is nothing to write in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.is_taken || (self.lines.is_empty() && self.records.is_empty() && self.damaged == 0)
    }

    /// Whether [`Leftover::consume`] was called for it.
    #[must_use]
    pub fn is_taken(&self) -> bool {
        self.is_taken
    }

    /// Records that no line was made of yet.
    #[must_use]
    pub fn records(&self) -> usize {
        if self.is_taken { 0 } else { self.records.len() }
    }

    /// Things in it that cannot be read.
    #[must_use]
    pub fn damaged(&self) -> usize {
        self.damaged
    }

    /// Gives each handler's name and what of its lines is not in its file.
    pub fn for_each_lines(&self, mut take: impl FnMut(&str, &[u8])) {
        for lines in self.lines.iter().filter(|_| !self.is_taken) {
            let (bytes, arrived) = lines.kept();
            if arrived < bytes.len() {
                take(&lines.handler, &bytes[arrived..]);
            }
        }
    }

    /// Gives the records, in order of time.
    pub fn for_each_record(&self, mut take: impl FnMut(&Record<'_>)) {
        let (mut decoder, conversion) = (Decoder::new(), Conversion::new());
        for record in self.records.iter().filter(|_| !self.is_taken) {
            decoder.load_bytes(&record.frame);
            decoder.read_now_and_then("", None, &conversion, &mut take);
        }
    }

    /// Notes in the file that what is in it was taken: no start will write it.
    ///
    /// # Errors
    /// The system's.
    pub fn consume(&self) -> io::Result<()> {
        self.file.write_all_at(&1_u64.to_ne_bytes(), 8 * header::TAKEN as u64)
    }

    /// Removes the file and what lies beside it.
    pub(crate) fn remove(&self) {
        remove(&self.path);
    }

    pub(crate) fn identity(&self) -> u64 {
        self.identity
    }

    /// Identities of other files, and how much of them is in this one.
    pub(crate) fn progress(&self) -> &[(u64, u64)] {
        &self.progress
    }

    /// How many of the items are lines; they come first.
    pub(crate) fn line_items(&self) -> u64 {
        self.lines.len() as u64
    }

    /// An item by its number, from 0 on. None if they were taken.
    pub(crate) fn item(&self, number: u64) -> Option<Item<'_>> {
        let number = usize::try_from(number).ok().filter(|_| !self.is_taken)?;
        if let Some(lines) = self.lines.get(number) {
            return Some(Item::Lines(lines));
        }
        let record = self.records.get(number - self.lines.len())?;
        let slots = record.slots.iter().flatten();
        let name = |slot: &u8| self.handlers.get(usize::from(*slot))?.as_deref();
        Some(Item::Record { frame: &record.frame, handlers: slots.filter_map(name).collect() })
    }
}

impl LeftLines {
    /// Whether the handler's file ends within a line, which these go on with.
    pub(crate) fn is_continuation(&self) -> bool {
        let last_byte = || {
            let file = File::open(&self.handler).ok()?;
            let metadata = file.metadata().ok().filter(|metadata| metadata.is_file())?;
            let mut last = [0];
            file.read_exact_at(&mut last, metadata.len().checked_sub(1)?).ok()?;
            Some(last[0])
        };
        last_byte().is_some_and(|last| last != b'\n')
    }

    /// All of them, and how many bytes of them are in the handler's file already.
    pub(crate) fn kept(&self) -> (&[u8], usize) {
        let arrived = match &self.place {
            Some(place) => arrived(Path::new(&self.handler), place, &self.bytes),
            // Not a file: what was written when the process was killed is written again.
            None => 0,
        };
        (&self.bytes, arrived)
    }
}

impl fmt::Display for LeftoverError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Read(error) => write!(f, "could not read it: {error}"),
            Self::InUse { process } => write!(f, "it is in use by process {process}"),
            Self::NotBegun => f.write_str("nothing is in it"),
            Self::Header => {
                f.write_str("not a file of records to recover, or its header is damaged")
            }
            Self::Version { version, word_bytes } => write!(
                f,
                "written by version {version} with words of {word_bytes} bytes; known are version {} and words of {}",
                layout::VERSION,
                femto_core::WORD_BYTES,
            ),
        }
    }
}

impl core::error::Error for LeftoverError {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            Self::Read(error) => Some(error),
            _ => None,
        }
    }
}
