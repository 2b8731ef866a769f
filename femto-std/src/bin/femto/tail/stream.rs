//! What can only be read from its beginning to its end: pipes, standard input, packed files.

use std::fs::File;
use std::io::Read;
use std::os::fd::{AsFd, BorrowedFd};
use std::path::{Path, PathBuf};
use std::time::Instant;

use super::lines::{self, LastLines, Lines};
use super::show::{Context, Show};
use super::source::SETTLED;
use super::{CUT, Count, Error, tell};

/// An input, and what was read of it and not shown yet.
pub(super) struct Stream<R = File> {
    input: R,
    path: PathBuf,
    lines: Lines,
    context: Context,
    /// The last lines, shown at the end, if they are wanted and no others.
    last: Option<LastLines>,
    read_at: Instant,
}

impl<R: Read> Stream<R> {
    pub(super) fn new(input: R, path: &Path, number: usize, count: Count) -> Self {
        let mut context = Context::new(number);
        let last = match count {
            Count::Last(count) => Some(LastLines::new(count)),
            Count::From(first) => {
                context.skip = first.saturating_sub(1);
                None
            }
        };
        let (path, lines) = (path.to_owned(), Lines::new());
        Self { input, path, lines, context, last, read_at: Instant::now() }
    }

    /// Shows what is read next, if there is something (`is_ready`). Answers whether there was; `None` at the
    /// end.
    pub(super) fn step(&mut self, is_ready: bool, show: &mut Show) -> Result<Option<bool>, Error> {
        if is_ready {
            return Ok(self.read(show)?.then_some(true));
        }
        if self.holds() && self.read_at.elapsed() >= SETTLED {
            show.settle(&mut self.context)?;
        }
        Ok(Some(false))
    }

    pub(super) fn read_to_end(&mut self, show: &mut Show) -> Result<(), Error> {
        let read = loop {
            match self.read(show) {
                Ok(true) => {}
                Ok(false) => break Ok(()),
                Err(error) => break Err(error),
            }
        };
        if matches!(read, Err(Error::Write(_))) {
            return read;
        }
        // What was read before a failure is shown.
        self.finish(show).and(read)
    }

    /// Waits for something, and shows it; `false` at the end.
    fn read(&mut self, show: &mut Show) -> Result<bool, Error> {
        let size = lines::read(&mut self.input, self.lines.room()).map_err(Error::read)?;
        if size > 0 {
            self.read_at = Instant::now();
            self.give(show, |lines, give| lines.add(size, give))?;
        }
        Ok(size > 0)
    }

    /// Shows the rest.
    pub(super) fn finish(&mut self, show: &mut Show) -> Result<(), Error> {
        self.give(show, |lines, give| lines.finish(give))?;
        if let Some(last) = self.last.take() {
            show.block(&last.into_bytes(), &mut self.context)?;
        }
        show.settle(&mut self.context)
    }

    fn give(
        &mut self,
        show: &mut Show,
        of: impl FnOnce(&mut Lines, &mut Give<'_>) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let (last, context) = (&mut self.last, &mut self.context);
        let given = of(&mut self.lines, &mut |block| match last {
            Some(last) => {
                last.add(block);
                Ok(())
            }
            None => show.block(block, context),
        });
        if core::mem::take(&mut self.lines.cut) > 0 {
            tell(&self.path, CUT);
        }
        given
    }

    /// Whether a record waits for its rest.
    pub(super) fn holds(&self) -> bool {
        self.context.holds()
    }
}

impl AsFd for Stream {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.input.as_fd()
    }
}

type Give<'g> = dyn FnMut(&[u8]) -> Result<(), Error> + 'g;
