//! A file that is rolled over: when the next line would make it too large, when a time has come, or
//! both.
//!
//! Several processes may write to one log. Each locks the file (`flock`) for as long as it writes a
//! block or rolls over, and having locked it looks whether the file still has the name; so nobody
//! writes to a file that was rotated, no line is torn by another's, and only one rolls over. A child
//! that was forked opens the file anew, for a lock belongs to who opened it. Where a file system knows
//! no locks, one process is safe.
//!
//! What goes wrong at a rollover is told, and tried again a second later; lines go on into the file
//! that is there.

mod compression;
mod names;
mod retention;
mod schedule;
#[cfg(test)]
mod tests;

pub use compression::Compression;
pub(crate) use retention::Retention;
pub(crate) use schedule::Schedule;
pub use schedule::When;

use core::mem;
use core::time::Duration;
use std::ffi::OsString;
use std::fs::{self, TryLockError};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Instant, SystemTime};

use super::file::{FileOptions, LogFile, while_trying};
use super::{Lines, Open, Place, RETRY, RecordEnd, Sink};
use compression::Compressor;
use names::Backup;

/// Which file is rolled over, when, and what becomes of the old ones.
#[derive(Clone, Debug)]
pub(crate) struct Rotation {
    pub(crate) path: PathBuf,
    pub(crate) file: FileOptions,
    /// The next file begins with the record that would make this one so large; 0 is no limit.
    pub(crate) max_bytes: u64,
    /// When it begins at the latest. Old files are named by it.
    pub(crate) schedule: Option<Schedule>,
    pub(crate) retention: Retention,
    pub(crate) compression: Option<Compression>,
}

impl Rotation {
    /// A file that nothing rolls over yet.
    pub(crate) fn new(path: &Path) -> Self {
        Self {
            path: path.to_owned(),
            file: FileOptions::default(),
            max_bytes: 0,
            schedule: None,
            retention: Retention::default(),
            compression: None,
        }
    }

    /// The rotated files, the youngest first.
    fn backups(&self) -> io::Result<Vec<Backup>> {
        names::list(&self.path, self.schedule.is_some())
    }

    /// Where a rotated file is packed.
    fn part_path(&self) -> PathBuf {
        let mut name = OsString::from(".");
        name.push(self.path.file_name().unwrap_or_default());
        name.push(".femto-part");
        self.path.with_file_name(name)
    }

    /// Waits until nobody writes or rolls over, and keeps it so until the file is unlocked.
    fn hold(&self) -> io::Result<LogFile> {
        loop {
            let log = self.file.open(&self.path)?;
            // Where there are no locks there is one process.
            let _ = log.file.lock();
            if fs::metadata(&self.path).is_ok_and(|metadata| log.is(&metadata)) {
                return Ok(log);
            }
        }
    }
}

impl Open for Rotation {
    fn open(&self, _again: bool) -> io::Result<Box<dyn Sink>> {
        let mut sink = RotatingSink {
            file: self.file.open(&self.path)?,
            rotation: self.clone(),
            due_at: i64::MAX,
            retry_at: None,
            patience: PATIENCE,
            is_new: true,
            must_tidy: true,
            compressor: Compressor::default(),
            problem: None,
        };
        sink.schedule();
        Ok(Box::new(sink))
    }

    fn name(&self) -> String {
        self.path.display().to_string()
    }

    fn may_stall(&self) -> bool {
        self.file.may_stall(&self.path)
    }

    fn file_system(&self) -> Option<u64> {
        super::file::file_system(&self.path)
    }

    fn wants_ends(&self) -> bool {
        true
    }
}

struct RotatingSink {
    rotation: Rotation,
    file: LogFile,
    /// The second from which on records belong into the next file.
    due_at: i64,
    /// When a file that could not be opened anew or rolled over is tried again.
    retry_at: Option<Instant>,
    /// How long the lock is waited for.
    patience: Duration,
    /// Whether it was just opened.
    is_new: bool,
    /// Whether old files are to be looked through.
    must_tidy: bool,
    compressor: Compressor,
    problem: Option<io::Error>,
}

impl RotatingSink {
    /// Finds out when the file ends, by its last line.
    fn schedule(&mut self) {
        let Some(schedule) = &self.rotation.schedule else { return };
        let modified = self.file.file.metadata().and_then(|metadata| metadata.modified());
        let time = modified.unwrap_or_else(|_| SystemTime::now());
        let second = time.duration_since(SystemTime::UNIX_EPOCH).map_or(0, |time| time.as_secs());
        self.due_at = schedule.next(second as i64);
    }

