//! Keeps frames in a static ring until the main loop drains them.

#[cfg(feature = "log")]
mod portable;
mod render;

#[cfg(any(feature = "defmt", feature = "log"))]
pub(crate) use render::Cutting;

use core::fmt;
use core::sync::atomic::{AtomicU8, Ordering};

use embedded_io::Write;
use portable_atomic::AtomicUsize;

use super::{Handler, Statistics};
#[cfg(any(feature = "defmt-global-logger", feature = "log"))]
use crate::atomic::Word;
use crate::atomic::{AtomicWord, WORD_BYTES};
use crate::frame::local::{self, Event, FIXED_WORDS};
use crate::frame::{Header, Kind, MAX_VALUES, Shape};
use crate::reference::{refer, resolve};
use crate::ring::{SharedRing, Storage};
use crate::{CallSite, Details, Level, Logger, Record, Value, WriteRecord, clock};

/// A handler that any context may log to, interrupts included, with a ring of `WORDS` words
/// (32 bits each on a microcontroller) in static memory; a power of two, at least 16.
///
/// The caller encodes; [`RingHandler::drain`], called from the main loop or an idle task, formats
/// and writes. When the ring is full the newest record is dropped, and the drain reports how many.
/// A record takes half the ring at most, and 64 words; texts that do not fit are cut at a character
/// boundary, and the record says so ([`Record::is_cut`]).
///
/// # Examples
/// ```
/// use femto_core::{Logger, RingHandler, TextFormatter, info};
///
/// static RING: RingHandler<256> = RingHandler::new();
/// static ROOT: Logger = Logger::root().with_handlers(&[&RING]);
///
/// info!(logger: ROOT, "booted in {} ms", 12); // from anywhere
///
/// let mut wire = [0; 64];
/// let mut uart = &mut wire[..]; // any embedded_io::Write
/// RING.drain(&TextFormatter::new(), &mut uart).unwrap(); // from the main loop
/// assert!(wire.starts_with(b"INFO  root: booted in 12 ms\n"));
/// ```
pub struct RingHandler<const WORDS: usize> {
    ring: SharedRing<State<WORDS>>,
}

/// What else the handler keeps, before the words: so it is near the address that a caller has.
#[repr(C)]
struct State<const WORDS: usize> {
    level: AtomicU8,
    /// Records dropped for another reason than a full ring: too large, refused by the tables of
    /// references, damaged, or met by a failing sink.
    others_dropped: AtomicUsize,
    /// Records whose text was cut.
    cut: AtomicUsize,
    /// Dropped records that were reported.
    reported: AtomicUsize,
    words: [AtomicWord; WORDS],
}

impl<const WORDS: usize> Storage for State<WORDS> {
    #[inline(always)]
    fn words(&self) -> &[AtomicWord] {
        self.words.words()
    }
}

/// What one call of [`RingHandler::drain`] did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Drained {
    /// Records written.
    pub written: usize,
    /// Frames that could not be read; they count as dropped.
    pub damaged: usize,
}

#[cfg(not(loom))]
impl<const WORDS: usize> RingHandler<WORDS> {
    /// An empty ring, for all levels.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            ring: SharedRing::new(State {
                level: AtomicU8::new(Level::NOTSET.number()),
                others_dropped: AtomicUsize::new(0),
                cut: AtomicUsize::new(0),
                reported: AtomicUsize::new(0),
                words: [const { AtomicWord::new(0) }; WORDS],
            }),
        }
    }
}

impl<const WORDS: usize> RingHandler<WORDS> {
    /// The longest frame, in words.
    const LIMIT: usize = if WORDS / 2 < MAX_WORDS { WORDS / 2 } else { MAX_WORDS };

    /// Changes the level below which records do not come here.
    pub fn set_level(&self, level: Level) {
        self.state().level.store(level.number(), Ordering::Relaxed);
    }

    /// Records dropped since the start, reported or not, modulo the width of a pointer.
    pub fn dropped(&self) -> usize {
        self.ring.refused().wrapping_add(self.state().others_dropped.load(Ordering::Relaxed))
    }

