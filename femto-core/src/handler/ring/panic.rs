//! Panic mode: what waits goes out at once, and what comes later goes the same way.
//!
//! Runs where the panic handler does: perhaps in an interrupt, that met a call or a drain at work.

use core::convert::Infallible;
use core::sync::atomic::Ordering;

use portable_atomic::AtomicBool;
use spin::Once;

use super::drain::{Drained, Outcome};
use super::{MAX_WORDS, RingHandler};
use crate::atomic::WORD_BYTES;
use crate::call::{RECORD_PATH, RecordPath, keep};
use crate::handler::with_message;
use crate::ring::Scratch;
use crate::{Handler, Record};

/// Where records go in panic mode.
pub(super) struct Panic<const WORDS: usize> {
    /// Whether somebody sets the target, or did.
    is_set: AtomicBool,
    target: Once<Target<WORDS>>,
}

/// The handler, and what makes records and hands them on to it: pointers, so that these are linked only
/// where panic mode is asked for.
pub(super) struct Target<const WORDS: usize> {
    pub(super) handler: &'static dyn Handler,
    pub(super) hand_on: fn(&RingHandler<WORDS>, &dyn Handler, &Record<'_>),
    pub(super) path: &'static RecordPath,
}

impl<const WORDS: usize> Panic<WORDS> {
    pub(super) const fn new() -> Self {
        Self { is_set: AtomicBool::new(false), target: Once::new() }
    }

    pub(super) fn is_on(&self) -> bool {
        self.target.is_completed()
    }

    pub(super) fn target(&self) -> Option<&Target<WORDS>> {
        self.target.get()
    }

    /// Sets the target, unless there is one.
    fn set(&self, target: Target<WORDS>) {
        // Nobody may wait here, an interrupt of an interrupt.
        if !self.is_set.swap(true, Ordering::Relaxed) {
            self.target.call_once(|| target);
        }
    }
}

impl<const WORDS: usize> RingHandler<WORDS> {
    /// Panic mode: hands all that waits to `to`, at once, and from then on every record as it is made.
    /// There is no way back, and no other `to` later. Call it first thing in the panic handler; logging works as before.
    ///
    /// It does not matter what the panic interrupted. A drain's record at hand is lost with its line,
    /// and counted as dropped. Records behind one that was still being written cannot be reached; `to`
    /// hears how many bytes, and gets them before the next record if that one is finished after all.
    ///
    /// `to` must have a sink and a formatter of its own, not those of a drain that may have been
    /// interrupted: a second instance of the UART's driver, which waits for the hardware and for nothing
    /// else.
    ///
    /// # Examples
    /// ```
    /// use femto_core::{DirectHandler, Logger, RingHandler, TextFormatter, error, info};
    ///
    /// # struct Uart;
    /// # impl embedded_io::ErrorType for Uart { type Error = core::convert::Infallible; }
    /// # impl embedded_io::Write for Uart {
    /// #     fn write(&mut self, bytes: &[u8]) -> Result<usize, Self::Error> { Ok(bytes.len()) }
    /// #     fn flush(&mut self) -> Result<(), Self::Error> { Ok(()) }
    /// # }
    /// static RING: RingHandler<256> = RingHandler::new();
    /// static ROOT: Logger = Logger::root().with_handlers(&[&RING]);
    /// static LAST: DirectHandler<TextFormatter, Uart> = DirectHandler::new(TextFormatter::new(), Uart);
    ///
    /// info!(logger: ROOT, "waits");
    /// // In the panic handler:
    /// RING.enter_panic_mode(&LAST);
    /// error!(logger: ROOT, "the motor does not stop"); // written when this returns
    /// ```
    pub fn enter_panic_mode(&self, to: &'static dyn Handler) {
        let hand_on = Self::hand_on;
        self.state().panic.set(Target { handler: to, hand_on, path: &RECORD_PATH });
        self.claim_nothing();
        self.count_at_hand(Some(Outcome::Lost), &mut Drained::default());
        self.empty_into(to);
        let unreached = self.ring.unreached() * WORD_BYTES;
        if unreached > 0 {
            let message = format_args!("{unreached} bytes of records not reached");
            with_message(message, |record| to.handle(record));
        }
    }

    /// Hands a record on in panic mode, after those that can be reached by now.
    #[cold]
    fn hand_on(&self, to: &dyn Handler, record: &Record<'_>) {
        self.empty_into(to);
        self.count(Some(hand_to(to, record)), &mut Drained::default());
    }

    fn empty_into(&self, to: &dyn Handler) {
        let mut scratch = Scratch::<MAX_WORDS>::new();
        let mark = self.ring.mark();
        while let Some((header, bytes)) = self.take_out(mark, true, &mut scratch) {
            let outcome = self.with_record(header, bytes, |record| hand_to(to, record));
            self.count(outcome, &mut Drained::default());
        }
        let news = self.take_unreported();
        if news > 0 {
            to.report_dropped(news);
        }
        let Ok(()) = self.state().skipped.tell(|record| {
            hand_to(to, record);
            Ok::<_, Infallible>(())
        });
    }
}

fn hand_to(to: &dyn Handler, record: &Record<'_>) -> Outcome {
    if record.level() >= to.level() {
        to.handle(&record.kept_by(keep));
    }
    Outcome::Written
}

#[cfg(all(test, feature = "log", not(loom)))]
mod tests {
    use std::string::String;
    use std::vec::Vec;

    use super::*;
    use crate::frame::{Header, Kind};
    use crate::{Details, Level, RingHandler, TextFormatter};

    #[test]
    fn what_is_behind_a_half_written_record_is_told_and_comes_when_that_is_finished() {
        static RING: RingHandler<256> = RingHandler::new();
        static LAST: RingHandler<256> = RingHandler::new();
        let log = |message: &str| {
            let details = Details::default();
            let record = Record::of_the_system(&message, Level::INFO, 0, &details);
            RING.handle(&record);
        };
        let text = || {
            let mut text = Vec::new();
            LAST.drain(&TextFormatter::new(), &mut text).unwrap();
            String::from_utf8(text).unwrap().replace(" femtologging", "")
        };
        log("before");
        let used = RING.ring.used();
        let room = RING.ring.claim(used).unwrap();
        log("behind");
        RING.enter_panic_mode(&LAST);
        let unreached = 2 * used * WORD_BYTES;
        let told = format!("INFO : before\nWARN : {unreached} bytes of records not reached\n");
        assert_eq!(text(), told);
        log("later");
        assert_eq!(text(), "INFO : later\n");
        // Finished, as padding, which is no record.
        let (level, kind) = (Level::NOTSET, Kind::Padding);
        let padding = Header { words: used, level, values: 0, kind, site: 0 };
        room[0].store(padding.to_word(), Ordering::Release);
        log("last");
        assert_eq!(text(), "INFO : behind\nINFO : last\n");
        assert_eq!((RING.statistics().written, RING.dropped()), (4, 0));
    }
}
