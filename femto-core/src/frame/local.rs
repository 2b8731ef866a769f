//! The local encoding: words, for readers of the same image.
//!
//! | word | 64 bits wide | 32 bits wide |
//! |---|---|---|
//! | 0 | header: length 16, level 8, number of values 5, kind 3, call site 32 | header: length 12, level 8, number of values 5, kind 3 (bits 29 to 31) |
//! | 1 | time | call site |
//! | 2 | route 32, kinds of the first six values 5 each | route |
//! | 3, 4 | | time, low half first |
//! | next | kinds of further values, twelve a word | kinds of values, six a word |
//! | then | the values | the values |
//!
//! A value takes one word, or as many as its bits need; text and bytes take a word for their length
//! and then their bytes, filled up to a word.

mod read;
mod simple;
mod small;

pub(crate) use read::read_by;
pub use read::{read, read_extended};
pub(crate) use simple::{simple_values, simple_words, write_simple};

use super::{Encode, Header, Kind, Writer, tag, words_for};
use crate::atomic::{AtomicWord, Ordering, WORD_BYTES, Word};
use crate::reference::refer;
use crate::{CallSite, Level, Logger, Value};

/// Everything of a record but the header's bookkeeping.
#[derive(Clone, Copy, Debug)]
pub struct Event<'a> {
    /// The record's level.
    pub level: Level,
    /// Reference of the call site.
    pub site: u32,
    /// What the reader looks the receivers up by.
    pub route: u32,
    /// Ticks of the clock.
    pub time: u64,
    /// Arguments, then the values of key-values; at most [`MAX_VALUES`](super::MAX_VALUES), all of them rendered.
    pub values: &'a [Value<'a>],
}

impl Event<'_> {
    /// The frame's length in words.
    #[inline(always)]
    #[must_use]
    pub fn words(&self) -> usize {
        FIXED_WORDS
            + tag_words(self.values.len())
            + self.values.iter().map(value_words).sum::<usize>()
    }

    /// The frame's first word, which commits it.
    #[inline(always)]
    #[must_use]
    pub fn header(&self, words: usize, kind: Kind) -> Word {
        Header { words, level: self.level, values: self.values.len(), kind, site: self.site }
            .to_word()
    }

    /// Writes all words but the first.
    #[inline(always)]
    pub fn write(&self, to: &mut Writer<'_>) {
        if WORD_BYTES == 8 {
            to.wide(self.time);
            to.wide(u64::from(self.route) | u64::from(tags(self.values)) << 32);
        } else {
            to.word(self.site as Word);
            to.word(self.route as Word);
            to.wide(self.time);
        }
        let inline = if WORD_BYTES == 8 { FIRST_TAGS } else { 0 };
        if self.values.len() > inline {
            for few in self.values[inline..].chunks(TAGS) {
                if WORD_BYTES == 8 {
                    let (low, high) = few.split_at(few.len().min(FIRST_TAGS));
                    to.wide(u64::from(tags(low)) | u64::from(tags(high)) << 30);
                } else {
                    to.word(tags(few) as Word);
                }
            }
        }
        for value in self.values {
            write_value(value, to);
        }
    }
}

/// What a frame names its statement and logger by.
#[derive(Clone, Copy)]
pub(crate) struct References {
    pub(crate) site: u32,
    pub(crate) route: u32,
}

impl References {
    /// `None` if a table of references is full.
    #[inline(always)]
    pub(crate) fn of(logger: &'static Logger, site: &'static CallSite) -> Option<Self> {
        Some(Self { site: refer(site)?, route: refer(logger)? })
    }

    /// Writes the words between the header and the values, but for those of [`write_time`] and for
    /// kinds in a word of their own.
    #[inline(always)]
    pub(crate) fn write(self, room: &[AtomicWord], kinds: u32) {
        let put = |slot: &AtomicWord, word| slot.store(word, Ordering::Relaxed);
        #[cfg(target_pointer_width = "64")]
        if let [_, _, route, ..] = room {
            put(route, u64::from(self.route) | u64::from(kinds) << 32);
        }
        #[cfg(not(target_pointer_width = "64"))]
        if let [_, site, route, ..] = room {
            let _ = kinds;
            put(site, self.site);
            put(route, self.route);
        }
    }
}

/// Writes the time.
#[inline(always)]
pub(crate) fn write_time(room: &[AtomicWord], time: u64) {
    let put = |slot: &AtomicWord, word| slot.store(word, Ordering::Relaxed);
    #[cfg(target_pointer_width = "64")]
    if let [_, word, ..] = room {
        put(word, time);
    }
    #[cfg(not(target_pointer_width = "64"))]
    if let [_, _, _, low, high, ..] = room {
        put(low, time as Word);
        put(high, (time >> 32) as Word);
    }
}