    /// Records whose text was cut at a character boundary to fit.
    pub fn cut(&self) -> usize {
        self.state().cut.load(Ordering::Relaxed)
    }

    /// Formats and writes the records that are in the ring, oldest first; then, if records were
    /// dropped since the last time, one more that says how many, at [`Level::WARN`] and from
    /// `femtologging`.
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
        // A frame that only defmt's tools can read.
        self.drain_apart(formatter, sink, |_, _, _| {
            self.count_dropped();
            true
        })
    }

    /// [`RingHandler::drain`], with defmt's frames given to `frame`, which ends the drain by `false`.
    pub(crate) fn drain_apart<F: WriteRecord<W> + ?Sized, W: Write>(
        &self,
        formatter: &F,
        sink: &mut W,
        mut frame: impl FnMut(Header, &[u8], &mut Drained) -> bool,
    ) -> Result<Drained, W::Error> {
        let mut drained = Drained::default();
        let mut result = Ok(());
        let mut scratch = [0; MAX_WORDS * WORD_BYTES];
        let is_ours = self.ring.drain(&mut scratch, |header, bytes| {
            if header.kind == Kind::Defmt {
                return frame(header, bytes, &mut drained);
            }
            let mut values = [Value::None; MAX_VALUES];
            let write = |record: &Record<'_>| formatter.write_record(record, sink);
            let written = match header.kind {
                #[cfg(feature = "log")]
                Kind::Portable => portable::read(header, bytes, write),
                _ => read(header, bytes, &mut values).as_ref().map(write),
            };
            match written {
                Some(Ok(true)) => drained.written += 1,
                None => {
                    drained.damaged += 1;
                    self.count_dropped();
                }
                Some(_) => self.count_dropped(),
            }
            result = written.unwrap_or(Ok(true)).map(drop);
            result.is_ok()
        });
        result?;
        if is_ours {
            self.report_dropped(formatter, sink)?;
        }
        Ok(drained)
    }

    fn report_dropped<F: WriteRecord<W> + ?Sized, W: Write>(
        &self,
        formatter: &F,
        sink: &mut W,
    ) -> Result<(), W::Error> {
        let (dropped, reported) = (self.dropped(), self.state().reported.load(Ordering::Relaxed));
        let news = dropped.wrapping_sub(reported);
        let is_mine = || {
            let order = Ordering::Relaxed;
            self.state().reported.compare_exchange(reported, dropped, order, order).is_ok()
        };
        if news == 0 || !is_mine() {
            return Ok(());
        }
        let message = format_args!("{news} records dropped");
        let details = Details::default();
        let record = Record::of_the_system(&message, Level::WARN, clock::now(), &details);
        let written = formatter.write_record(&record, sink).map(drop);
        written.inspect_err(|_| _ = self.state().reported.fetch_sub(news, Ordering::Relaxed))
    }

    #[inline(always)]
    fn put(&self, event: &Event<'_>, words: usize, kind: Kind) {
        // A refusal is counted by the ring.
        let _ = self.ring.push(words, event.header(words, kind), *event);
    }

    /// Puts a frame of the given header and words.
    #[cfg(any(feature = "defmt-global-logger", feature = "log"))]
    #[inline(always)]
    pub(crate) fn put_words(&self, header: Header, words: &[[u8; WORD_BYTES]]) {
        if header.words > Self::LIMIT {
            return self.count_dropped();
        }
        let room = self.ring.try_claim(header.words).or_else(|| self.ring.claim(header.words));
        // A refusal was counted by the ring.
        let Some([first, rest @ ..]) = room else { return };
        for (slot, word) in rest.iter().zip(words) {
            slot.store(Word::from_le_bytes(*word), Ordering::Relaxed);
        }
        first.store(header.to_word(), Ordering::Release);
    }

    #[cold]
    fn count_dropped(&self) {
        self.count_dropped_by(1);
    }

    #[cold]
    pub(crate) fn count_dropped_by(&self, records: usize) {
        self.state().others_dropped.fetch_add(records, Ordering::Relaxed);
    }
}

