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

mod small;

use super::{Encode, FrameError, Header, Kind, MAX_VALUES, Writer, tag, words_for};
use crate::atomic::{AtomicWord, Ordering, WORD_BYTES, Word};
use crate::call::MAX_SIMPLE;
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
    /// Arguments, then the values of key-values; at most [`MAX_VALUES`], all of them rendered.
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

/// Writes all but header and time of a frame whose values are [`simple_words`]; `false`, and nothing,
/// if `room` is not what was claimed for them.
#[inline(always)]
pub(crate) fn write_simple<const N: usize>(
    room: &[AtomicWord],
    references: References,
    kinds: u32,
    words: &[Word; N],
) -> bool {
    let values = FIXED_WORDS + tag_words(N);
    if room.len() != values + N {
        return false;
    }
    references.write(room, kinds);
    let put = |slot: &AtomicWord, word| slot.store(word, Ordering::Relaxed);
    if tag_words(N) > 0 {
        put(&room[FIXED_WORDS], kinds as Word);
    }
    // Spelled out, as no loop is unrolled when optimising for size.
    match (&room[values..], words.as_slice()) {
        ([x], &[a]) => put(x, a),
        ([x, y], &[a, b]) => (put(x, a), put(y, b)).0,
        ([x, y, z], &[a, b, c]) => (put(x, a), put(y, b), put(z, c)).0,
        ([x, y, z, w], &[a, b, c, d]) => (put(x, a), put(y, b), put(z, c), put(w, d)).0,
        _ => {}
    }
    true
}

impl Encode for Event<'_> {
    #[inline(always)]
    fn encode(self, to: &mut Writer<'_>) {
        self.write(to);
    }
}

/// Reads back what [`Event::write`] wrote: `bytes` are the frame's words, little-endian, the first
/// included. `values` lends the room for the values; [`MAX_VALUES`] are always enough.
///
/// # Errors
/// [`FrameError`] for bytes that are no local frame; nothing is read beyond them.
pub fn read<'a>(bytes: &'a [u8], values: &'a mut [Value<'a>]) -> Result<Event<'a>, FrameError> {
    read_by(bytes, values, |text| core::str::from_utf8(text).ok())
}

/// [`read`], with what makes a text of the bytes that one left behind.
#[inline(always)]
#[allow(clippy::useless_conversion, reason = "a word is narrower on other targets")]
pub(crate) fn read_by<'a>(
    bytes: &'a [u8],
    values: &'a mut [Value<'a>],
    text: impl Fn(&'a [u8]) -> Option<&'a str>,
) -> Result<Event<'a>, FrameError> {
    let mut reader = Reader(bytes);
    let header = Header::from_word(reader.word()?).ok_or(FrameError::Short)?;
    if header.values > values.len().min(MAX_VALUES) {
        return Err(FrameError::Short);
    }
    let (site, route, time, mut kinds, mut left);
    if WORD_BYTES == 8 {
        site = header.site;
        time = reader.wide()?;
        let word = reader.wide()?;
        route = word as u32;
        kinds = word >> 32;
        left = FIRST_TAGS;
    } else {
        site = reader.word()? as u32;
        route = reader.word()? as u32;
        time = reader.wide()?;
        kinds = 0;
        left = 0;
    }
    let mut more = Reader(reader.take(tag_words(header.values) * WORD_BYTES)?);
    for value in &mut values[..header.values] {
        if left == 0 {
            kinds = more.word()?.into();
            left = TAGS;
        }
        reader.value(kinds as u8 & 0x1f, value, &text)?;
        kinds >>= 5;
        left -= 1;
    }
    Ok(Event { level: header.level, site, route, time, values: &values[..header.values] })
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

/// The values as words, if each is one word in a frame and there are few of them.
#[inline(always)]
pub(crate) fn simple_words<const N: usize>(values: &[Value<'_>; N]) -> Option<[Word; N]> {
    let mut words = [0; N];
    // Spelled out, as no loop becomes a constant when optimising for size.
    match (words.as_mut_slice(), values.as_slice()) {
        ([], []) => {}
        ([x], [a]) => *x = simple_word(a)?,
        ([x, y], [a, b]) => (*x, *y) = (simple_word(a)?, simple_word(b)?),
        ([x, y, z], [a, b, c]) => {
            (*x, *y, *z) = (simple_word(a)?, simple_word(b)?, simple_word(c)?);
        }
        ([x, y, z, w], [a, b, c, d]) => {
            (*x, *y) = (simple_word(a)?, simple_word(b)?);
            (*z, *w) = (simple_word(c)?, simple_word(d)?);
        }
        _ => return None,
    }
    Some(words)
}

/// Reads back what [`simple_words`] made.
pub(crate) fn simple_values<'a, 'r>(
    words: &[Word],
    kinds: u32,
    room: &'r mut [Value<'a>; MAX_SIMPLE],
) -> &'r [Value<'a>] {
    for (index, (value, word)) in room.iter_mut().zip(words).enumerate() {
        let tag = (kinds >> (5 * index)) as u8 & 0x1f;
        let _ = scalar(&mut Reader(&word.to_le_bytes()), tag, value);
    }
    &room[..words.len().min(MAX_SIMPLE)]
}

