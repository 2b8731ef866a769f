//! A file that is followed by its name, through rotation and truncation.

use core::time::Duration;
use std::collections::VecDeque;
use std::fs::{self, File};
use std::io::{self, ErrorKind};
use std::path::PathBuf;
use std::time::Instant;

use super::chain::{self, Chain, Next};
use super::lines::start_of_last;
use super::show::Show;
use super::source::{Id, Progress, Source};
use super::unpack::Packing;
use super::{Count, Error, tell};

/// A file, and those that had its name before and may still be written to.
pub(super) struct Follower {
    path: PathBuf,
    input: usize,
    current: Option<Source>,
    late: VecDeque<Source>,
    missing: Option<Missing>,
}

/// Since when there is no file of the name, and whether that was told.
struct Missing(Instant, bool);

impl Follower {
    /// Begins at the last lines of the file, which may not be there yet.
    pub(super) fn new(path: PathBuf, input: usize, count: Count) -> Result<Self, Error> {
        let mut follower =
            Self { path, input, current: None, late: VecDeque::new(), missing: None };
        match File::open(&follower.path) {
            Ok(file) => follower.current = Some(begin(file, input, count).map_err(Error::read)?),
            Err(error) if error.kind() == ErrorKind::NotFound => {
                follower.tell("is not there yet: waiting for it");
                follower.missing = Some(Missing(Instant::now(), true));
            }
            Err(source) => return Err(Error::Open { source }),
        }
        Ok(follower)
    }

    fn tell(&self, what: &str) {
        tell(&self.path, what);
    }

    /// Shows what was written since, and looks whether the file was rotated. Answers whether there was
    /// anything.
    pub(super) fn step(&mut self, show: &mut Show) -> Result<bool, Error> {
        let mut is_busy = self.read_late(show)?;
        let Some(current) = &mut self.current else {
            return Ok(self.look_again(show)? || is_busy);
        };
        for _ in 0..AT_ONCE {
            let progress = current.read(show)?;
            tell_cut(current, &self.path);
            match progress {
                Progress::More => is_busy = true,
                Progress::Truncated => {
                    self.begin_anew(show)?;
                    return Ok(true);
                }
                Progress::AtEnd => {
                    current.settle(show)?;
                    return match fs::metadata(&self.path) {
                        Ok(metadata) if self.is_current(Id::of(&metadata)) => {
                            self.missing = None;
                            Ok(is_busy)
                        }
                        Ok(_) => {
                            self.move_on(show)?;
                            Ok(true)
                        }
                        Err(error) if error.kind() == ErrorKind::NotFound => {
                            self.note_missing();
                            Ok(is_busy)
                        }
                        Err(source) => Err(Error::Open { source }),
                    };
                }
            }
        }
        Ok(true)
    }

    /// What was not told at the end of a file, when following ends.
    pub(super) fn finish(&mut self, show: &mut Show) -> Result<(), Error> {
        self.late.iter_mut().chain(&mut self.current).try_for_each(|source| source.finish(show))
    }

    /// Whether a record waits for its rest.
    pub(super) fn holds(&self) -> bool {
        self.late.iter().chain(&self.current).any(Source::holds)
    }

    fn is_current(&self, id: Id) -> bool {
        self.current.as_ref().is_some_and(|current| current.id == id)
    }

    fn note_missing(&mut self) {
        let Missing(since, is_told) = self.missing.get_or_insert(Missing(Instant::now(), false));
        // Between two renames there is none, for a moment.
        if !*is_told && since.elapsed() > MOMENT {
            *is_told = true;
            self.tell("is gone: waiting for it to come back");
        }
    }

    /// There was no file at first.
    fn look_again(&mut self, show: &mut Show) -> Result<bool, Error> {
        match File::open(&self.path) {
            Ok(file) => {
                self.missing = None;
                self.current = Some(Source::new(file, 0, self.input).map_err(Error::read)?);
                self.step(show)
            }
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
            Err(source) => Err(Error::Open { source }),
        }
    }

