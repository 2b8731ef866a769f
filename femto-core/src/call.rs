//! Call: an enabled statement on its way into a ring, or to handlers that see a record.
//!
//! Runs on the *caller*, where the statement stands: the handler claims room for a frame and writes
//! who and when, the statement writes its values straight into that room and commits the frame.

mod cut;
mod keep;
mod record_path;
mod render;

pub(crate) use keep::{Keep, keep};
pub(crate) use record_path::RECORD_PATH;
pub use record_path::RecordPath;
#[cfg(any(feature = "defmt", feature = "log-kv"))]
pub(crate) use render::Cutting;

use crate::atomic::{AtomicWord, Ordering, WORD_BYTES, Word};
use crate::frame::local::{self, References};
use crate::frame::{Header, MAX_VALUES, Shape, tag};
use crate::{CallSite, Level, Logger, Value};

impl Logger {
    /// Takes a record that the quick look let pass.
    ///
    /// How the values travel is decided when the statement is compiled: few numbers are written by
    /// the statement itself, a text by one function for all statements, all else by another.
    #[doc(hidden)]
    #[inline(always)]
    pub fn log<const N: usize>(
        &'static self,
        level: Level,
        site: &'static CallSite,
        values: &[Value<'_>; N],
    ) {
        if let [Value::Str(text)] = values.as_slice()
            && site.level == level
        {
            return put_text(self, site, text);
        }
        if needs_rendering(values) {
            return record_path::hand_out_unrendered(self, site, level, values);
        }
        let (shape, kinds) = Shape::of(level, values);
        let Some(words) = local::simple_words(values) else {
            return put_values(self, site, shape, kinds, values);
        };
        let references = References::of(self, site);
        let room = references.map_or(NO_ROOM, |_| self.claim(shape));
        if let (Some(references), [first, ..]) = (references, room)
            && local::write_simple(room, references, kinds, &words)
        {
            first.store(Header::word_of(shape.head(), references.site), Ordering::Release);
        } else if room.is_empty() {
            // Made anew, so that they lie on the stack in this case only.
            let words = local::simple_words(values).unwrap_or(words);
            hand_out_words(self, site, words, kinds | u32::from(level.number()) << KINDS_BITS);
        }
    }
}

/// Puts a text, the only value, at the call site's level.
#[inline(never)]
fn put_text(logger: &'static Logger, site: &'static CallSite, text: &str) {
    let shape = Shape::of(site.level, &[Value::Str(text)]).0;
    let references = References::of(logger, site);
    let room = references.map_or(NO_ROOM, |_| logger.claim_here(shape));
    if let Some(references) = references
        && room.len() >= local::BEFORE_VALUES
    {
        write_text(room, references, shape, text);
    } else {
        put_otherwise(logger, site, text, room.len());
    }
}

/// Writes all of a frame with one text.
#[inline(always)]
fn write_text(room: &[AtomicWord], references: References, shape: Shape, text: &str) {
    if let [first, ..] = room {
        references.write(room, tag::STR.into());
        fill_text(room, text);
        first.store(Header::word_of(shape.head(), references.site), Ordering::Release);
    }
}

/// Writes the text. Apart from the claim, as [`fill`] is.
#[inline(never)]
fn fill_text(room: &[AtomicWord], text: &str) {
    local::write_text(room, text);
}

/// What becomes of a text that found no room: it is handed out, or cut.
#[cold]
#[inline(never)]
fn put_otherwise(logger: &'static Logger, site: &'static CallSite, text: &str, room: usize) {
    let level = site.level;
    if room == 0
        && let Some(path) = logger.record_path()
    {
        (path.values)(logger, site, level, &[Value::Str(text)]);
    }
    if room == TOO_LONG
        && let Some(references) = References::of(logger, site)
    {
        let limit = logger.claim(Shape::asking(level)).len();
        let bytes = limit.saturating_sub(local::BEFORE_VALUES + 1) * WORD_BYTES;
        let text = text.get(..text.floor_char_boundary(bytes)).unwrap_or("");
        let shape = Shape::of(level, &[Value::Str(text)]).0.cut();
        let room = logger.claim(shape);
        if room.len() >= local::BEFORE_VALUES {
            write_text(room, references, shape, text);
        }
    }
}

/// Whether some of the values, of which there are no more than a frame carries, are to be rendered.
#[inline(always)]
fn needs_rendering<const N: usize>(values: &[Value<'_>; N]) -> bool {
    // Spelled out, as no loop becomes a constant when optimising for size.
    let is = |index: usize| matches!(values.get(index), Some(Value::Arguments(_)));
    let four = |index| is(index) || is(index + 1) || is(index + 2) || is(index + 3);
    const { assert!(MAX_VALUES == 16) };
    four(0) || four(4) || four(8) || four(12)
}

/// Puts values of any kind that is typed.
#[inline(never)]
fn put_values(
    logger: &'static Logger,
    site: &'static CallSite,
    shape: Shape,
    kinds: u32,
    values: &[Value<'_>],
) {
    let references = References::of(logger, site);
    let room = references.map_or(NO_ROOM, |_| logger.claim_here(shape));
    if let Some(references) = references
        && room.len() >= local::BEFORE_VALUES
    {
        references.write(room, kinds);
        fill(room, kinds, Header::word_of(shape.head(), references.site), values);
    } else if room.len() != REFUSED {
        hand_out_values(logger, site, shape, kinds, values);
    }
}

/// Writes the values and commits. Apart from the claim, which then lies less deep in the stack.
#[inline(never)]
fn fill(room: &[AtomicWord], kinds: u32, header: Word, values: &[Value<'_>]) {
    if let [first, ..] = room
        && local::write_values(room, kinds, values)
    {
        first.store(header, Ordering::Release);
    }
}

/// Hands out values that did not go into a ring, or are to be cut. The arguments are those of
/// [`put_values`], so that this takes its place.
#[cold]
#[inline(never)]
fn hand_out_values(
    logger: &'static Logger,
    site: &'static CallSite,
    shape: Shape,
    _kinds: u32,
    values: &[Value<'_>],
) {
    record_path::hand_out(logger, site, shape.level(), values);
}

/// Hands out numbers that did not go into a ring. Apart, so that it costs a statement little: few
/// arguments, level and kinds in one.
#[cold]
#[inline(never)]
fn hand_out_words<const N: usize>(
    logger: &'static Logger,
    site: &'static CallSite,
    words: [Word; N],
    level_and_kinds: u32,
) {
    if let Some(path) = logger.record_path() {
        (path.words)(logger, site, &words, level_and_kinds);
    }
}

/// What a handler answers that wants the record, or that the record does not concern.
const NO_ROOM: &[AtomicWord] = &[];
/// Words of the answer to a claim that was refused and counted.
pub(crate) const REFUSED: usize = 1;
/// Words of the answer to a claim of more than the handler takes: the text is to be cut.
pub(crate) const TOO_LONG: usize = 2;

/// The most values that a statement writes itself.
pub(crate) const MAX_SIMPLE: usize = 4;
/// Bits of their kinds.
const KINDS_BITS: usize = 5 * MAX_SIMPLE;
