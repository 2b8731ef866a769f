//! Keeps the newest records in RAM that outlives a reset, for the next boot to show.

mod builder;
mod ram;
mod recover;

pub use builder::RetainedHandlerBuilder;
pub use ram::RetainedRam;

use core::fmt;
use core::sync::atomic::Ordering;

use embedded_io::Write;
use portable_atomic::AtomicUsize;
use spin::Once;

use self::ram::Place;
use super::encode::{Encoded, MAX_BYTES, MAX_PAIRS};
use super::gate::Gate;
use super::message::Message;
use super::{Drained, Handler, with_report};
use crate::atomic::WORD_BYTES;
use crate::frame::retained::{Check, FIXED_WORDS, Retained};
use crate::frame::{Header, Kind};
use crate::ring::SharedRing;
use crate::{Details, Level, Record, Statistics, Value, WriteRecord, clock};

/// A crash log: the newest records, in a ring of `WORDS` words that keeps its contents over a reset,
/// whatever caused it. A word has 4 bytes on a microcontroller; their number is a power of two, at least 64
/// ([`words`](crate::words) tells it from bytes). Declared by [`retained!`](crate::retained).
///
/// Any context may log to it. The caller spells the record out (1,000 to 2,000 instructions, and 600 to
/// 900 bytes of stack), so that it needs nothing of the image that wrote it: it reads after a firmware
/// update as well, and a host finds it in a dump of the RAM
/// (`femto decode ram.bin`; [`Dump`](crate::frame::retained::Dump)). When the ring is full the oldest records make room. A record takes half the ring and 256
/// bytes at most; what does not fit is cut off, and the record says so ([`Record::is_cut`]).
///
/// [`RetainedHandler::start`] comes first after a reset: it finds what is intact. Each record has a
/// checksum of its own, so that a reset in the middle of a write costs that record and no other. Until
/// then records are dropped, and counted. [`RetainedHandler::drain`] then writes what was found, oldest
/// first; such records are [recovered](Record::is_recovered).
///
/// On targets without compare-and-swap (Armv6-M, RISC-V without A) an interrupt that critical sections
/// do not mask, an NMI, must not log. A hard fault may.
///
/// # Examples
/// ```
/// use femto_core::{Logger, TextFormatter, error, retained};
///
/// retained! {
///     /// What was logged before the last reset.
///     static CRASH_LOG: RetainedHandler<256>;
/// }
/// static ROOT: Logger = Logger::root().with_handlers(&[&CRASH_LOG]);
///
/// // First thing after boot.
/// let recovery = CRASH_LOG.start(concat!(env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION")));
/// assert_eq!((recovery.resets, recovery.records), (0, 0));
/// let mut uart = Vec::new(); // any embedded_io::Write
/// CRASH_LOG.drain(&TextFormatter::new(), &mut uart).unwrap();
///
/// // From anywhere, and from the panic handler above all.
/// error!(logger: ROOT, "motor stalled at {} rpm", 1200);
/// ```
pub struct RetainedHandler<const WORDS: usize> {
    ring: SharedRing<Place<WORDS>>,
    gate: Gate,
    start: Once<Start>,
    /// Records dropped for another reason than the ring: made before the start, or damaged.
    others_dropped: AtomicUsize,
    /// Records whose text was cut.
    cut: AtomicUsize,
    /// Records drained.
    written: AtomicUsize,
    /// Lost records that were reported, or that need no report.
    reported: AtomicUsize,
}

/// What [`RetainedHandler::start`] found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Recovery {
    /// Starts before this one since the RAM had its power: 0 after power-on. The number of this boot.
    pub resets: u32,
    /// Whether the start before this one was of the same build; `false` after power-on.
    pub is_same_build: bool,
    /// Records found intact.
    pub records: usize,
    /// Places where there was something else: as a rule a record that the reset interrupted. 0 after
    /// power-on.
    pub torn: usize,
}

/// Made by [`RetainedHandler::start`].
struct Start {
    recovery: Recovery,
    /// The position behind the recovered records.
    mark: u32,
}

impl<const WORDS: usize> RetainedHandler<WORDS> {
    /// The longest frame, in words.
    const LIMIT: usize = if WORDS / 2 < MAX_WORDS { WORDS / 2 } else { MAX_WORDS };

    /// Makes the handler ready, and finds the records that survived the last reset. Once, as the first
    /// thing after boot; in thread mode.
    ///
    /// `build` names the build, for [`Recovery::is_same_build`]: name and version of the firmware, or a
    /// hash of its sources. Records are found whatever it is. Takes some ten instructions for each word
    /// of the ring. Called again, it answers the same and does nothing.
    pub fn start(&self, build: &str) -> Recovery {
        self.start.call_once(|| self.recover(build)).recovery
    }

