//! Keeps frames in a static ring until the main loop drains them.

use core::fmt;
use core::fmt::Write as _;
use core::sync::atomic::{AtomicU8, Ordering};

use embedded_io::Write;
use portable_atomic::AtomicUsize;

use super::Handler;
use crate::atomic::{AtomicWord, WORD_BYTES};
use crate::frame::local::{self, Event};
use crate::frame::{Kind, MAX_VALUES};
use crate::reference::{refer, resolve};
use crate::ring::SharedRing;
use crate::{CallSite, FmtSink, Formatter, Level, Logger, Record, Value};

/// A handler that any context may log to, interrupts included, with a ring of `WORDS` words
/// (32 bits each on a microcontroller) in static memory; a power of two, at least 16.
///
/// The caller encodes; [`RingHandler::drain`], called from the main loop or an idle task, formats
/// and writes. When the ring is full the newest record is dropped, and the drain reports how many.
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
/// let mut uart = Vec::new();
/// RING.drain(&TextFormatter, &mut uart).unwrap(); // from the main loop
/// assert_eq!(uart, b"INFO  root: booted in 12 ms\n");
/// ```
pub struct RingHandler<const WORDS: usize> {
    level: AtomicU8,
    ring: SharedRing<[AtomicWord; WORDS]>,
    /// Records too large for the ring, or refused by the tables of references.
    oversized: AtomicUsize,
    /// Records whose text was cut.
    cut: AtomicUsize,
    /// Dropped records that were reported.
    reported: AtomicUsize,
}

/// What one call of [`RingHandler::drain`] did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Drained {
    /// Records written.
    pub written: usize,
    /// Frames that could not be read.
    pub damaged: usize,
}

#[cfg(not(loom))]
impl<const WORDS: usize> RingHandler<WORDS> {
    /// An empty ring, for all levels.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            level: AtomicU8::new(Level::NOTSET.number()),
            ring: SharedRing::new([const { AtomicWord::new(0) }; WORDS]),
            oversized: AtomicUsize::new(0),
            cut: AtomicUsize::new(0),
            reported: AtomicUsize::new(0),
        }
    }
}

impl<const WORDS: usize> RingHandler<WORDS> {
    /// Changes the level below which records do not come here.
    pub fn set_level(&self, level: Level) {
        self.level.store(level.number(), Ordering::Relaxed);
    }

    /// Records dropped since the start, reported or not.
    pub fn dropped(&self) -> usize {
        self.ring.refused().wrapping_add(self.oversized.load(Ordering::Relaxed))
    }

    /// Records whose text was cut at a character boundary to fit.
    pub fn cut(&self) -> usize {
        self.cut.load(Ordering::Relaxed)
    }

    /// Formats and writes what is in the ring, oldest first; then, if records were dropped since
    /// the last time, a line that says how many.
    ///
    /// If another context drains at this moment, nothing happens.
    ///
    /// # Errors
    /// The sink's; the record at hand is lost with it and counted as dropped.
    pub fn drain<F: Formatter + ?Sized, W: Write>(
        &self,
        formatter: &F,
        sink: &mut W,
    ) -> Result<Drained, W::Error> {
        let mut drained = Drained::default();
        let mut result = Ok(());
        let mut scratch = [0; MAX_BYTES];
        self.ring.drain(&mut scratch, |_, bytes| {
            let mut values = [Value::None; MAX_VALUES];
            let Some(record) = read(bytes, &mut values) else {
                drained.damaged += 1;
                return true;
            };
            let mut out = FmtSink::new(sink);
            let formatted = formatter.format(&record, &mut out);
            result = out.finish();
            match formatted {
                Ok(()) => drained.written += 1,
                Err(_) => _ = self.oversized.fetch_add(1, Ordering::Relaxed),
            }
            result.is_ok()
        });
        result?;
        let dropped = self.dropped();
        let news = dropped.wrapping_sub(self.reported.load(Ordering::Relaxed));
        if news != 0 {
            let mut out = FmtSink::new(sink);
            // The error is the sink's own, told by `finish`.
            let _ = writeln!(out, "{news} records dropped");
            out.finish()?;
            self.reported.store(dropped, Ordering::Relaxed);
        }
        Ok(drained)
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
        Level::new(self.level.load(Ordering::Relaxed))
    }

