//! Keeps frames in a static ring until the main loop drains them.

#[cfg_attr(loom, allow(unused_imports, dead_code, reason = "no static can hold loom's atomics"))]
mod builder;
mod drain;
mod frames;
#[cfg_attr(loom, allow(dead_code, reason = "no static can hold loom's atomics"))]
mod panic;
#[cfg(feature = "log")]
mod portable;
mod put;
mod skipped;

pub use builder::RingHandlerBuilder;
pub use drain::Drained;
#[cfg(any(feature = "async", feature = "defmt-global-logger"))]
pub(crate) use drain::Outcome;

use core::fmt;
use core::sync::atomic::{AtomicU8, Ordering};
use core::time::Duration;

use portable_atomic::{AtomicBool, AtomicUsize};

use self::panic::Panic;
use self::skipped::Skipped;
use super::gate::Gate;
use super::{Handler, Room};
use crate::atomic::{AtomicWord, WORD_BYTES};
use crate::call::{RECORD_PATH, REFUSED, RecordPath, TOO_LONG};
use crate::frame::local::{self, FIXED_WORDS};
use crate::frame::{ASKING, LOST, Shape};
use crate::reference::MAY_BE_SHORT;
use crate::ring::{SharedRing, Storage};
use crate::{Level, Record, Statistics, clock};

/// A handler that any context may log to, interrupts included, with a ring of `WORDS` words in static
/// memory: 4 bytes each on a microcontroller, a power of two, at least 32 ([`words`](crate::words) tells it
/// from bytes).
///
/// The caller encodes; [`RingHandler::drain`], called from the main loop or an idle task, formats
/// and writes. [`RingHandler::forward`] does for several sinks, each with its level, filters and
/// formatter; [`RingHandler::drain_frames`] leaves formatting to a host. When the ring is full the newest record is dropped, unless [`RingHandlerBuilder`] said
/// otherwise, and the drain reports how many.
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
    /// Records below it are not claimed room for: those that do not come here, or all where each has
    /// to be seen as a record.
    claim_level: AtomicU8,
    /// Whether a drain has a record at hand.
    at_hand: AtomicBool,
    /// `None`: the newest is dropped. What a handler has by default is zero, so that its words need no
    /// copy in flash.
    claim_anew: Option<ClaimAnew<WORDS>>,
    /// How long a caller waits, and what it asks meanwhile.
    limit: Duration,
    relax: Option<fn() -> bool>,
    gate: Gate,
    panic: Panic<WORDS>,
    /// Records written or handed on.
    written: AtomicUsize,
    /// Records dropped for another reason than a full ring: too large, refused by the tables of
    /// references, damaged, or met by a failing sink.
    others_dropped: AtomicUsize,
    /// Records dropped before they came here.
    dropped_before: AtomicUsize,
    /// Of the others, defmt frames.
    skipped: Skipped,
    /// Records taken out whose text was cut.
    cut: AtomicUsize,
    /// Dropped records that were reported, of all kinds.
    reported: AtomicUsize,
    words: [AtomicWord; WORDS],
}

/// Claims room where there was none at the first look. A pointer, so that only the policies that a
/// program names are linked.
type ClaimAnew<const WORDS: usize> = fn(&RingHandler<WORDS>, usize) -> Option<&[AtomicWord]>;

impl<const WORDS: usize> Storage for State<WORDS> {
    #[inline(always)]
    fn words(&self) -> &[AtomicWord] {
        self.words.words()
    }
}

#[cfg(not(loom))]
impl<const WORDS: usize> RingHandler<WORDS> {
    /// An empty ring, for all levels, with everything else at the defaults of [`RingHandlerBuilder`].
    #[must_use]
    pub const fn new() -> Self {
        RingHandlerBuilder::new().build_static()
    }
}

impl<const WORDS: usize> RingHandler<WORDS> {
    /// The longest frame, in words.
    const LIMIT: usize = if WORDS / 2 < MAX_WORDS { WORDS / 2 } else { MAX_WORDS };

    /// Changes the level below which records do not come here.
    pub fn set_level(&self, level: Level) {
        self.state().gate.set_level(level);
        self.state().claim_level.store(level.number(), Ordering::Relaxed);
        // Looked at afterwards: a panic that came in between has to prevail.
        if self.state().gate.has_filters() || self.state().panic.is_on() {
            self.claim_nothing();
        }
    }

    /// Records dropped since the start, reported or not, modulo the width of a pointer.
    pub fn dropped(&self) -> usize {
        self.ring.refused().wrapping_add(self.state().others_dropped.load(Ordering::Relaxed))
    }