    #[cold]
    fn recover(&self, build: &str) -> Start {
        let (ram, build) = (self.ring.storage().0, hash(build));
        let (started, before) = ram.note_start(build);
        let found = recover::recover(ram.words(), &mut [0; MAX_WORDS * WORD_BYTES]);
        self.ring.restore(found.tail, found.head);
        let was_off = before.is_none() && found.records == 0;
        let recovery = Recovery {
            resets: started.resets,
            is_same_build: before.is_some_and(|before| before.build == build),
            records: found.records,
            torn: if was_off { 0 } else { found.torn },
        };
        Start { recovery, mark: found.head as u32 }
    }

    /// Records dropped since the start: made before it, damaged, or refused because the oldest was being
    /// written or drained at that moment.
    #[must_use]
    pub fn dropped(&self) -> usize {
        self.ring.refused().wrapping_add(self.others_dropped.load(Ordering::Relaxed))
    }

    /// Records that made room for newer ones since the start.
    #[must_use]
    pub fn overwritten(&self) -> usize {
        self.ring.overwritten()
    }

    /// Records whose text was cut off to fit.
    #[must_use]
    pub fn cut(&self) -> usize {
        self.cut.load(Ordering::Relaxed)
    }

    /// Formats and writes the records, oldest first: those that survived a reset, then those of this
    /// boot. A record leaves the RAM once it is written, so that a reset meanwhile shows it twice at
    /// worst. Then, if records of this boot were dropped or overwritten since the last time, one more
    /// that says how many, at [`Level::WARN`] and from `femtologging`. Those lost before a reset are not
    /// counted.
    ///
    /// Records that are made meanwhile wait for the next call. If another context drains at this
    /// moment, or the handler was not [started](Self::start), nothing happens.
    ///
    /// # Errors
    /// The sink's; the record at hand is kept for the next call, and so is a report.
    pub fn drain<F: WriteRecord<W> + ?Sized, W: Write>(
        &self,
        formatter: &F,
        sink: &mut W,
    ) -> Result<Drained, W::Error> {
        let drained = self.take_each(|record| formatter.write_record(record, sink).map(drop))?;
        let Some(drained) = drained else { return Ok(Drained::default()) };
        let news = self.take_unreported();
        if news > 0 {
            let reported = with_report(news, |report| formatter.write_record(report, sink));
            reported.inspect_err(|_| self.count_reported(news.wrapping_neg()))?;
        }
        Ok(drained)
    }

    /// Hands the records to `handlers`, as [`RetainedHandler::drain`] writes them, each record to those
    /// whose level it reaches. If records were lost, each hears how many, and says so.
    pub fn forward(&self, handlers: &[&dyn Handler]) -> Drained {
        let drained = self.take_each(|record| {
            for handler in handlers {
                if record.level() >= handler.level() {
                    handler.handle(record);
                }
            }
            Ok::<_, core::convert::Infallible>(())
        });
        let Ok(Some(drained)) = drained else { return Drained::default() };
        let news = self.take_unreported();
        if news > 0 {
            handlers.iter().for_each(|handler| handler.report_dropped(news));
        }
        drained
    }