    /// What is still written to a file after it was renamed.
    fn read_late(&mut self, show: &mut Show) -> Result<bool, Error> {
        let mut is_busy = false;
        for source in &mut self.late {
            // One that was truncated has nothing more to tell.
            is_busy |= source.read(show)? == Progress::More;
            source.read_to_end(show)?;
            source.settle(show)?;
            tell_cut(source, &self.path);
        }
        while let Some(source) = self.late.front_mut()
            && (source.read_at.elapsed() > LATE)
        {
            source.finish(show)?;
            self.late.pop_front();
        }
        Ok(is_busy)
    }

    /// The file has another name now: the rest of it, then those that were rotated since, then the one
    /// that has the name.
    fn move_on(&mut self, show: &mut Show) -> Result<(), Error> {
        let Some(current) = &mut self.current else { return Ok(()) };
        // What was written until it was renamed, and not read yet.
        current.read_to_end(show)?;
        let read: Vec<Id> = self.late.iter().map(|source| source.id).collect();
        let chain = Chain::after(current, &read, &self.path).map_err(Error::read)?;
        if chain.has_gap {
            self.tell("was rotated and removed between two looks: lines may be missing");
        }
        for next in chain.files {
            self.take(next, show)?;
        }
        self.missing = None;
        Ok(())
    }

    fn take(&mut self, next: Next, show: &mut Show) -> Result<(), Error> {
        if let Some(current) = &mut self.current {
            current.end_record(show)?;
        }
        let packing = Packing::of(&next.file).map_err(Error::read)?;
        let mut source = match Source::new(next.file, 0, self.input) {
            Ok(source) => source,
            Err(error) => return Err(Error::read(error)),
        };
        match packing {
            Some(packing) => {
                let file = source.file.try_clone().map_err(Error::read)?;
                match packing.unpack(file) {
                    Ok(mut unpacked) => source.read_stream(&mut *unpacked, show)?,
                    Err(error) => tell(&next.path, &format!("was not read: {error}")),
                }
                source.finish(show)?;
                source.skip_rest().map_err(Error::read)?;
            }
            None => source.read_to_end(show)?,
        }
        if let Some(before) = self.current.replace(source) {
            self.late.push_back(before);
        }
        if self.late.len() > MOST_LATE
            && let Some(mut oldest) = self.late.pop_front()
        {
            oldest.read_to_end(show)?;
            oldest.finish(show)?;
        }
        Ok(())
    }

    /// The file was truncated, as `logrotate` does that copies it before: what was written last may be in
    /// the copy.
    fn begin_anew(&mut self, show: &mut Show) -> Result<(), Error> {
        let Some(current) = &mut self.current else { return Ok(()) };
        if let Some(copy) = chain::copy_of(current, &self.path).map_err(Error::read)? {
            current.go_on_with(&copy, show)?;
        }
        current.rewind(show)?;
        self.tell("was truncated: reading it from its beginning");
        Ok(())
    }
}

fn begin(file: File, input: usize, count: Count) -> io::Result<Source> {
    let at = match count {
        Count::Last(count) => start_of_last(&file, count)?,
        Count::From(_) => 0,
    };
    let mut source = Source::new(file, at, input)?;
    if let Count::From(line) = count {
        source.skip_lines(line.saturating_sub(1));
    }
    Ok(source)
}

fn tell_cut(source: &mut Source, path: &std::path::Path) {
    if source.take_cut() > 0 {
        tell(path, super::CUT);
    }
}

/// Pieces of a file that are read before others have their turn.
const AT_ONCE: usize = 64;

/// How long a file may have no name without that being told.
const MOMENT: Duration = Duration::from_secs(1);

/// How long after the last line a file is looked at that was renamed.
const LATE: Duration = Duration::from_secs(60);

/// How many such files.
const MOST_LATE: usize = 16;
