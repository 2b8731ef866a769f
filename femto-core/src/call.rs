//! Call: an enabled statement on its way into a ring, or to handlers that see a record.
//!
//! Runs on the *caller*, where the statement stands: the handler claims room for a frame and writes
//! who and when, the statement writes its values straight into that room and commits the frame.

use crate::atomic::{AtomicWord, Ordering, Word};
use crate::frame::local::{self, References};
use crate::frame::{Header, Shape};
use crate::{CallSite, Level, Logger, Value};

impl Logger {
    /// Takes a record that the quick look let pass.
    ///
    /// How the values travel is decided when the statement is compiled: few numbers are written by
    /// the statement itself, all else by one function for all statements.
    #[doc(hidden)]
    #[inline(always)]
    pub fn log<const N: usize>(
        &'static self,
        level: Level,
        site: &'static CallSite,
        values: &[Value<'_>; N],
    ) {
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
            hand_out_words(self, site, shape, kinds, &words);
        }
    }
}

/// Puts values of any kind.
#[inline(never)]
fn put_values(
    logger: &'static Logger,
    site: &'static CallSite,
    shape: Shape,
    kinds: u32,
    values: &[Value<'_>],
) {
    let references = References::of(logger, site);
    let room = references.map_or(NO_ROOM, |_| logger.claim(shape));
    if let Some(references) = references
        && room.len() >= local::BEFORE_VALUES
    {
        references.write(room, kinds);
        fill(room, kinds, Header::word_of(shape.head(), references.site), values);
    } else if room.is_empty() {
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

/// Hands out values that did not go into a ring. The arguments are those of [`put_values`], so that
/// this takes its place.
#[cold]
#[inline(never)]
fn hand_out_values(
    logger: &'static Logger,
    site: &'static CallSite,
    shape: Shape,
    _kinds: u32,
    values: &[Value<'_>],
) {
    logger.hand_out(site, shape.level(), values);
}

/// Hands out numbers that did not go into a ring. Apart, so that it costs a statement little.
#[cold]
#[inline(never)]
fn hand_out_words(
    logger: &'static Logger,
    site: &'static CallSite,
    shape: Shape,
    kinds: u32,
    words: &[Word],
) {
    let mut room = [Value::None; MAX_SIMPLE];
    logger.hand_out(site, shape.level(), local::simple_values(words, kinds, &mut room));
}

/// What a handler answers that wants the record.
const NO_ROOM: &[AtomicWord] = &[];

/// The most values that a statement writes itself.
pub(crate) const MAX_SIMPLE: usize = 4;
