//! A ring whose drain is a future, woken by the records that come.

#[cfg(all(test, loom))]
mod tests;
mod waker;

use core::fmt;
use core::future::poll_fn;
use core::task::Poll;

use embedded_io::{ErrorKind, ErrorType};
use embedded_io_async::Write;

use self::waker::WakerPlace;
use super::ring::{Drained, RingHandler, RingHandlerBuilder};
use super::{Handler, with_report};
use crate::frame::wire::{send_about, send_words};
use crate::handler::ring::Outcome;
use crate::ring::Scratch;
use crate::{Level, Record, Statistics, WriteRecord};

/// A [`RingHandler`] that a task of an asynchronous executor drains, of `WORDS` words as that one.
///
/// The task sleeps until a record is there. It is woken *after* the record was committed, so an
/// executor that runs in an interrupt above the caller finds it. A call takes longer than one for a
/// [`RingHandler`], as the record has to be made first, and runs the executor's waker. Where the waker
/// is kept only a critical section guards it: an interrupt that none masks, an NMI, must not log here.
///
/// # Examples
/// ```
/// use femto_core::{AsyncRingHandler, Logger, TextFormatter, info};
///
/// static RING: AsyncRingHandler<256> = AsyncRingHandler::new();
/// static ROOT: Logger = Logger::root().with_handlers(&[&RING]);
///
/// async fn log_task(mut uart: impl embedded_io_async::Write) {
///     loop {
///         // An error of the UART costs one record, which is counted and told when it works again.
///         RING.drain_async(&TextFormatter::new(), &mut uart).await.ok();
///     }
/// }
///
/// info!(logger: ROOT, "booted"); // from anywhere
/// # let mut wire = [0; 64];
/// # let mut uart = &mut wire[..];
/// # futures::executor::block_on(RING.drain_async(&TextFormatter::new(), &mut uart)).unwrap();
/// # assert!(wire.starts_with(b"INFO  root: booted\n"));
/// ```
pub struct AsyncRingHandler<const WORDS: usize> {
    ring: RingHandler<WORDS>,
    waker: WakerPlace,
}

#[cfg(not(loom))]
impl<const WORDS: usize> AsyncRingHandler<WORDS> {
    /// An empty ring, for all levels, with everything else at the defaults of [`RingHandlerBuilder`].
    #[must_use]
    pub const fn new() -> Self {
        Self::with(RingHandlerBuilder::new())
    }

    /// An empty ring as the builder says.
    #[must_use]
    pub const fn with(builder: RingHandlerBuilder<WORDS>) -> Self {
        Self { ring: builder.build_static(), waker: WakerPlace::new() }
    }
}

#[cfg(loom)]
impl<const WORDS: usize> AsyncRingHandler<WORDS> {
    /// An empty ring as the builder says.
    #[must_use]
    pub fn with(builder: RingHandlerBuilder<WORDS>) -> Self {
        Self { ring: builder.build_static(), waker: WakerPlace::new() }
    }
}

impl<const WORDS: usize> AsyncRingHandler<WORDS> {
    /// Waits for a record, then writes those that are in the ring, as [`RingHandler::drain`] does, with any
    /// formatter. Bytes go out 64 at a time, whatever the length of a line or frame; for a longer one the
    /// formatter is asked again for each 64 ([`WriteRecord::write_again`]).
    ///
    /// One task at a time: a second one takes the first one's place as the task to be woken. A future
    /// that is dropped in the middle of a line loses that record, and counts it.
    ///
    /// # Errors
    /// The sink's; the record at hand is lost with it and counted as dropped.
    pub async fn drain_async<F: WriteRecord<RecordPart> + ?Sized, W: Write>(
        &self,
        formatter: &F,
        sink: &mut W,
    ) -> Result<Drained, W::Error> {
        let mut drained = Drained::default();
        let drain = self.begin().await;
        let mut scratch = Scratch::new();
        let mark = self.ring.mark();
        while let Some((header, bytes)) = self.ring.pop(mark, false, &mut scratch) {
            let mut part = RecordPart::new();
            let result = loop {
                let filled =
                    self.ring.with_record(header, bytes, |record| part.fill(formatter, record));
                let Some(outcome) = filled else { break Ok(None) };
                match (sink.write_all(part.bytes()).await, outcome) {
                    (Err(error), _) => break Err(error),
                    (Ok(()), Some(outcome)) => break Ok(Some(outcome)),
                    (Ok(()), None) => {}
                }
            };
            match result {
                Ok(outcome) => self.ring.count_at_hand(outcome, &mut drained),
                Err(error) => {
                    self.ring.count_at_hand(Some(Outcome::Stuck), &mut drained);
                    return Err(error);
                }
            }
        }
        let news = self.ring.take_unreported();
        if news > 0 {
            let mut part = RecordPart::new();
            let mut is_over = false;
            while !is_over {
                is_over = with_report(news, |report| part.fill(formatter, report).is_some());
                let written = sink.write_all(part.bytes()).await;
                written.inspect_err(|_| self.ring.untake_unreported(news))?;
            }
        }
        drop(drain);
        Ok(drained)
    }

