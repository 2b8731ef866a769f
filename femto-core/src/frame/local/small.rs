//! Writes frames with little code, for records that were made and whose kinds of values nobody knew when
//! the code was compiled. Runs on the *caller*.

use super::{Event, FIRST_TAGS, FIXED_WORDS, References, TAGS, WIDE};
use super::{tag_words, tags, write_time};
use crate::Value;
use crate::atomic::{AtomicWord, Ordering, WORD_BYTES, Word};
use crate::call::fill_text;
use crate::frame::{Writer, tag, words_for};

impl Event<'_> {
    /// [`Event::words`].
    pub(crate) fn words_small(&self) -> usize {
        let fixed = FIXED_WORDS + tag_words(self.values.len());
        self.values.iter().fold(fixed, |words, value| words + value_words(value))
    }

    /// [`Event::write`] into `room`, which is as long as [`Event::words`] says.
    pub(crate) fn write_small(&self, room: &[AtomicWord]) {
        References { site: self.site, route: self.route }.write(room, tags(self.values));
        write_time(room, self.time);
        let inline = if WORD_BYTES == 8 { FIRST_TAGS } else { 0 };
        let mut to = Writer::after_header(room.get(FIXED_WORDS..).unwrap_or_default());
        for few in self.values.get(inline..).unwrap_or_default().chunks(TAGS) {
            let kinds = few.iter().rev();
            to.word(kinds.fold(0, |word, value| word << 5 | Word::from(tag::of(value))));
        }
        let mut room = to.room;
        for value in self.values {
            let Some((mine, rest)) = room.split_at_checked(value_words(value)) else { return };
            write_value(value, mine);
            room = rest;
        }
    }
}

/// Words of a value.
fn value_words(value: &Value<'_>) -> usize {
    match bytes(value) {
        Some(bytes) => 1 + words_for(bytes.len()),
        None => scalar(value).1,
    }
}

fn write_value(value: &Value<'_>, room: &[AtomicWord]) {
    if let Some(bytes) = bytes(value) {
        return fill_text(room, bytes);
    }
    #[cfg(feature = "int128")]
    if let Value::I128([low, high]) | Value::U128([low, high]) = *value {
        let mut to = Writer::after_header(room);
        to.wide(low);
        return to.wide(high);
    }
    let (bits, _) = scalar(value);
    if let [low, ..] = room {
        low.store(bits as Word, Ordering::Relaxed);
    }
    if let [_, high, ..] = room {
        high.store((bits >> 32) as Word, Ordering::Relaxed);
    }
}

/// The bytes of a value that has a length.
#[inline(always)]
fn bytes<'a>(value: &Value<'a>) -> Option<&'a [u8]> {
    match *value {
        Value::Str(text) | Value::Rendered(text) => Some(text.as_bytes()),
        Value::Bytes(bytes) | Value::Hexdump(bytes) => Some(bytes),
        // Records are rendered before they are kept; without that, the text is empty.
        Value::Arguments(_) => Some(&[]),
        _ => None,
    }
}

/// The bits of any other value, and the words that they take. Of 128 bits only the number of words.
#[inline(never)]
fn scalar(value: &Value<'_>) -> (u64, usize) {
    match *value {
        Value::I8(n) => (n as u64, 1),
        Value::I16(n) => (n as u64, 1),
        Value::I32(n) => (n as u64, 1),
        Value::I64(n) => (n as u64, WIDE),
        Value::U8(n) => (n.into(), 1),
        Value::U16(n) => (n.into(), 1),
        Value::U32(n) => (n.into(), 1),
        Value::U64(n) => (n, WIDE),
        Value::Char(c) => (u32::from(c).into(), 1),
        #[cfg(feature = "float")]
        Value::F32(n) => (n.to_bits().into(), 1),
        #[cfg(feature = "float")]
        Value::F64(n) => (n.to_bits(), WIDE),
        #[cfg(feature = "int128")]
        Value::I128(_) | Value::U128(_) => (0, 2 * WIDE),
        _ => (0, 0),
    }
}
