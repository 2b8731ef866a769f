//! Compression: rotated files are packed on a thread of their own, one at a time.
//!
//! Lines are never in danger. The packed bytes are written to a file beside, `app.log.part`, which is
//! locked: one process packs at a time, and what a process that died left of it is begun anew. Once
//! they are on the disk they take the rotated file's place, and then the name with the ending. Should
//! the process die between these two, the first bytes tell.

#[cfg(test)]
mod tests;

use core::sync::atomic::{AtomicUsize, Ordering};
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{FileExt, MetadataExt, OpenOptionsExt, fchown};
use std::sync::{Arc, Mutex, PoisonError};

use super::Rotation;
use super::names::{self, Backup};
use crate::os;
use crate::sink::file::{LogFile, while_trying};

/// How rotated files are compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Compression {
    /// `app.log.1.gz`; the crate's feature `gzip`.
    Gzip,
    /// `app.log.1.zst`; the crate's feature `zstd`.
    Zstd,
}

impl Compression {
    pub(super) const ALL: [Self; 2] = [Self::Gzip, Self::Zstd];

    /// Whether the crate was built with it.
    #[must_use]
    pub const fn is_available(self) -> bool {
        match self {
            Self::Gzip => cfg!(feature = "gzip"),
            Self::Zstd => cfg!(feature = "zstd"),
        }
    }

    pub(super) const fn extension(self) -> &'static str {
        match self {
            Self::Gzip => "gz",
            Self::Zstd => "zst",
        }
    }

    /// The compression that a file was packed with, by its first bytes; text begins otherwise.
    fn of(file: &File) -> Option<Self> {
        let mut start = [0; 4];
        file.read_exact_at(&mut start, 0).ok()?;
        match start {
            // RFC 1952, RFC 8878.
            [0x1f, 0x8b, 0x08, _] => Some(Self::Gzip),
            [0x28, 0xb5, 0x2f, 0xfd] => Some(Self::Zstd),
            _ => None,
        }
    }

    #[cfg_attr(
        not(any(feature = "gzip", feature = "zstd")),
        expect(unused_variables, reason = "there is none to pack with")
    )]
    fn pack(self, from: &File, to: &File) -> io::Result<()> {
        match self {
            #[cfg(feature = "gzip")]
            Self::Gzip => {
                let mut encoder = flate2::write::GzEncoder::new(to, flate2::Compression::default());
                io::copy(&mut &*from, &mut encoder)?;
                encoder.finish().map(drop)
            }
            #[cfg(feature = "zstd")]
            Self::Zstd => {
                let mut encoder = zstd::Encoder::new(to, 0)?;
                encoder.include_checksum(true)?;
                io::copy(&mut &*from, &mut encoder)?;
                encoder.finish().map(drop)
            }
            #[cfg(not(all(feature = "gzip", feature = "zstd")))]
            _ => Err(ErrorKind::Unsupported.into()),
        }
    }
}

/// Gives what is left of it a name by which it is known: a process died between two renames.
pub(super) fn finish(backups: &[Backup]) -> io::Result<()> {
    for backup in backups.iter().filter(|backup| backup.compression.is_none()) {
        let path = backup.path();
        if let Some(compression) = File::open(&path).ok().as_ref().and_then(Compression::of) {
            names::move_to(&path, &backup.compressed(compression).path())?;
        }
    }
    Ok(())
}

/// Has the rotated files of a log packed.
#[derive(Debug, Default)]
pub(super) struct Compressor {
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    /// How often files were said to wait since the thread was started; 0 if there is none.
    asked: AtomicUsize,
    problem: Mutex<Option<io::Error>>,
}

impl Compressor {
    /// Files wait. The thread ends when there are none any more.
    pub(super) fn wake(&self, rotation: &Rotation, compression: Compression) {
        if self.shared.asked.fetch_add(1, Ordering::AcqRel) > 0 {
            return;
        }
        let (shared, rotation) = (self.shared.clone(), rotation.clone());
        let run = move || shared.run(&rotation, compression);
        if let Err(error) = os::spawn("femto-compressor", run) {
            self.shared.asked.store(0, Ordering::Release);
            self.shared.complain(&error);
        }
    }

