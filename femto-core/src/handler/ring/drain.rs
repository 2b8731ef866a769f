//! Takes records out of the ring and writes them, or hands them on. Runs on the *drain*.

use core::convert::Infallible;
use core::sync::atomic::Ordering;

use embedded_io::Write;

#[cfg(feature = "log")]
use super::portable;
use super::{MAX_WORDS, RingHandler};
use crate::call::keep;
use crate::frame::{Header, Kind, MAX_VALUES, local};
use crate::handler::{Handler, with_report};
use crate::reference::{own_text, resolve};
use crate::ring::Scratch;
use crate::{CallSite, Logger, Record, Value, WriteRecord};

/// What one call of [`RingHandler::drain`] or [`RingHandler::forward`] did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Drained {
    /// Records written or handed on.
    pub written: usize,
    /// Frames that could not be read; they count as dropped.
    pub damaged: usize,
}

/// What became of a record that was taken out.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    Written,
    Lost,
    /// Lost, and the next would be too.
    Stuck,
}

/// Takes a frame that only defmt's tools can read.
pub(crate) type Apart<'f> = &'f mut dyn FnMut(Header, &[u8]) -> Outcome;

impl<const WORDS: usize> RingHandler<WORDS> {
    /// Formats and writes the records that are in the ring, oldest first; then, if records were
    /// dropped since the last time, one more that says how many, at
    /// [`Level::WARN`](crate::Level::WARN) and from `femtologging`.
    ///
    /// Records that are made meanwhile (by the sink, by interrupts) wait for the next call. If
    /// another context drains at this moment, nothing happens.
    ///
    /// # Errors
    /// The sink's; the record at hand is lost with it and counted as dropped.
    pub fn drain<F: WriteRecord<W> + ?Sized, W: Write>(
        &self,
        formatter: &F,
        sink: &mut W,
    ) -> Result<Drained, W::Error> {
        let drained = self.drain_apart(formatter, sink, &mut |_, _| self.skip())?;
        let Some(drained) = drained else { return Ok(Drained::default()) };
        self.state().skipped.tell(|record| formatter.write_record(record, sink).map(drop))?;
        Ok(drained)
    }

    /// [`RingHandler::drain`], with defmt's frames given to `apart`; `None` if another drain is at work.
    pub(crate) fn drain_apart<F: WriteRecord<W> + ?Sized, W: Write>(
        &self,
        formatter: &F,
        sink: &mut W,
        apart: Apart<'_>,
    ) -> Result<Option<Drained>, W::Error> {
        let mut result = Ok(());
        let drained = self.take_each(apart, &mut |record| {
            let written = formatter.write_record(record, sink);
            let outcome = match written {
                Ok(true) => Outcome::Written,
                Ok(false) => Outcome::Lost,
                Err(_) => Outcome::Stuck,
            };
            result = written.map(drop);
            outcome
        });
        result?;
        if drained.is_none() {
            return Ok(None);
        }
        let news = self.take_unreported();
        if news > 0 {
            let reported = with_report(news, |report| formatter.write_record(report, sink));
            reported.inspect_err(|_| self.untake_unreported(news))?;
        }
        Ok(drained)
    }