    fn handle(&self, record: &Record<'_>) {
        let references =
            record.statics().and_then(|(logger, site)| Some((refer(logger)?, refer(site)?)));
        let Some((route, site)) = references else {
            self.oversized.fetch_add(1, Ordering::Relaxed);
            return;
        };
        let (level, time, values) = (record.level(), record.ticks(), record.values());
        let event = Event { level, site, route, time, values };
        let words = event.words();
        if words <= MAX_WORDS.min(WORDS / 2) && !values.iter().any(is_unrendered) {
            self.put(&event, words, Kind::Local);
        } else {
            self.put_rendered(event);
        }
    }
}

impl<const WORDS: usize> RingHandler<WORDS> {
    #[inline(always)]
    fn put(&self, event: &Event<'_>, words: usize, kind: Kind) {
        // A refusal is counted by the ring.
        let _ = self.ring.push(words, event.header(words, kind), |to| event.write(to));
    }

    /// Renders what has no typed encoding, and cuts texts until the frame fits.
    #[cold]
    fn put_rendered(&self, event: Event<'_>) {
        let mut text = heapless::String::<TEXT_BYTES>::new();
        let mut ends = [0; MAX_VALUES];
        let mut is_cut = false;
        for (value, end) in event.values.iter().zip(&mut ends) {
            if let Value::Arguments(arguments) = value {
                let mut out = Cutting { text: &mut text, is_cut: false };
                // A `Display` that fails leaves what it wrote.
                let _ = out.write_fmt(**arguments);
                is_cut |= out.is_cut;
            }
            *end = text.len();
        }
        let mut values = [Value::None; MAX_VALUES];
        let count = event.values.len().min(MAX_VALUES);
        let mut start = 0;
        for ((value, &original), &end) in values.iter_mut().zip(event.values).zip(&ends) {
            *value = match original {
                Value::Arguments(_) => Value::Rendered(text.get(start..end).unwrap_or("")),
                other => other,
            };
            start = end;
        }
        let limit = MAX_WORDS.min(WORDS / 2);
        let mut event = Event { values: &values[..count], ..event };
        let mut words = event.words();
        let mut cut_values;
        if words > limit {
            let mut excess = (words - limit) * WORD_BYTES;
            cut_values = values;
            for value in cut_values[..count].iter_mut().rev() {
                excess -= cut(value, excess);
            }
            is_cut = true;
            event.values = &cut_values[..count];
            words = event.words();
        }
        if words > limit {
            self.oversized.fetch_add(1, Ordering::Relaxed);
            return;
        }
        if is_cut {
            self.cut.fetch_add(1, Ordering::Relaxed);
        }
        self.put(&event, words, if is_cut { Kind::LocalCut } else { Kind::Local });
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
fn read<'a>(bytes: &'a [u8], values: &'a mut [Value<'a>; MAX_VALUES]) -> Option<Record<'a>> {
    let event = local::read(bytes, values).ok()?;
    let logger: &'static Logger = resolve(event.route)?;
    let site: &'static CallSite = resolve(event.site)?;
    Some(Record::new(logger, site, event.level, event.time, event.values))
}

/// Shortens a text by up to `excess` bytes, rounded up to words; answers by how many.
fn cut(value: &mut Value<'_>, excess: usize) -> usize {
    let keep = |length: usize| length.saturating_sub(excess) / WORD_BYTES * WORD_BYTES;
    match value {
        Value::Str(text) | Value::Rendered(text) => {
            let length = text.len();
            *text = &text[..text.floor_char_boundary(keep(length))];
            (length - text.len()).min(excess)
        }
        Value::Bytes(bytes) => {
            let length = bytes.len();
            *bytes = &bytes[..keep(length)];
            (length - bytes.len()).min(excess)
        }
        _ => 0,
    }
}

/// Takes what fits, up to a character boundary.
struct Cutting<'t, const N: usize> {
    text: &'t mut heapless::String<N>,
    is_cut: bool,
}

impl<const N: usize> fmt::Write for Cutting<'_, N> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let room = N - self.text.len();
        let fits = &text[..text.floor_char_boundary(room.min(text.len()))];
        self.is_cut |= fits.len() < text.len();
        self.text.push_str(fits).map_err(|_| fmt::Error)
    }
}

/// The longest frame, in words: what the drain copies to its stack.
const MAX_WORDS: usize = 64;
const MAX_BYTES: usize = MAX_WORDS * WORD_BYTES;
/// Room for the texts that one record has to render.
const TEXT_BYTES: usize = 128;