/// Writes values, at least one, and their kinds if they take a word of their own; `false`, and nothing,
/// if `room` is not what was claimed for them.
#[inline(always)]
pub(crate) fn write_values(room: &[AtomicWord], kinds: u32, values: &[Value<'_>]) -> bool {
    let Some((fixed, rest)) = room.split_at_checked(BEFORE_VALUES) else {
        return false;
    };
    if let Some(slot) = fixed.get(FIXED_WORDS) {
        slot.store(kinds as Word, Ordering::Relaxed);
    }
    let mut to = Writer::after_header(rest);
    for value in values {
        let bytes = match value {
            Value::Str(text) | Value::Rendered(text) => text.as_bytes(),
            Value::Bytes(bytes) | Value::Hexdump(bytes) => bytes,
            _ => {
                write_value(value, &mut to);
                continue;
            }
        };
        to.text(bytes);
    }
    true
}

/// Writes a text, the only value, and its kind if that takes a word of its own.
#[inline(always)]
pub(crate) fn write_text(room: &[AtomicWord], text: &str) {
    if let Some((fixed, rest)) = room.split_at_checked(BEFORE_VALUES) {
        if let Some(slot) = fixed.get(FIXED_WORDS) {
            slot.store(tag::STR.into(), Ordering::Relaxed);
        }
        Writer::after_header(rest).text(text.as_bytes());
    }
}

impl Encode for Event<'_> {
    #[inline(always)]
    fn encode(self, to: &mut Writer<'_>) {
        self.write(to);
    }
}

/// Words before the kinds and values.
pub(crate) const FIXED_WORDS: usize = if WORD_BYTES == 8 { 3 } else { 5 };
/// Words before a few values, of which there is at least one.
pub(crate) const BEFORE_VALUES: usize = FIXED_WORDS + tag_words(1);
/// Kinds of values that fit into the half word beside the route.
const FIRST_TAGS: usize = 6;
/// Kinds of values in a word of their own.
const TAGS: usize = if WORD_BYTES == 8 { 12 } else { 6 };

#[inline(always)]
pub(super) const fn tag_words(values: usize) -> usize {
    let inline = if WORD_BYTES == 8 { FIRST_TAGS } else { 0 };
    let values = values.saturating_sub(inline);
    // No division, which small processors have only as a function. Exact: there are 31 at most.
    if WORD_BYTES == 8 { values.div_ceil(TAGS) } else { ((values + TAGS - 1) * 43) >> 8 }
}

/// The kinds of up to six values, five bits each.
#[inline(always)]
fn tags(values: &[Value<'_>]) -> u32 {
    values
        .iter()
        .take(FIRST_TAGS)
        .enumerate()
        .fold(0, |tags, (index, value)| tags | u32::from(tag::of(value)) << (5 * index))
}

/// Words of a value in 64 bits.
const WIDE: usize = 8 / WORD_BYTES;

#[inline(always)]
pub(super) fn value_words(value: &Value<'_>) -> usize {
    match value {
        Value::None | Value::Bool(_) => 0,
        Value::I64(_) | Value::U64(_) => WIDE,
        #[cfg(feature = "float")]
        Value::F64(_) => WIDE,
        #[cfg(feature = "int128")]
        Value::I128(_) | Value::U128(_) => 2 * WIDE,
        Value::Str(text) | Value::Rendered(text) => 1 + words_for(text.len()),
        Value::Bytes(bytes) | Value::Hexdump(bytes) => 1 + words_for(bytes.len()),
        Value::Arguments(_) => 1,
        _ => 1,
    }
}

#[inline(always)]
fn write_value(value: &Value<'_>, to: &mut Writer<'_>) {
    let mut text = |bytes: &[u8]| {
        to.word(bytes.len() as Word);
        to.bytes(bytes);
    };
    match *value {
        Value::None | Value::Bool(_) => {}
        Value::Str(inner) | Value::Rendered(inner) => text(inner.as_bytes()),
        Value::Bytes(inner) | Value::Hexdump(inner) => text(inner),
        // Records are rendered before they are kept; without that, the text is empty.
        Value::Arguments(_) => text(&[]),
        Value::I8(n) => to.word(n as Word),
        Value::I16(n) => to.word(n as Word),
        Value::I32(n) => to.word(n as Word),
        Value::U8(n) => to.word(n.into()),
        Value::U16(n) => to.word(n.into()),
        Value::U32(n) => to.word(n.into()),
        Value::I64(n) => to.wide(n as u64),
        Value::U64(n) => to.wide(n),
        Value::Char(c) => to.word(u32::from(c).into()),
        #[cfg(feature = "float")]
        Value::F32(n) => to.word(n.to_bits().into()),
        #[cfg(feature = "float")]
        Value::F64(n) => to.wide(n.to_bits()),
        #[cfg(feature = "int128")]
        Value::I128([low, high]) | Value::U128([low, high]) => {
            to.wide(low);
            to.wide(high);
        }
    }
}
