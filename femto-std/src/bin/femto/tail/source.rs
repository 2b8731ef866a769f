//! A file that is open: what was read of it, and whether it is still what it was.

use core::time::Duration;
use std::fs::{File, Metadata};
use std::io::{self, Read, Seek, SeekFrom};
use std::os::unix::fs::{FileExt, MetadataExt};
use std::time::Instant;

use super::Error;
use super::lines::{self, Lines};
use super::show::{Context, Show};

/// What tells a file from others, while somebody holds it open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Id(u64, u64);

impl Id {
    pub(super) fn of(metadata: &Metadata) -> Self {
        Self(metadata.dev(), metadata.ino())
    }
}

/// A file that is being read.
pub(super) struct Source {
    pub(super) file: File,
    pub(super) id: Id,
    at: u64,
    /// What was read last: it still stands before `at` unless the file was written anew.
    mark: Vec<u8>,
    lines: Lines,
    context: Context,
    /// When something was last read.
    pub(super) read_at: Instant,
}

/// What came of reading on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Progress {
    /// There may be more.
    More,
    AtEnd,
    /// What was read is not in the file any more.
    Truncated,
}

impl Source {
    pub(super) fn new(mut file: File, at: u64, input: usize) -> io::Result<Self> {
        let id = Id::of(&file.metadata()?);
        file.seek(SeekFrom::Start(at))?;
        let length = at.min(MARK);
        let mut mark = vec![0; length as usize];
        file.read_exact_at(&mut mark, at - length)?;
        let (lines, context) = (Lines::new(), Context::new(input));
        Ok(Self { file, id, at, mark, lines, context, read_at: Instant::now() })
    }

    /// Reads a piece, and shows the lines that it makes whole.
    pub(super) fn read(&mut self, show: &mut Show) -> Result<Progress, Error> {
        let read = |error| Error::Read { source: error };
        let room = self.lines.room();
        let size = lines::read(&mut self.file, room).map_err(read)?;
        if size == 0 {
            let length = self.file.metadata().map_err(read)?.len();
            return Ok(if length < self.at { Progress::Truncated } else { Progress::AtEnd });
        }
        // After reading: it may have been truncated, and written, before.
        if !has_mark(&self.file, self.at, &self.mark) {
            return Ok(Progress::Truncated);
        }
        let keep = (MARK as usize).saturating_sub(size);
        self.mark.drain(..self.mark.len().saturating_sub(keep));
        self.mark.extend_from_slice(&room[size.saturating_sub(MARK as usize)..size]);
        self.at += size as u64;
        self.read_at = Instant::now();
        self.add(size, show)?;
        Ok(Progress::More)
    }

    /// Shows the rest: it is not written to any more.
    pub(super) fn read_to_end(&mut self, show: &mut Show) -> Result<(), Error> {
        while self.read(show)? == Progress::More {}
        Ok(())
    }

    /// Shows all that such an input has, from where it stands.
    pub(super) fn read_stream(
        &mut self,
        input: &mut dyn Read,
        show: &mut Show,
    ) -> Result<(), Error> {
        loop {
            let room = self.lines.room();
            match lines::read(input, room).map_err(|source| Error::Read { source })? {
                0 => return Ok(()),
                size => self.add(size, show)?,
            }
        }
    }

    /// Shows a record whose rest was waited for long enough.
    pub(super) fn settle(&mut self, show: &mut Show) -> Result<(), Error> {
        if self.holds() && self.read_at.elapsed() >= SETTLED {
            show.settle(&mut self.context)?;
        }
        Ok(())
    }

    /// Whether a record waits for its rest.
    pub(super) fn holds(&self) -> bool {
        self.context.holds()
    }

    fn add(&mut self, size: usize, show: &mut Show) -> Result<(), Error> {
        let context = &mut self.context;
        self.lines.add(size, &mut |block| show.block(block, context))
    }

    /// Goes on with a file's copy, which may have what was written before it was truncated.
    pub(super) fn go_on_with(&mut self, copy: &File, show: &mut Show) -> Result<(), Error> {
        let mut rest = copy;
        rest.seek(SeekFrom::Start(self.at)).map_err(|source| Error::Read { source })?;
        self.read_stream(&mut rest, show)
    }

    /// Begins anew.
    pub(super) fn rewind(&mut self, show: &mut Show) -> Result<(), Error> {
        self.finish(show)?;
        (self.at, self.lines) = (0, Lines::new());
        self.mark.clear();
        self.file.rewind().map_err(|source| Error::Read { source })
    }

    /// Shows a last line without end.
    pub(super) fn finish(&mut self, show: &mut Show) -> Result<(), Error> {
        let context = &mut self.context;
        self.lines.finish(&mut |block| show.block(block, context))?;
        self.end_record(show)
    }

    /// Shows a record that waits for its rest, as that is in no other file.
    pub(super) fn end_record(&mut self, show: &mut Show) -> Result<(), Error> {
        show.settle(&mut self.context)
    }

    /// Whether the file holds what was read of this one, and perhaps more.
    pub(super) fn is_begun_in(&self, copy: &File) -> bool {
        !self.mark.is_empty() && has_mark(copy, self.at, &self.mark)
    }

    /// Leaves out so many lines.
    pub(super) fn skip_lines(&mut self, count: u64) {
        self.context.skip = count;
    }

    /// Leaves out what is in the file.
    pub(super) fn skip_rest(&mut self) -> io::Result<()> {
        self.at = self.file.seek(SeekFrom::End(0))?;
        self.mark.clear();
        Ok(())
    }

    /// Lines that were cut since it was asked last.
    pub(super) fn take_cut(&mut self) -> u64 {
        core::mem::take(&mut self.lines.cut)
    }
}

fn has_mark(file: &File, at: u64, mark: &[u8]) -> bool {
    let mut there = [0; MARK as usize];
    let there = &mut there[..mark.len()];
    file.read_exact_at(there, at - mark.len() as u64).is_ok() && there == mark
}

/// Bytes that tell whether a file was written anew.
const MARK: u64 = 64;

/// How long after its last line a record is whole, if no other follows.
pub(super) const SETTLED: Duration = Duration::from_millis(100);