    /// Gives the records; `None` before the start, or if another drain is at work.
    fn take_each<E>(
        &self,
        mut give: impl FnMut(&Record<'_>) -> Result<(), E>,
    ) -> Result<Option<Drained>, E> {
        let mut drained = Drained::default();
        let Some(start) = self.start.get().filter(|_| self.ring.begin_drain()) else {
            return Ok(None);
        };
        let mark = self.ring.mark();
        let mut scratch = [0; MAX_WORDS * WORD_BYTES];
        let mut result = Ok(());
        while let Some((oldest, bytes)) = self.ring.peek(mark, &mut scratch) {
            let given = read(bytes, start.mark, |record| give(record));
            match given {
                Some(Ok(())) if self.ring.take(&oldest) => drained.written += 1,
                None if self.ring.take(&oldest) => drained.damaged += 1,
                Some(Err(error)) => {
                    result = Err(error);
                    break;
                }
                // Overwritten meanwhile, and counted so, but not lost.
                Some(Ok(())) => self.count_reported(1),
                None => {}
            }
        }
        self.ring.end_drain();
        self.written.fetch_add(drained.written, Ordering::Relaxed);
        self.others_dropped.fetch_add(drained.damaged, Ordering::Relaxed);
        result.map(|()| Some(drained))
    }

    /// How many were lost since this was asked last.
    fn take_unreported(&self) -> usize {
        let (lost, order) = (self.dropped().wrapping_add(self.overwritten()), Ordering::Relaxed);
        let reported = self.reported.load(order);
        let news = lost.wrapping_sub(reported);
        // What was shown may not be counted as overwritten yet.
        let is_news = (news as isize) > 0;
        let is_mine = || self.reported.compare_exchange(reported, lost, order, order).is_ok();
        if is_news && is_mine() { news } else { 0 }
    }

    fn count_reported(&self, records: usize) {
        self.reported.fetch_add(records, Ordering::Relaxed);
    }

    /// Puts a record that was encoded.
    fn put(&self, record: &Record<'_>, boot: u32, ticks_per_second: u64, encoded: &Encoded) {
        let frame = encoded.words();
        let words = FIXED_WORDS + frame.len();
        let Some(room) = self.ring.claim_over(words) else { return };
        let retained = Retained {
            position: self.ring.position(room) as u32,
            boot: boot as u16,
            is_cut: encoded.is_cut,
            is_since_epoch: record.is_since_epoch(),
            // A faster clock than that is none.
            ticks_per_second: u32::try_from(ticks_per_second).unwrap_or(0),
            frame: frame.as_flattened(),
        };
        let level = record.level();
        let header = Header { words, level, values: 0, kind: Kind::Portable, site: 0 }.to_word();
        retained.write(header, room);
        self.ring.storage().0.push_out(header);
    }
}

impl<const WORDS: usize> Handler for RetainedHandler<WORDS> {
    fn level(&self) -> Level {
        self.gate.level()
    }

    fn set_level(&self, level: Level) {
        self.gate.set_level(level);
    }

    fn statistics(&self) -> Statistics {
        Statistics {
            written: self.written.load(Ordering::Relaxed),
            dropped: self.dropped(),
            overwritten: self.overwritten(),
            cut: self.cut(),
            rejected: self.gate.rejected(),
            capacity: self.ring.capacity() * WORD_BYTES,
            high_water: self.ring.high_water() * WORD_BYTES,
        }
    }

    fn handle(&self, record: &Record<'_>) {
        if !self.gate.admits(record) {
            return;
        }
        let Some(start) = self.start.get() else {
            self.others_dropped.fetch_add(1, Ordering::Relaxed);
            return;
        };
        let mut encoded = Encoded::new((Self::LIMIT - FIXED_WORDS) * WORD_BYTES);
        let (time, ticks_per_second) = record.ticks_and_rate();
        encoded.put(record, time);
        if encoded.is_cut {
            self.cut.fetch_add(1, Ordering::Relaxed);
        }
        self.put(record, start.recovery.resets, ticks_per_second, &encoded);
    }
}

/// Reads a frame and gives the record; `None` if it is damaged.
fn read<R>(bytes: &[u8], mark: u32, give: impl FnOnce(&Record<'_>) -> R) -> Option<R> {
    let retained = Retained::read(bytes, WORD_BYTES)?;
    let frame = retained.portable().ok()?;
    let is_recovered = (retained.position.wrapping_sub(mark) as i32) < 0;
    let mut room = [("boot", Value::U16(retained.boot)); 1 + MAX_PAIRS];
    let mut count = usize::from(is_recovered);
    for pair in frame.key_values.into_iter().flatten() {
        *room.get_mut(count)? = pair;
        count += 1;
    }
    let (key_values, level_name) = (&room[..count], frame.level_name);
    let details = Details { key_values, level_name, ..Details::default() };
    let message = Message::of(&frame);
    let time = clock::duration_at(frame.time, retained.ticks_per_second.into());
    let time = time.map_or(Record::NO_TIME, |time| time.as_nanos() as u64);
    let mut record = Record::from_message(frame.name, &message, frame.level, time, &details);
    if !retained.is_since_epoch {
        record = record.since_boot();
    }
    if retained.is_cut {
        record = record.cut();
    }
    if is_recovered {
        record = record.recovered();
    }
    Some(give(&record))
}

/// Stands for a text.
fn hash(text: &str) -> u32 {
    let mut check = Check::new();
    text.bytes().for_each(|byte| check.unit(byte.into()));
    check.sum()
}

/// The longest frame, in words: what the drain copies to its stack.
const MAX_WORDS: usize = FIXED_WORDS + MAX_BYTES / WORD_BYTES;

impl<const WORDS: usize> fmt::Debug for RetainedHandler<WORDS> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RetainedHandler").field("ring", &self.ring).finish_non_exhaustive()
    }
}

#[cfg(all(test, not(loom)))]
mod tests;