    /// Hands the records that are in the ring to `handlers`, oldest first: to each those that its level
    /// and filters let pass. If records were dropped since the last time, each hears how many, and
    /// says so.
    ///
    /// The rest is as in [`RingHandler::drain`]. What a handler cannot write it counts.
    ///
    /// # Examples
    /// ```
    /// use femto_core::{
    ///     DirectHandler, DirectHandlerBuilder, Level, Logger, RingHandler, TextFormatter, info,
    /// };
    ///
    /// # struct Sink;
    /// # impl embedded_io::ErrorType for Sink { type Error = core::convert::Infallible; }
    /// # impl embedded_io::Write for Sink {
    /// #     fn write(&mut self, bytes: &[u8]) -> Result<usize, Self::Error> { Ok(bytes.len()) }
    /// #     fn flush(&mut self) -> Result<(), Self::Error> { Ok(()) }
    /// # }
    /// static RING: RingHandler<256> = RingHandler::new();
    /// static ROOT: Logger = Logger::root().with_handlers(&[&RING]);
    /// static CONSOLE: DirectHandler<TextFormatter, Sink> = DirectHandler::new(TextFormatter::new(), Sink);
    /// static CARD: DirectHandler<TextFormatter, Sink> =
    ///     DirectHandlerBuilder::new().with_level(Level::ERROR).build_static(TextFormatter::new(), Sink);
    ///
    /// info!(logger: ROOT, "from anywhere");
    /// assert_eq!(RING.forward(&[&CONSOLE, &CARD]).written, 1); // from the main loop
    /// ```
    pub fn forward(&self, handlers: &[&dyn Handler]) -> Drained {
        let mut hand_out = |record: &Record<'_>| {
            for handler in handlers {
                if record.level() >= handler.level() {
                    handler.handle(&record.kept_by(keep));
                }
            }
            Outcome::Written
        };
        let drained = self.take_each(&mut |_, _| self.skip(), &mut hand_out);
        if drained.is_some() {
            let news = self.take_unreported();
            if news > 0 {
                handlers.iter().for_each(|handler| handler.report_dropped(news));
            }
            let Ok(()) = self.state().skipped.tell(|record| {
                hand_out(record);
                Ok::<_, Infallible>(())
            });
        }
        drained.unwrap_or_default()
    }

    /// Gives `take` the records that are in the ring, and `apart` defmt's frames; `None` if another
    /// drain is at work.
    fn take_each(
        &self,
        apart: Apart<'_>,
        take: &mut dyn FnMut(&Record<'_>) -> Outcome,
    ) -> Option<Drained> {
        if !self.begin_drain() {
            return None;
        }
        let _ends_it = Draining(self);
        let mut drained = Drained::default();
        let mut scratch = Scratch::new();
        let mark = self.mark();
        while let Some((header, bytes)) = self.pop(mark, false, &mut scratch) {
            let outcome = match header.kind {
                Kind::Defmt => Some(apart(header, bytes)),
                _ => self.with_record(header, bytes, &mut *take),
            };
            self.count_at_hand(outcome, &mut drained);
            if outcome == Some(Outcome::Stuck) {
                break;
            }
        }
        Some(drained)
    }

    /// Whether this context may drain now; then it calls [`RingHandler::end_drain`].
    pub(in crate::handler) fn begin_drain(&self) -> bool {
        self.ring.begin_drain()
    }

    /// Ends a drain; a record that is still at hand is lost.
    pub(in crate::handler) fn end_drain(&self) {
        self.count_at_hand(Some(Outcome::Lost), &mut Drained::default());
        self.ring.end_drain();
    }

    pub(in crate::handler) fn mark(&self) -> usize {
        self.ring.mark()
    }

    /// Takes a frame, with `is_last` also one behind that of another context; it is *at hand* until
    /// [`RingHandler::count_at_hand`].
    pub(in crate::handler) fn pop<'s>(
        &self,
        mark: usize,
        is_last: bool,
        scratch: &'s mut Scratch<MAX_WORDS>,
    ) -> Option<(Header, &'s [u8])> {
        let frame = self.take_out(mark, is_last, scratch)?;
        self.state().at_hand.store(true, Ordering::Relaxed);
        Some(frame)
    }

    /// Takes a frame, with `is_last` also one behind that of another context.
    pub(super) fn take_out<'s>(
        &self,
        mark: usize,
        is_last: bool,
        scratch: &'s mut Scratch<MAX_WORDS>,
    ) -> Option<(Header, &'s [u8])> {
        let (header, bytes) = self.ring.pop_into(mark, is_last, scratch)?;
        if header.is_cut() {
            self.state().cut.fetch_add(1, Ordering::Relaxed);
        }
        Some((header, bytes))
    }

    /// Counts what became of the frame at hand, unless panic mode did.
    pub(in crate::handler) fn count_at_hand(
        &self,
        outcome: Option<Outcome>,
        drained: &mut Drained,
    ) {
        if self.state().at_hand.swap(false, Ordering::Relaxed) {
            self.count(outcome, drained);
        }
    }

    /// Counts what became of a frame, `None` if it could not be read.
    pub(super) fn count(&self, outcome: Option<Outcome>, drained: &mut Drained) {
        match outcome {
            Some(Outcome::Written) => {
                self.state().written.fetch_add(1, Ordering::Relaxed);
                drained.written += 1;
            }
            Some(Outcome::Lost | Outcome::Stuck) => self.count_dropped(),
            None => {
                self.count_dropped();
                drained.damaged += 1;
            }
        }
    }

    /// Gives `take` the record that a frame holds, with its number; `None` if it cannot be read.
    pub(in crate::handler) fn with_record<R>(
        &self,
        header: Header,
        bytes: &[u8],
        take: impl FnOnce(&Record<'_>) -> R,
    ) -> Option<R> {
        let written = self.state().written.load(Ordering::Relaxed);
        let sequence = written.wrapping_add(self.lost()) as u32;
        let mut values = [Value::None; MAX_VALUES];
        match header.kind {
            Kind::Local | Kind::LocalCut => {
                Some(take(&read_local(header, bytes, sequence, &mut values)?))
            }
            #[cfg(feature = "log")]
            Kind::Portable => {
                portable::read(header, bytes, |record| take(&record.with_sequence(sequence)))
            }
            // In panic mode: drains take these apart.
            Kind::Defmt => {
                self.skip();
                None
            }
            _ => None,
        }
    }

    /// A defmt frame where only text goes.
    pub(super) fn skip(&self) -> Outcome {
        self.state().skipped.count(1);
        Outcome::Lost
    }

    /// Records that came here and were not taken out whole.
    fn lost(&self) -> usize {
        self.dropped().wrapping_add(self.overwritten())
    }

    /// Records to be reported, those included that were lost before they came here.
    pub(super) fn all_lost(&self) -> usize {
        self.lost().wrapping_add(self.state().dropped_before.load(Ordering::Relaxed))
    }

    /// How many were lost since this was asked last.
    pub(in crate::handler) fn take_unreported(&self) -> usize {
        let (lost, order) = (self.all_lost(), Ordering::Relaxed);
        let reported = self.state().reported.load(order);
        let is_mine = self.state().reported.compare_exchange(reported, lost, order, order).is_ok();
        if is_mine { lost.wrapping_sub(reported) } else { 0 }
    }

    /// Gives back what could not be reported.
    pub(in crate::handler) fn untake_unreported(&self, records: usize) {
        self.state().reported.fetch_sub(records, Ordering::Relaxed);
    }
}

/// Ends a drain, also one that a formatter's panic ends.
pub(super) struct Draining<'h, const WORDS: usize>(pub(super) &'h RingHandler<WORDS>);

impl<const WORDS: usize> Drop for Draining<'_, WORDS> {
    fn drop(&mut self) {
        self.0.end_drain();
    }
}

/// The record that a frame of this image holds.
fn read_local<'a>(
    header: Header,
    bytes: &'a [u8],
    sequence: u32,
    values: &'a mut [Value<'a>; MAX_VALUES],
) -> Option<Record<'a>> {
    let event = local::read_by(bytes, values, own_text).ok()?;
    let logger: &'static Logger = resolve(event.route)?;
    let site: &'static CallSite = resolve(event.site)?;
    let is_cut = header.kind == Kind::LocalCut;
    let record = Record::new(logger, site, event.level, event.time, event.values);
    Some(record.numbered(sequence, is_cut))
}
