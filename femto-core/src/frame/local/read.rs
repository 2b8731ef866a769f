//! Reads local frames back.

use super::{Event, FIRST_TAGS, TAGS, WIDE, tag_words};
use crate::Value;
use crate::atomic::{WORD_BYTES, Word};
use crate::frame::{FrameError, Header, MAX_VALUES, tag, words_for};

/// Reads back what [`Event::write`] wrote: `bytes` are the frame's words, little-endian, the first
/// included. `values` lends the room for the values; [`MAX_VALUES`] are always enough.
///
/// # Errors
/// [`FrameError`] for bytes that are no local frame; nothing is read beyond them.
pub fn read<'a>(bytes: &'a [u8], values: &'a mut [Value<'a>]) -> Result<Event<'a>, FrameError> {
    read_by(bytes, values, |text| core::str::from_utf8(text).ok())
}

/// [`read`] for a frame of [`Kind::Extended`](crate::frame::Kind::Extended): gives what comes behind
/// the values too, filled up to a word.
///
/// # Errors
/// Those of [`read`].
pub fn read_extended<'a>(
    bytes: &'a [u8],
    values: &'a mut [Value<'a>],
) -> Result<(Event<'a>, &'a [u8]), FrameError> {
    read_all(bytes, values, |text| core::str::from_utf8(text).ok())
}

/// [`read`], with what makes a text of the bytes that one left behind.
#[inline(always)]
pub(crate) fn read_by<'a>(
    bytes: &'a [u8],
    values: &'a mut [Value<'a>],
    text: impl Fn(&'a [u8]) -> Option<&'a str>,
) -> Result<Event<'a>, FrameError> {
    read_all(bytes, values, text).map(|(event, _)| event)
}

/// [`read_by`], with the bytes behind the values.
#[inline(always)]
#[allow(clippy::useless_conversion, reason = "a word is narrower on other targets")]
fn read_all<'a>(
    bytes: &'a [u8],
    values: &'a mut [Value<'a>],
    text: impl Fn(&'a [u8]) -> Option<&'a str>,
) -> Result<(Event<'a>, &'a [u8]), FrameError> {
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
    let values = &values[..header.values];
    Ok((Event { level: header.level, site, route, time, values }, reader.0))
}

/// Takes words off the front of a frame's bytes.
pub(super) struct Reader<'a>(pub(super) &'a [u8]);

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
pub(super) fn scalar(from: &mut Reader<'_>, tag: u8, to: &mut Value<'_>) -> Result<(), FrameError> {
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
