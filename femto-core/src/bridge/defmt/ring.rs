//! defmt frames in a [`RingHandler`]: put by the *caller*, taken apart from our own records by the
//! *drain*.

use core::error::Error;
use core::fmt;

use embedded_io::Write;

use super::sink::DefmtSink;
use crate::atomic::{WORD_BYTES, Word};
use crate::frame::{Header, Kind, Writer};
use crate::handler::{MAX_WORDS, Outcome};
use crate::{Drained, Handler as _, Level, RingHandler, WriteRecord};

/// Where the global logger puts frames.
pub(super) trait FrameRing: Sync {
    /// Puts a frame, which is in `words` from [`START`] to `end`, or counts it as dropped.
    fn put(&self, words: &[Word], end: usize);

    /// Counts frames as dropped that were not put.
    fn count_refused(&self, frames: usize);
}

impl<const WORDS: usize> FrameRing for RingHandler<WORDS> {
    fn put(&self, words: &[Word], end: usize) {
        let threshold = self.level();
        if threshold > Level::NOTSET && severity::is_below(threshold, words) {
            return;
        }
        let (level, kind) = (Level::NOTSET, Kind::Defmt);
        let values = words.len() * WORD_BYTES - end;
        let header = Header { words: 1 + words.len(), level, values, kind, site: 0 };
        self.put_frame(header, |to: &mut Writer<'_>| to.words(words));
    }

    fn count_refused(&self, frames: usize) {
        self.count_dropped_by(frames);
    }
}

impl<const WORDS: usize> RingHandler<WORDS> {
    /// [`RingHandler::drain`] for a program whose defmt logger is this crate: our records go through
    /// `formatter` to `sink`, defmt's frames to `defmt`.
    ///
    /// A loss is told to both; the numbers are the same, as nobody knows what was lost. Needs
    /// [`init`](crate::bridge::defmt::init) to have been called with this ring, or only `sink` is told.
    ///
    /// # Errors
    /// That of the sink which failed; the record at hand is lost with it and counted as dropped.
    pub fn drain_with_defmt<F, W, D>(
        &self,
        formatter: &F,
        sink: &mut W,
        defmt: &mut DefmtSink<D>,
    ) -> Result<Drained, DrainError<W::Error, D::Error>>
    where
        F: WriteRecord<W> + ?Sized,
        W: Write,
        D: Write,
    {
        let mut drained = self.drain_both(formatter, sink, defmt)?;
        let lost = self.dropped().wrapping_add(self.overwritten());
        let news = lost.wrapping_sub(defmt.reported);
        if news > 0 && self.report(news) {
            // Out of the ring at once, as nobody knows when the next drain is.
            let more = self.drain_both(formatter, sink, defmt)?;
            defmt.reported = lost;
            drained.written += more.written;
            drained.damaged += more.damaged;
        }
        Ok(drained)
    }

    /// Logs a frame that `DEFMT_LOG` does not rule out. Answers whether the ring took it: interrupts
    /// may have filled it again. It is none of the application's, so its own loss does not count.
    fn report(&self, news: usize) -> bool {
        critical_section::with(|_| {
            let dropped = self.dropped();
            ::defmt::println!("femtologging: {=usize} records dropped", news);
            let refused = self.dropped().wrapping_sub(dropped);
            self.count_dropped_by(refused.wrapping_neg());
            refused == 0
        })
    }

    fn drain_both<F, W, D>(
        &self,
        formatter: &F,
        sink: &mut W,
        defmt: &mut DefmtSink<D>,
    ) -> Result<Drained, DrainError<W::Error, D::Error>>
    where
        F: WriteRecord<W> + ?Sized,
        W: Write,
        D: Write,
    {
        let mut result = Ok(());
        let mut write = |header: Header, bytes: &[u8]| {
            result = defmt.write_frame(frame_of(header, bytes));
            if result.is_ok() { Outcome::Written } else { Outcome::Stuck }
        };
        let drained = self.drain_apart(formatter, sink, &mut write).map_err(DrainError::Text)?;
        result.map_err(DrainError::Defmt)?;
        Ok(drained.unwrap_or_default())
    }
}

/// What defmt made, of the words that are in the ring.
fn frame_of(header: Header, words: &[u8]) -> &[u8] {
    let end = words.len().saturating_sub(header.values);
    words.get(WORD_BYTES + START..end).unwrap_or_default()
}

/// Which of two sinks failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DrainError<T, D> {
    /// The sink for text.
    Text(T),
    /// The sink for defmt frames.
    Defmt(D),
}

impl<T: fmt::Display, D: fmt::Display> fmt::Display for DrainError<T, D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(error) => write!(f, "the sink for text failed: {error}"),
            Self::Defmt(error) => write!(f, "the sink for defmt frames failed: {error}"),
        }
    }
}

impl<T: Error + 'static, D: Error + 'static> Error for DrainError<T, D> {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Text(error) => Some(error),
            Self::Defmt(error) => Some(error),
        }
    }
}

/// How severe a frame is, by the tag it begins with.
mod severity {
    use crate::Level;
    use crate::atomic::Word;

    /// Whether the frame's level is below `threshold`. What `defmt::println!` makes has no level.
    ///
    /// `defmt.x`, the linker script, puts the tags of statements in the order of their levels.
    #[cfg(target_os = "none")]
    #[inline(always)]
    pub(super) fn is_below(threshold: Level, frame: &[Word]) -> bool {
        let Some(first) = frame.first() else { return false };
        let [_, _, low, high, ..] = first.to_ne_bytes();
        let tags = ::defmt::IdRanges::get();
        let first = match threshold {
            level if level <= Level::TRACE => return false,
            level if level <= Level::DEBUG => tags.debug.start,
            level if level <= Level::INFO => tags.info.start,
            level if level <= Level::WARN => tags.warn.start,
            level if level <= Level::ERROR => tags.error.start,
            _ => tags.error.end,
        };
        (tags.trace.start..first).contains(&u16::from_le_bytes([low, high]))
    }

    /// Elsewhere there is no such script.
    #[cfg(not(target_os = "none"))]
    pub(super) fn is_below(_: Level, _: &[Word]) -> bool {
        false
    }
}

/// Where frames begin: behind the tag, which has two bytes, numbers of 32 bits are then aligned, time and
/// first values among them.
pub(super) const START: usize = 2;

/// The words of the longest frame that any ring takes.
pub(super) const FRAME_WORDS: usize = MAX_WORDS - 1;

/// Where it ends at the latest.
pub(super) const FRAME_BYTES: usize = FRAME_WORDS * WORD_BYTES;