#[cfg(not(loom))]
impl<const WORDS: usize> Default for RingHandler<WORDS> {
    fn default() -> Self {
        Self::new()
    }
}

impl<const WORDS: usize> Handler for RingHandler<WORDS> {
    fn level(&self) -> Level {
        Level::new(self.state().level.load(Ordering::Relaxed))
    }

    fn set_level(&self, level: Level) {
        self.set_level(level);
    }

    fn statistics(&self) -> Statistics {
        let (dropped, cut) = (self.dropped(), self.cut());
        Statistics { dropped, cut, capacity: WORDS * WORD_BYTES, ..Statistics::default() }
    }

    fn handle(&self, record: &Record<'_>) {
        match record.statics() {
            Some((logger, site)) => {
                self.look_and_put(logger, site, record.level(), record.ticks(), record.values());
            }
            #[cfg(feature = "log")]
            None => self.put_portable(record),
            #[cfg(not(feature = "log"))]
            None => self.count_dropped(),
        }
    }

    fn claim(&self, shape: Shape) -> &[AtomicWord] {
        // The record that is made instead does not come here if the level is too low.
        let words = shape.words();
        if shape.level() < self.level() || words < FIXED_WORDS || words > Self::LIMIT {
            return self.no_words();
        }
        let time = clock::now();
        // Nothing has to be kept while the rare case is dealt with.
        match self.ring.try_claim(words) {
            Some(room) => {
                local::write_time(room, time);
                room
            }
            None => self.claim_anew(words, time),
        }
    }
}

impl<const WORDS: usize> RingHandler<WORDS> {
    #[inline(always)]
    const fn state(&self) -> &State<WORDS> {
        self.ring.storage()
    }

    /// No words. Apart, so that they are not at hand where they are not wanted.
    #[cold]
    #[inline(never)]
    fn no_words(&self) -> &[AtomicWord] {
        &self.state().words[..0]
    }

    /// Claims where the quick try did not succeed.
    #[cold]
    #[inline(never)]
    fn claim_anew(&self, words: usize, time: u64) -> &[AtomicWord] {
        let Some(room) = self.ring.claim(words) else { return &self.state().words[..1] };
        local::write_time(room, time);
        room
    }

    /// Puts a record of which nothing is known yet.
    #[inline(never)]
    fn look_and_put(
        &self,
        logger: &'static Logger,
        site: &'static CallSite,
        level: Level,
        time: u64,
        values: &[Value<'_>],
    ) {
        let (Some(site), Some(route)) = (refer(site), refer(logger)) else {
            return self.count_dropped();
        };
        let event = Event { level, site, route, time, values };
        if values.len() > MAX_VALUES || values.iter().any(is_unrendered) {
            return self.put_rendered(event);
        }
        match event.words() {
            words if words <= Self::LIMIT => self.put(&event, words, Kind::Local),
            _ => self.put_rendered(event),
        }
    }
}

impl<const WORDS: usize> fmt::Debug for RingHandler<WORDS> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RingHandler").field("ring", &self.ring).finish_non_exhaustive()
    }
}

fn is_unrendered(value: &Value<'_>) -> bool {
    matches!(value, Value::Arguments(_))
}

/// The record that a frame of this image holds.
fn read<'a>(
    header: Header,
    bytes: &'a [u8],
    values: &'a mut [Value<'a>; MAX_VALUES],
) -> Option<Record<'a>> {
    let event = local::read(bytes, values).ok()?;
    let logger: &'static Logger = resolve(event.route)?;
    let site: &'static CallSite = resolve(event.site)?;
    let record = Record::new(logger, site, event.level, event.time, event.values);
    Some(if header.kind == Kind::LocalCut { record.cut() } else { record })
}

/// The longest frame, in words: what the drain copies to its stack.
pub(crate) const MAX_WORDS: usize = 64;