    pub(super) fn problem(&self) -> Option<io::Error> {
        self.shared.problem.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl Shared {
    fn run(&self, rotation: &Rotation, compression: Compression) {
        loop {
            let asked = self.asked.load(Ordering::Acquire);
            let packed = loop {
                match pack_one(rotation, compression) {
                    Ok(true) => {}
                    Ok(false) => break Ok(()),
                    Err(error) => break Err(error),
                }
            };
            if let Err(error) = packed {
                // The next rollover tries again.
                self.asked.store(0, Ordering::Release);
                return self.complain(&error);
            }
            let none = self.asked.compare_exchange(asked, 0, Ordering::AcqRel, Ordering::Relaxed);
            if none.is_ok() {
                return;
            }
        }
    }

    fn complain(&self, error: &io::Error) {
        let error = while_trying("compress a rotated file", error);
        *self.problem.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
    }
}

/// Packs the oldest file that waits; false if there is none.
fn pack_one(rotation: &Rotation, compression: Compression) -> io::Result<bool> {
    // Most of the time there is nothing to do, and nothing to lock.
    if next(rotation)?.is_none() {
        return Ok(false);
    }
    let part_path = rotation.part_path();
    let mut options = OpenOptions::new();
    // A link that somebody else put there is not followed.
    options.append(true).create(true).mode(0o600).custom_flags(libc::O_NOFOLLOW);
    let part = loop {
        let part = LogFile::new(options.open(&part_path)?)?;
        part.file.lock()?;
        // Another process may have packed it, and given it another name.
        if fs::metadata(&part_path).is_ok_and(|metadata| part.is(&metadata)) {
            break part;
        }
    };
    let packed = match next(rotation) {
        Ok(Some(backup)) => pack(rotation, compression, &backup, &part).map(|()| true),
        Ok(None) => Ok(false),
        Err(error) => Err(error),
    };
    if fs::metadata(&part_path).is_ok_and(|metadata| part.is(&metadata)) {
        // It was not needed, or packing failed.
        let _ = fs::remove_file(&part_path);
    }
    // Not by closing alone: a forked child may have it open too.
    let _ = part.file.unlock();
    packed
}

/// The oldest file that waits.
fn next(rotation: &Rotation) -> io::Result<Option<Backup>> {
    let backups = rotation.backups()?;
    let waits = |backup: &&Backup| {
        backup.compression.is_none() && !backups.iter().any(|other| other.is_twin_of(backup))
    };
    Ok(backups.iter().rev().find(waits).cloned())
}

fn pack(
    rotation: &Rotation,
    compression: Compression,
    backup: &Backup,
    part: &LogFile,
) -> io::Result<()> {
    let source = match File::open(backup.path()) {
        // It was moved on, or removed.
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        opened => LogFile::new(opened?)?,
    };
    if Compression::of(&source.file).is_some() {
        // Another process packed it, and died before it could give it its name.
        let log = rotation.hold()?;
        let named = finish(&rotation.backups()?);
        let _ = log.file.unlock();
        return named;
    }
    let before = source.file.metadata()?;
    part.file.set_len(0)?;
    compression.pack(&source.file, &part.file)?;
    // Of another user's file it may not be possible.
    let _ = fchown(&part.file, Some(before.uid()), Some(before.gid()));
    part.file.set_permissions(before.permissions())?;
    part.file.set_modified(before.modified()?)?;
    part.file.sync_all()?;

    // Nobody moves rotated files on now.
    let log = rotation.hold()?;
    let placed = place(rotation, compression, &source, &before);
    let _ = log.file.unlock();
    placed
}

/// Puts the packed file in the place of its source, wherever that was moved to.
fn place(
    rotation: &Rotation,
    compression: Compression,
    source: &LogFile,
    before: &fs::Metadata,
) -> io::Result<()> {
    let is_source = |backup: &Backup| {
        fs::symlink_metadata(backup.path()).is_ok_and(|metadata| source.is(&metadata))
    };
    // It may have been removed meanwhile.
    let Some(backup) = rotation.backups()?.into_iter().find(is_source) else { return Ok(()) };
    let after = source.file.metadata()?;
    if after.len() != before.len() || after.modified()? != before.modified()? {
        return Err(io::Error::other("somebody writes to it still"));
    }
    let path = backup.path();
    fs::rename(rotation.part_path(), &path)?;
    names::move_to(&path, &backup.compressed(compression).path())
}