    /// Locks the file that has the name; answers its size. `None` if it is to be written as it is:
    /// it can be locked or opened anew no sooner than later.
    fn enter(&mut self) -> io::Result<Option<u64>> {
        for _ in 0..TURNS {
            if !self.lock() {
                return Ok(None);
            }
            match fs::metadata(&self.rotation.path) {
                Ok(metadata) if self.file.is(&metadata) => {
                    // A device is written to, and that is all.
                    let size = metadata.is_file().then_some(metadata.len());
                    if size.is_none() {
                        self.leave();
                    }
                    return Ok(size);
                }
                Ok(_) => {}
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                Err(_) => break,
            }
            self.leave();
            if self.must_wait() && self.file.has_name() {
                return Ok(None);
            }
            match self.rotation.file.open(&self.rotation.path) {
                Ok(file) => {
                    let moved = mem::replace(&mut self.file, file);
                    self.schedule();
                    self.retry_at = None;
                    if self.rotation.file.sync {
                        moved.file.sync_data()?;
                    }
                }
                // Where it was moved to it is as good as ever.
                Err(error) if self.file.has_name() => {
                    self.put_off("open it anew", &error);
                    return Ok(None);
                }
                Err(error) => return Err(error),
            }
        }
        self.leave();
        Ok(None)
    }

