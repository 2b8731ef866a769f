//! A ring whose drain is a future, woken by the records that come.

use core::fmt;
use core::future::poll_fn;
use core::task::Poll;

use atomic_waker::AtomicWaker;
use embedded_io_async::Write;

use super::ring::{Drained, RingHandler, RingHandlerBuilder};
use super::{Handler, with_report};
use crate::handler::ring::Outcome;
use crate::ring::Scratch;
use crate::{Formatter, Level, Record, Statistics};

/// A [`RingHandler`] that a task of an asynchronous executor drains, of `WORDS` words as that one.
///
/// The task sleeps until a record is there. It is woken *after* the record was committed, so an
/// executor that runs in an interrupt above the caller finds it. A call takes longer than one for a
/// [`RingHandler`], as the record has to be made first, and runs the executor's waker.
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
    waker: AtomicWaker,
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
        Self { ring: builder.build_static(), waker: AtomicWaker::new() }
    }
}

impl<const WORDS: usize> AsyncRingHandler<WORDS> {
    /// Waits for a record, then formats and writes those that are in the ring, as
    /// [`RingHandler::drain`] does. Bytes go out 64 at a time, whatever the length of a line; for a
    /// longer one the formatter is asked again for each 64.
    ///
    /// One task at a time: a second one takes the first one's place as the task to be woken. A future
    /// that is dropped in the middle of a line loses that record, and counts it.
    ///
    /// # Errors
    /// The sink's; the record at hand is lost with it and counted as dropped.
    pub async fn drain_async<F: Formatter + ?Sized, W: Write>(
        &self,
        formatter: &F,
        sink: &mut W,
    ) -> Result<Drained, W::Error> {
        let mut drained = Drained::default();
        let drain = self.begin().await;
        let mut scratch = Scratch::new();
        let mark = self.ring.mark();
        while let Some((header, bytes)) = self.ring.pop(mark, &mut scratch) {
            let mut line = Line::new();
            let result = loop {
                let is_read = self.ring.with_record(header, bytes, |record| {
                    line.fill(formatter, record);
                });
                if is_read.is_none() {
                    break Ok(None);
                }
                if let Err(error) = sink.write_all(line.bytes()).await {
                    break Err(error);
                }
                if line.is_over() {
                    break Ok(Some(line.outcome));
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
            let mut line = Line::new();
            while !line.is_over() {
                with_report(news, |report| line.fill(formatter, report));
                let written = sink.write_all(line.bytes()).await;
                written.inspect_err(|_| self.ring.untake_unreported(news))?;
            }
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

/// A line, of which a part at a time is in memory: the record is formatted anew for each.
struct Line {
    part: [u8; 64],
    length: usize,
    /// Bytes of the line before the part.
    before: usize,
    /// Bytes of the line that the formatter has written, in this turn.
    seen: usize,
    outcome: Outcome,
}

impl Line {
    const fn new() -> Self {
        Self { part: [0; 64], length: 0, before: 0, seen: 0, outcome: Outcome::Written }
    }

    /// Fills the next part.
    fn fill<F: Formatter + ?Sized>(&mut self, formatter: &F, record: &Record<'_>) {
        self.before += self.length;
        (self.length, self.seen) = (0, 0);
        let formatted = formatter.format(record, self);
        // A formatter is stopped by an error where the part is full; any other is its own.
        if formatted.is_err() && !self.is_full() {
            self.outcome = Outcome::Lost;
        }
        if !self.is_full() {
            let _ = fmt::Write::write_str(self, "\n");
        }
    }

    fn bytes(&self) -> &[u8] {
        &self.part[..self.length]
    }

    const fn is_full(&self) -> bool {
        self.length == self.part.len()
    }

    /// Whether the part at hand is the last one.
    fn is_over(&self) -> bool {
        self.length > 0 && !self.is_full() || self.length == 0 && self.before > 0
    }
}

impl fmt::Write for Line {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let skipped = text.len().min(self.before.saturating_sub(self.seen));
        self.seen += text.len();
        let bytes = &text.as_bytes()[skipped..];
        let fits = bytes.len().min(self.part.len() - self.length);
        self.part[self.length..self.length + fits].copy_from_slice(&bytes[..fits]);
        self.length += fits;
        if self.is_full() { Err(fmt::Error) } else { Ok(()) }
    }
}