/// The value's word in a frame, if it is one word.
#[inline(always)]
fn simple_word(value: &Value<'_>) -> Option<Word> {
    Some(match *value {
        Value::I8(n) => n as Word,
        Value::I16(n) => n as Word,
        Value::I32(n) => n as Word,
        Value::U8(n) => n.into(),
        Value::U16(n) => n.into(),
        Value::U32(n) => n.into(),
        #[cfg(target_pointer_width = "64")]
        Value::I64(n) => n as Word,
        #[cfg(target_pointer_width = "64")]
        Value::U64(n) => n,
        Value::Char(c) => u32::from(c).into(),
        #[cfg(feature = "float")]
        Value::F32(n) => n.to_bits().into(),
        #[cfg(all(feature = "float", target_pointer_width = "64"))]
        Value::F64(n) => n.to_bits(),
        _ => return None,
    })
}

/// Takes words off the front of a frame's bytes.
struct Reader<'a>(&'a [u8]);

#[allow(clippy::useless_conversion, reason = "a word is narrower on other targets")]
impl<'a> Reader<'a> {
    fn take(&mut self, bytes: usize) -> Result<&'a [u8], FrameError> {
        let (taken, rest) = self.0.split_at_checked(bytes).ok_or(FrameError::Short)?;
        self.0 = rest;
        Ok(taken)
    }

    /// A function of its own where memory is short: reading byte by byte takes much code.
    #[cfg_attr(target_pointer_width = "32", inline(never))]
    fn next(&mut self) -> Option<Word> {
        let (&word, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(Word::from_le_bytes(word))
    }

    fn word(&mut self) -> Result<Word, FrameError> {
        self.next().ok_or(FrameError::Short)
    }

    fn wide(&mut self) -> Result<u64, FrameError> {
        let low = u64::from(self.word()?);
        if WORD_BYTES == 8 {
            return Ok(low);
        }
        Ok(low | u64::from(self.word()?) << 32)
    }

    fn bytes(&mut self) -> Result<&'a [u8], FrameError> {
        let length = self.word()? as usize;
        let padded = words_for(length).checked_mul(WORD_BYTES).ok_or(FrameError::Short)?;
        self.take(padded)?.get(..length).ok_or(FrameError::Short)
    }

    /// Reads a value into its place, as it is a little large to be given back.
    fn value(
        &mut self,
        tag: u8,
        to: &mut Value<'a>,
        text: impl Fn(&'a [u8]) -> Option<&'a str>,
    ) -> Result<(), FrameError> {
        if !matches!(tag, tag::STR..=tag::HEXDUMP) {
            return scalar(self, tag, to);
        }
        let bytes = self.bytes()?;
        *to = match tag {
            tag::BYTES => Value::Bytes(bytes),
            tag::HEXDUMP => Value::Hexdump(bytes),
            _ => {
                let text = text(bytes).ok_or(FrameError::Text)?;
                if tag == tag::STR { Value::Str(text) } else { Value::Rendered(text) }
            }
        };
        Ok(())
    }
}

/// A value that refers to nothing.
#[allow(clippy::useless_conversion, reason = "a word is narrower on other targets")]
fn scalar(from: &mut Reader<'_>, tag: u8, to: &mut Value<'_>) -> Result<(), FrameError> {
    // Read first, then made a value of: in one, each kind would have a reader of its own.
    let words = match tag {
        tag::NONE | tag::FALSE | tag::TRUE => 0,
        tag::I64 | tag::U64 => WIDE,
        #[cfg(feature = "float")]
        tag::F64 => WIDE,
        // In two halves, below.
        #[cfg(feature = "int128")]
        tag::I128 | tag::U128 => 0,
        tag::I8..=tag::U32 | tag::CHAR => 1,
        #[cfg(feature = "float")]
        tag::F32 => 1,
        other => return Err(FrameError::Kind(other)),
    };
    let mut bits = 0;
    if words > 0 {
        bits = u64::from(from.word()?);
    }
    if words > 1 {
        bits |= u64::from(from.word()?) << 32;
    }
    *to = match tag {
        tag::FALSE | tag::TRUE => Value::Bool(tag == tag::TRUE),
        tag::I8 => Value::I8(bits as i8),
        tag::I16 => Value::I16(bits as i16),
        tag::I32 => Value::I32(bits as i32),
        tag::I64 => Value::I64(bits as i64),
        tag::U8 => Value::U8(bits as u8),
        tag::U16 => Value::U16(bits as u16),
        tag::U32 => Value::U32(bits as u32),
        tag::U64 => Value::U64(bits),
        tag::CHAR => Value::Char(char::from_u32(bits as u32).ok_or(FrameError::Text)?),
        #[cfg(feature = "float")]
        tag::F32 => Value::F32(f32::from_bits(bits as u32)),
        #[cfg(feature = "float")]
        tag::F64 => Value::F64(f64::from_bits(bits)),
        #[cfg(feature = "int128")]
        tag::I128 => Value::I128([from.wide()?, from.wide()?]),
        #[cfg(feature = "int128")]
        tag::U128 => Value::U128([from.wide()?, from.wide()?]),
        _ => Value::None,
    };
    Ok(())
}