    /// Locks the file; false if somebody does not let go of it.
    fn lock(&mut self) -> bool {
        let mut start = None;
        let mut pause = SHORTEST_PAUSE;
        loop {
            match self.file.file.try_lock() {
                Ok(()) => break,
                Err(TryLockError::WouldBlock) => {}
                Err(TryLockError::Error(error)) if error.kind() == ErrorKind::Interrupted => {}
                // Where there are no locks there is one process.
                Err(TryLockError::Error(_)) => break,
            }
            if start.get_or_insert_with(Instant::now).elapsed() >= self.patience {
                if !self.patience.is_zero() {
                    let error = io::Error::other("another process keeps it locked");
                    self.problem = Some(while_trying("lock it", &error));
                }
                // From now on it is tried once.
                self.patience = Duration::ZERO;
                return false;
            }
            thread::sleep(pause);
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
        self.patience = PATIENCE;
        true
    }

    fn leave(&self) {
        // Not by closing alone: a forked child may have it open too.
        let _ = self.file.file.unlock();
    }

    /// How many bytes go into this file: whole records. 0 if the next file begins here.
    fn fitting(&mut self, lines: Lines<'_>, size: u64) -> usize {
        if self.must_wait() {
            return lines.bytes().len();
        }
        let mut fitting = 0;
        for (end, second) in lines.ends() {
            let is_empty = size == 0 && fitting == 0;
            // What is left of a record goes where its beginning went.
            let may_end = fitting > 0 || lines.starts_record();
            let is_due = i64::try_from(second).is_ok_and(|second| second >= self.due_at);
            if is_due && may_end {
                match &self.rotation.schedule {
                    // An empty file is as good as a new one.
                    Some(schedule) if is_empty => self.due_at = schedule.next(second as i64),
                    _ => break,
                }
            }
            let is_full = size.saturating_add(end as u64) >= self.rotation.max_bytes;
            if is_full && self.rotation.max_bytes > 0 && !is_empty && may_end {
                break;
            }
            fitting = end;
        }
        fitting
    }

    /// Writes the first `count` bytes of `lines`, whole records, to the locked file.
    fn append(&self, lines: Lines<'_>, count: usize, size: u64) -> io::Result<usize> {
        let mut written = 0;
        let error = loop {
            match Write::write(&mut &self.file.file, &lines.bytes()[written..count]) {
                Ok(0) => break ErrorKind::WriteZero.into(),
                Ok(some) => written += some,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => break error,
            }
            if written == count {
                return Ok(written);
            }
        };
        // The disk is full: others shall not go on in the middle of a line.
        let ends = lines.ends().map(|(end, _)| end);
        let whole = ends.take_while(|end| *end <= written).last().unwrap_or(0);
        let is_last = |metadata: fs::Metadata| metadata.len() == size + written as u64;
        if whole < written
            && lines.starts_record()
            && self.file.file.metadata().is_ok_and(is_last)
            && self.file.file.set_len(size + whole as u64).is_ok()
        {
            written = whole;
        }
        if written > 0 { Ok(written) } else { Err(error) }
    }

    /// Gives the locked file its name as an old one, and begins a new one.
    fn begin_new(&mut self) -> io::Result<()> {
        let rotation = &self.rotation;
        if rotation.file.sync {
            self.file.file.sync_data()?;
        }
        let backups = rotation.backups()?;
        let backup = match &rotation.schedule {
            Some(schedule) => names::next_of(&rotation.path, schedule.stamp(self.due_at), &backups),
            None => names::shift(&rotation.path, &backups)?,
        };
        let old_path = backup.path();
        names::move_to(&rotation.path, &old_path)?;
        match rotation.file.open(&rotation.path) {
            Ok(file) => {
                let old = mem::replace(&mut self.file, file);
                let _ = old.file.unlock();
                self.must_tidy = true;
                Ok(())
            }
            Err(error) => {
                // It gets its name back, unless there is a file by now.
                if fs::hard_link(&old_path, &rotation.path).is_ok() {
                    fs::remove_file(&old_path)?;
                }
                Err(error)
            }
        }
    }

    /// Looks through the old files, with the file locked.
    fn tidy(&mut self) -> io::Result<()> {
        self.must_tidy = false;
        if mem::take(&mut self.is_new) {
            compression::finish(&self.rotation.backups()?)?;
        }
        let backups = self.rotation.backups()?;
        for backup in self.rotation.retention.surplus(&backups, SystemTime::now()) {
            match fs::remove_file(backup.path()) {
                Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
        if let Some(compression) = self.rotation.compression {
            self.compressor.wake(&self.rotation, compression);
        }
        Ok(())
    }

    fn must_wait(&self) -> bool {
        self.retry_at.is_some_and(|at| Instant::now() < at)
    }

    fn put_off(&mut self, action: &str, error: &io::Error) {
        self.retry_at = Some(Instant::now() + RETRY);
        self.problem = Some(while_trying(action, error));
    }
}

impl Sink for RotatingSink {
    fn write(&mut self, block: &[u8]) -> io::Result<usize> {
        let end = [RecordEnd { at: block.len(), second: 0 }];
        self.write_lines(Lines::new(block, &end))
    }

    fn write_lines(&mut self, lines: Lines<'_>) -> io::Result<usize> {
        for _ in 0..TURNS {
            let Some(size) = self.enter()? else { break };
            if self.must_tidy
                && let Err(error) = self.tidy()
            {
                self.problem = Some(while_trying("remove old files", &error));
            }
            let count = self.fitting(lines, size);
            if count > 0 {
                let written = self.append(lines, count, size);
                self.leave();
                return written;
            }
            let due_at = self.due_at;
            if let Err(error) = self.begin_new() {
                self.leave();
                self.put_off("roll it over", &error);
                continue;
            }
            let second = lines.ends().next().map_or(0, |(_, second)| second as i64);
            if let Some(schedule) = &self.rotation.schedule
                && second >= due_at
            {
                self.due_at = schedule.next(second);
            }
        }
        // As it is: a line in the wrong file is better than none.
        Write::write(&mut &self.file.file, lines.bytes())
    }

    fn place(&mut self) -> Option<Place> {
        Place::of(&self.file.file)
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.rotation.file.sync { self.file.file.sync_data() } else { Ok(()) }
    }

    fn roll_over(&mut self) -> io::Result<()> {
        let Some(size) = self.enter()? else {
            let problem = self.problem.take();
            return Err(problem.unwrap_or_else(|| io::ErrorKind::ResourceBusy.into()));
        };
        let rolled = if size > 0 { self.begin_new() } else { Ok(()) };
        if rolled.is_ok() {
            self.schedule();
        }
        self.leave();
        rolled
    }

    fn problem(&mut self) -> Option<io::Error> {
        self.problem.take().or_else(|| self.compressor.problem())
    }
}

/// How long the lock is waited for: it is held for a write or a few renames.
const PATIENCE: Duration = Duration::from_secs(1);
const SHORTEST_PAUSE: Duration = Duration::from_micros(20);
const LONGEST_PAUSE: Duration = Duration::from_millis(1);
/// How often a file is looked for that others roll over at the same time.
const TURNS: u32 = 64;
