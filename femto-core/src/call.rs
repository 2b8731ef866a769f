//! Call: an enabled statement on its way into a ring, or to handlers that see a record.
//!
//! Runs on the *caller*, where the statement stands: the handler claims room for a frame and writes
//! who and when, the statement writes its values straight into that room and commits the frame.

use crate::atomic::{AtomicWord, Ordering, Word};
use crate::frame::{Header, Shape, Writer, local};
use crate::reference::refer;
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
        let shape = Shape::of(level, values);
        let Some(words) = local::simple_words(values) else {
            return put_values(self, site, shape, values);
        };
        match self.claim(site, shape.fixed()) {
            Some(room) => {
                if local::write_simple(room, shape.kinds(), &words) {
                    commit(room, site, shape);
                }
            }
            None => hand_out_words(self, site, shape, &words),
        }
    }
}

/// Puts values of any kind.
#[inline(never)]
fn put_values(
    logger: &'static Logger,
    site: &'static CallSite,
    shape: Shape,
    values: &[Value<'_>],
) {
    let Some(room) = logger.claim(site, shape.fixed()) else {
        return logger.hand_out(site, shape.level(), values);
    };
    if let Some(room_for_values) = room.get(local::FIXED_WORDS..) {
        local::write_values(Writer::after_header(room_for_values), shape.kinds(), values);
        commit(room, site, shape);
    }
}

/// Hands out numbers that did not go into a ring. Apart, so that it costs a statement little.
#[cold]
#[inline(never)]
fn hand_out_words(logger: &'static Logger, site: &'static CallSite, shape: Shape, words: &[Word]) {
    let mut room = [Value::None; MAX_SIMPLE];
    logger.hand_out(site, shape.level(), local::simple_values(words, shape.kinds(), &mut room));
}

/// Commits the frame in `room`.
#[inline(always)]
fn commit(room: &[AtomicWord], site: &'static CallSite, shape: Shape) {
    if let [header, ..] = room {
        // Whoever claimed the room made sure of the reference.
        let word = Header::word_of(shape.head(), || refer(site).unwrap_or(0));
        header.store(word, Ordering::Release);
    }
}

/// The most values that a statement writes itself.
pub(crate) const MAX_SIMPLE: usize = 4;
