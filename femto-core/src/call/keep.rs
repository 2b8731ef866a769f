//! Keeps a record that was made as a local frame. Runs on the *caller*.

use super::TOO_LONG;
use super::cut::cut_all;
use crate::atomic::{AtomicWord, Ordering};
use crate::frame::local::{Event, References};
use crate::frame::{Kind, MAX_VALUES, Shape};
use crate::{Record, Value};

/// Keeps a record in room that it claims. Records bring it along, so that it is linked only where
/// records are made: [`keep`], and [`keep_rendered`](super::render::keep_rendered).
pub(crate) type Keep = for<'r> fn(&Record<'_>, Claim<'_, 'r>);

/// [`Handler::claim`](crate::Handler::claim), with the record's time and without a look at its level.
pub(crate) type Claim<'c, 'r> = &'c dyn Fn(Shape) -> &'r [AtomicWord];

/// Keeps a record of which nothing is to be rendered any more.
pub(crate) fn keep(record: &Record<'_>, claim: Claim<'_, '_>) {
    keep_values(record, record.values(), record.is_cut(), claim);
}

/// Keeps a record with these values; `is_cut` if some of their text is missing.
#[inline(never)]
pub(super) fn keep_values(
    record: &Record<'_>,
    values: &[Value<'_>],
    is_cut: bool,
    claim: Claim<'_, '_>,
) {
    let level = record.level();
    let references = record.statics().and_then(|(logger, site)| References::of(logger, site));
    let Some(References { site, route }) = references.filter(|_| values.len() <= MAX_VALUES) else {
        claim(Shape::lost(level));
        return;
    };
    let mut event = Event { level, site, route, time: record.ticks(), values };
    let mut kind = if is_cut { Kind::LocalCut } else { Kind::Local };
    let words = event.words_small();
    let mut room = claim(Shape::with(level, words));
    let mut shortened = [Value::None; MAX_VALUES];
    if room.len() == TOO_LONG {
        let limit = claim(Shape::asking(level)).len();
        match cut_all(values, words.saturating_sub(limit), &mut shortened) {
            None => room = claim(Shape::lost(level)),
            Some(values) => {
                event.values = values;
                kind = Kind::LocalCut;
                room = claim(Shape::with(level, event.words_small()));
            }
        }
    }
    if room.len() > TOO_LONG
        && let [first, ..] = room
    {
        event.write_small(room);
        first.store(event.header(room.len(), kind), Ordering::Release);
    }
}