    /// Records that made room for newer ones, modulo the width of a pointer.
    pub fn overwritten(&self) -> usize {
        self.ring.overwritten()
    }

    /// Records taken out whose text was cut, at a character boundary, to fit.
    pub fn cut(&self) -> usize {
        self.state().cut.load(Ordering::Relaxed)
    }

    /// Whether nothing waits to be drained.
    pub fn is_empty(&self) -> bool {
        self.ring.is_empty()
    }

    /// Whether a drain would find a record.
    #[cfg(feature = "async")]
    pub(super) fn is_ready(&self) -> bool {
        self.ring.is_ready()
    }

    #[inline(always)]
    const fn state(&self) -> &State<WORDS> {
        self.ring.storage()
    }

    /// From now on every record is seen by [`Handler::handle`].
    fn claim_nothing(&self) {
        self.state().claim_level.store(Level::OFF.number(), Ordering::Relaxed);
    }

    #[cold]
    fn count_dropped(&self) {
        self.count_dropped_by(1);
    }

    #[cold]
    #[inline(never)]
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
        self.state().gate.level()
    }

    fn set_level(&self, level: Level) {
        self.set_level(level);
    }

    fn handle(&self, record: &Record<'_>) {
        if !self.state().gate.admits(record) {
            return;
        }
        match self.state().panic.target() {
            Some(target) => (target.hand_on)(self, target.handler, record),
            None => self.put(record),
        }
    }

    fn report_dropped(&self, records: usize) {
        // The drain says it.
        self.state().dropped_before.fetch_add(records, Ordering::Relaxed);
    }

    fn statistics(&self) -> Statistics {
        Statistics {
            written: self.state().written.load(Ordering::Relaxed),
            dropped: self.dropped(),
            overwritten: self.overwritten(),
            cut: self.cut(),
            rejected: self.state().gate.rejected(),
            capacity: WORDS * WORD_BYTES,
            high_water: self.ring.high_water() * WORD_BYTES,
        }
    }

    fn record_path(&self) -> Option<&'static RecordPath> {
        match self.state().panic.target() {
            Some(target) => Some(target.path),
            // A statement without a reference comes as a record, which is counted.
            None if MAY_BE_SHORT => Some(&RECORD_PATH),
            None => self.state().gate.record_path(),
        }
    }

    fn claim(&self, shape: Shape) -> Room<'_> {
        // The record that is made instead does not come here if the level is too low.
        let words = shape.words();
        let level = self.state().claim_level.load(Ordering::Relaxed);
        if shape.level().number() < level || words < FIXED_WORDS || words > Self::LIMIT {
            return Room(self.claim_out_of_range(shape));
        }
        let time = clock::now();
        // Nothing has to be kept while the rare case is dealt with.
        Room(match self.ring.try_claim(words) {
            Some(room) => {
                local::write_time(room, time);
                room
            }
            None => self.claim_anew(words, time),
        })
    }
}

impl<const WORDS: usize> RingHandler<WORDS> {
    /// Answers a claim that does not concern this handler, or not for a frame of a length that it takes.
    #[cold]
    #[inline(never)]
    fn claim_out_of_range(&self, shape: Shape) -> &[AtomicWord] {
        let is_low = shape.level().number() < self.state().claim_level.load(Ordering::Relaxed);
        self.words(if is_low { 0 } else { self.answer(shape.words()) })
    }

    /// How many words answer a claim for so many, which is none of a frame that there could be.
    fn answer(&self, words: usize) -> usize {
        match words {
            ASKING => Self::LIMIT,
            LOST => {
                self.count_dropped();
                REFUSED
            }
            _ => TOO_LONG,
        }
    }

    /// Words that say something by their number.
    fn words(&self, number: usize) -> &[AtomicWord] {
        &self.state().words[..number]
    }

    /// Claims where the quick try did not succeed.
    #[cold]
    #[inline(never)]
    fn claim_anew(&self, words: usize, time: u64) -> &[AtomicWord] {
        let Some(room) = self.claim_by_policy(words) else { return self.words(REFUSED) };
        local::write_time(room, time);
        room
    }

    fn claim_by_policy(&self, words: usize) -> Option<&[AtomicWord]> {
        match self.state().claim_anew {
            Some(claim_anew) => claim_anew(self, words),
            None => self.ring.claim(words),
        }
    }
}

impl<const WORDS: usize> fmt::Debug for RingHandler<WORDS> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RingHandler").field("ring", &self.ring).finish_non_exhaustive()
    }
}

/// The longest frame, in words: what the drain copies to its stack.
pub(crate) const MAX_WORDS: usize = 64;
