//! Writes frames with little code, for records that were made and whose kinds of values nobody knew when
//! the code was compiled. Runs on the *caller*.

use super::{Event, FIRST_TAGS, FIXED_WORDS, References, TAGS, WIDE};
use super::{tag_words, tags, write_time};
use crate::Value;
use crate::atomic::{AtomicWord, Ordering, WORD_BYTES, Word};
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
        return Writer::after_header(room).text(bytes);
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

#[cfg(all(test, not(loom)))]
mod tests {
    use std::vec::Vec;

    use super::*;
    use crate::Level;
    use crate::frame::MAX_VALUES;

    fn words(event: &Event<'_>, write: impl Fn(&[AtomicWord])) -> Vec<Word> {
        let room: Vec<AtomicWord> = (0..event.words()).map(|_| AtomicWord::new(0)).collect();
        write(&room);
        room.iter().map(|word| word.load(Ordering::Relaxed)).collect()
    }

    #[test]
    fn little_code_writes_the_same_frames() {
        let arguments = format_args!("");
        let kinds = [
            Value::None,
            Value::Bool(true),
            Value::I8(-1),
            Value::Str("interface eth0"),
            Value::I16(-300),
            Value::I32(-70_000),
            Value::I64(-5_000_000_000),
            Value::Bytes(&[1, 2, 3]),
            Value::U8(200),
            Value::U16(60_000),
            Value::U32(4_000_000_000),
            Value::U64(u64::MAX - 1),
            #[cfg(feature = "int128")]
            Value::I128([7, u64::MAX]),
            #[cfg(feature = "int128")]
            Value::U128([8, 9]),
            Value::Bool(false),
            #[cfg(feature = "float")]
            Value::F32(-1.5),
            #[cfg(feature = "float")]
            Value::F64(1e300),
            Value::Hexdump(&[0xff; 16]),
            Value::Char('\u{1f512}'),
            Value::Rendered(""),
            Value::Rendered("7"),
            Value::Arguments(&arguments),
        ];
        let all: Vec<_> = kinds.iter().chain(&kinds).copied().collect();
        for start in 0..kinds.len() {
            for count in 0..=MAX_VALUES {
                let values = &all[start..start + count];
                let (level, site, route, time) = (Level::INFO, 5, 6, 0x0123_4567_89ab_cdef);
                let event = Event { level, site, route, time, values };
                assert_eq!(event.words_small(), event.words());
                let usual = words(&event, |room| event.write(&mut Writer::new(room)));
                assert_eq!(words(&event, |room| event.write_small(room)), usual, "{start} {count}");
            }
        }
    }
}