    /// Waits for a record, then sends the frames that are in the ring as they lie there, as
    /// [`RingHandler::drain_frames`] does, 64 bytes at a time. The rest is as in
    /// [`AsyncRingHandler::drain_async`].
    ///
    /// # Errors
    /// The sink's; the record at hand is lost with it and counted as dropped.
    pub async fn drain_frames_async<W: Write>(&self, sink: &mut W) -> Result<Drained, W::Error> {
        let mut drained = Drained::default();
        let drain = self.begin().await;
        let mut scratch = Scratch::new();
        let mark = self.ring.mark();
        while let Some((header, words)) = self.ring.pop(mark, false, &mut scratch) {
            if self.ring.skips(header) {
                self.ring.count_at_hand(Some(Outcome::Lost), &mut drained);
                continue;
            }
            let (number, is_about_due) = self.ring.next_number();
            if is_about_due {
                send(sink, |part| send_about(number, part)).await?;
            }
            send(sink, |part| send_words(number, words, part)).await?;
            self.ring.count_at_hand(Some(Outcome::Written), &mut drained);
        }
        if let Some((number, lost)) = self.ring.untold() {
            send(sink, |part| send_about(number, part)).await?;
            self.ring.tell(lost);
        }
        drop(drain);
        Ok(drained)
    }

    /// Waits until there is something to drain and nobody else who does.
    async fn begin(&self) -> Drain<'_, WORDS> {
        poll_fn(|context| {
            // Before the look: who commits after it wakes this waker.
            self.waker.register(context.waker());
            if self.ring.is_ready() && self.ring.begin_drain() {
                Poll::Ready(Drain(self))
            } else {
                Poll::Pending
            }
        })
        .await
    }

    /// Changes the level below which records do not come here.
    pub fn set_level(&self, level: Level) {
        self.ring.set_level(level);
    }

    /// Panic mode, see [`RingHandler::enter_panic_mode`].
    pub fn enter_panic_mode(&self, to: &'static dyn Handler) {
        self.ring.enter_panic_mode(to);
    }
}

#[cfg(not(loom))]
impl<const WORDS: usize> Default for AsyncRingHandler<WORDS> {
    fn default() -> Self {
        Self::new()
    }
}

impl<const WORDS: usize> Handler for AsyncRingHandler<WORDS> {
    fn level(&self) -> Level {
        self.ring.level()
    }

    fn set_level(&self, level: Level) {
        self.ring.set_level(level);
    }

    fn handle(&self, record: &Record<'_>) {
        self.ring.handle(record);
        self.waker.wake();
    }

    fn statistics(&self) -> Statistics {
        self.ring.statistics()
    }
}

impl<const WORDS: usize> fmt::Debug for AsyncRingHandler<WORDS> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AsyncRingHandler").field("ring", &self.ring).finish_non_exhaustive()
    }
}

/// Ends a drain, also one whose future is dropped.
struct Drain<'h, const WORDS: usize>(&'h AsyncRingHandler<WORDS>);

impl<const WORDS: usize> Drop for Drain<'_, WORDS> {
    fn drop(&mut self) {
        self.0.ring.end_drain();
        self.0.waker.wake();
    }
}

/// Sends a frame, of which `write` writes all each time.
async fn send<W: Write>(
    sink: &mut W,
    write: impl Fn(&mut RecordPart) -> Result<(), ErrorKind>,
) -> Result<(), W::Error> {
    let mut part = RecordPart::new();
    loop {
        part.advance();
        // It fails where the part is full, and then there is more.
        let is_over = write(&mut part).is_ok();
        sink.write_all(part.bytes()).await?;
        if is_over {
            return Ok(());
        }
    }
}

/// Up to 64 bytes of what a formatter makes of a record, on their way to an asynchronous sink: what the
/// formatter of [`AsyncRingHandler::drain_async`] writes to. It fails where it is full, and is filled anew with
/// the bytes that come next.
#[derive(Debug)]
pub struct RecordPart {
    bytes: [u8; 64],
    length: usize,
    /// Bytes of the record before these.
    before: usize,
    /// Bytes of the record that the formatter has written, in this turn.
    seen: usize,
}

impl RecordPart {
    const fn new() -> Self {
        Self { bytes: [0; 64], length: 0, before: 0, seen: 0 }
    }

    /// Makes it empty, for the bytes that come next.
    fn advance(&mut self) {
        self.before += self.length;
        (self.length, self.seen) = (0, 0);
    }

    /// Fills it with the next bytes; answers what became of the record if they are the last.
    fn fill<F: WriteRecord<Self> + ?Sized>(
        &mut self,
        formatter: &F,
        record: &Record<'_>,
    ) -> Option<Outcome> {
        self.advance();
        let written = match self.before {
            0 => formatter.write_record(record, self),
            _ => formatter.write_again(record, self),
        };
        match written {
            Ok(true) => Some(Outcome::Written),
            Err(_) if self.length == self.bytes.len() => None,
            // An error of the formatter's own.
            _ => Some(Outcome::Lost),
        }
    }

    fn bytes(&self) -> &[u8] {
        &self.bytes[..self.length]
    }
}

impl ErrorType for RecordPart {
    type Error = ErrorKind;
}

impl embedded_io::Write for RecordPart {
    fn write(&mut self, bytes: &[u8]) -> Result<usize, ErrorKind> {
        let skipped = bytes.len().min(self.before.saturating_sub(self.seen));
        let room = &mut self.bytes[self.length..];
        let fits = (bytes.len() - skipped).min(room.len());
        room[..fits].copy_from_slice(&bytes[skipped..skipped + fits]);
        self.length += fits;
        self.seen += skipped + fits;
        match skipped + fits {
            0 if !bytes.is_empty() => Err(ErrorKind::WriteZero),
            count => Ok(count),
        }
    }

    fn flush(&mut self) -> Result<(), ErrorKind> {
        Ok(())
    }
}
