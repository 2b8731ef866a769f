//! A record as a portable frame of bounded length. Runs on the *caller*, before the claim of room:
//! whatever a `Display` logs is an ordinary call.

use core::convert::Infallible;
use core::fmt;

use embedded_io::{ErrorKind, ErrorType};

use super::message::is_plain;
use crate::atomic::WORD_BYTES;
use crate::frame::portable::{self, Style};
use crate::frame::tag;
use crate::{Record, Value};

/// The bytes of a portable frame.
pub(super) struct Encoded {
    /// Not an array, which would have to be cleared first.
    bytes: heapless::Vec<u8, MAX_BYTES>,
    limit: usize,
    pub(super) is_cut: bool,
}

impl Encoded {
    /// No bytes, and room for `limit` of them.
    #[inline]
    pub(super) fn new(limit: usize) -> Self {
        Self { bytes: heapless::Vec::new(), limit: limit.min(MAX_BYTES), is_cut: false }
    }

    /// Spells `record` out, with its `time` in ticks: name, message, key-values, name of the level. What
    /// there is no room for is left out: the end of the message, at a character boundary, or where
    /// key-values leave no room for one, whole key-values.
    ///
    /// A template with holes that say no more than `{}` is kept, with its arguments; of others there may be
    /// nobody to apply them, so the message is.
    pub(super) fn put(&mut self, record: &Record<'_>, time: u64) {
        self.is_cut = record.is_cut();
        if self.put_template(record, time).is_none() {
            self.bytes.clear();
            self.put_message(record, time);
        }
        while !self.bytes.len().is_multiple_of(WORD_BYTES) && self.bytes.push(0).is_ok() {}
    }

    /// The frame, filled up with zeros to a word.
    pub(super) fn words(&self) -> &[[u8; WORD_BYTES]] {
        self.bytes.as_chunks().0
    }

    /// Keeps template and arguments as they are; `None` if that cannot be, or does not fit.
    fn put_template(&mut self, record: &Record<'_>, time: u64) -> Option<()> {
        let (site, values) = (record.site()?, record.values());
        let arguments = values.get(..values.len().checked_sub(site.keys.len())?)?;
        if !arguments.is_empty() && !is_plain(site.template) {
            return None;
        }
        self.push(&portable::head(
            record.level(),
            Style::Rust,
            arguments.len() as u8,
            sections(record),
            time,
        ))?;
        self.push_text(record.logger_name())?;
        self.push_text(site.template)?;
        arguments.iter().try_for_each(|value| self.value(value))?;
        self.put_pairs(record)?;
        self.put_level_name(record)
    }

    #[cold]
    #[inline(never)]
    fn put_message(&mut self, record: &Record<'_>, time: u64) {
        let _ = self.push(&portable::head(record.level(), Style::Ready, 0, sections(record), time));
        // However long the texts, there is room for what has to come behind.
        let (whole, number) = (self.limit, usize::from(record.has_key_values()));
        let last = level_name(record).map_or(0, |name| LENGTH_BYTES + name.len());
        let limit = whole - last - number;
        self.limit = limit - LENGTH_BYTES;
        self.is_cut |= self.text(|text| text.write_str(record.logger_name())).is_none();
        let (left, pairs) = (self.limit - self.bytes.len(), bytes_of_pairs(record));
        self.limit = limit - if pairs <= left { pairs } else { 0 };
        self.is_cut |= self.text(|text| record.write_message(text)).is_none();
        self.limit = whole - last;
        let _ = self.put_pairs(record);
        self.limit = whole;
        let _ = self.put_level_name(record);
    }

    fn put_level_name(&mut self, record: &Record<'_>) -> Option<()> {
        level_name(record).map_or(Some(()), |name| self.push_text(name))
    }

    /// Puts the key-values that fit; `None` if there is no room for their number.
    fn put_pairs(&mut self, record: &Record<'_>) -> Option<()> {
        if !record.has_key_values() {
            return Some(());
        }
        let number_at = self.bytes.len();
        self.push(&[0])?;
        for (number, (key, value)) in (1_u8..).zip(record.key_values()) {
            let before = self.bytes.len();
            let is_put = usize::from(number) <= MAX_PAIRS
                && self.push_text(key).and_then(|()| self.value(&value)).is_some();
            if !is_put {
                self.bytes.truncate(before);
                self.is_cut = true;
                break;
            }
            *self.bytes.get_mut(number_at)? = number;
        }
        Some(())
    }

    /// Puts a value; `None` if it does not fit whole.
    fn value(&mut self, value: &Value<'_>) -> Option<()> {
        match value {
            Value::Arguments(arguments) => {
                self.push(&[tag::RENDERED])?;
                self.text(|text| text.write_fmt(**arguments))
            }
            value => portable::write_value(value, self).ok(),
        }
    }

    fn push_text(&mut self, text: &str) -> Option<()> {
        self.push(&(text.len() as u32).to_le_bytes())?;
        self.push(text.as_bytes())
    }

    /// Puts the length of a text and what of it fits; `None` if that was not all.
    fn text(&mut self, write: impl FnOnce(&mut dyn fmt::Write) -> fmt::Result) -> Option<()> {
        self.push(&[0; LENGTH_BYTES])?;
        let start = self.bytes.len();
        let mut text = Text { encoded: self, is_cut: false };
        // A `Display` that fails leaves what it wrote.
        let _ = write(&mut text);
        let is_cut = text.is_cut;
        let length = (self.bytes.len() - start) as u32;
        *self.bytes.get_mut(..start)?.last_chunk_mut()? = length.to_le_bytes();
        (!is_cut).then_some(())
    }

    /// Puts all of `bytes`, or nothing.
    fn push(&mut self, bytes: &[u8]) -> Option<()> {
        if self.bytes.len() + bytes.len() > self.limit {
            return None;
        }
        self.bytes.extend_from_slice(bytes).ok()
    }
}

/// Which sections follow.
fn sections(record: &Record<'_>) -> u16 {
    let has = |is_there: bool, section| if is_there { section } else { 0 };
    has(record.has_key_values(), portable::KEY_VALUES)
        | has(level_name(record).is_some(), portable::LEVEL_NAME)
}

/// The name of the level, unless it is far too long for one.
fn level_name<'a>(record: &Record<'a>) -> Option<&'a str> {
    record.level_name().filter(|name| name.len() <= LONGEST_LEVEL_NAME)
}

/// The bytes that all key-values take, without their number.
fn bytes_of_pairs(record: &Record<'_>) -> usize {
    let mut bytes = Count(0);
    for (key, value) in record.key_values() {
        bytes.0 += LENGTH_BYTES + key.len();
        match value {
            Value::Arguments(arguments) => {
                bytes.0 += 1 + LENGTH_BYTES;
                let _ = fmt::Write::write_fmt(&mut bytes, *arguments);
            }
            value => {
                let Ok(()) = portable::write_value(&value, &mut bytes);
            }
        }
    }
    bytes.0
}

/// Counts bytes.
struct Count(usize);

impl fmt::Write for Count {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0 += text.len();
        Ok(())
    }
}

impl ErrorType for Count {
    type Error = Infallible;
}

impl embedded_io::Write for Count {
    fn write(&mut self, bytes: &[u8]) -> Result<usize, Infallible> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> Result<(), Infallible> {
        Ok(())
    }
}

/// Takes what fits, up to a character boundary, and then no more.
///
/// It never fails: a `Display` that unwraps the result of its writes must not panic.
struct Text<'e> {
    encoded: &'e mut Encoded,
    is_cut: bool,
}

impl fmt::Write for Text<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        if !self.is_cut && self.encoded.push(text.as_bytes()).is_none() {
            self.is_cut = true;
            let room = self.encoded.limit - self.encoded.bytes.len();
            let fits = text.get(..text.floor_char_boundary(room)).unwrap_or("");
            let _ = self.encoded.push(fits.as_bytes());
        }
        Ok(())
    }
}

impl ErrorType for Encoded {
    type Error = ErrorKind;
}

impl embedded_io::Write for Encoded {
    fn write(&mut self, bytes: &[u8]) -> Result<usize, ErrorKind> {
        self.push(bytes).map(|()| bytes.len()).ok_or(ErrorKind::OutOfMemory)
    }

    fn flush(&mut self) -> Result<(), ErrorKind> {
        Ok(())
    }
}

/// The most key-values of one record.
pub(super) const MAX_PAIRS: usize = 16;
/// The longest name of a level that is kept, in bytes.
const LONGEST_LEVEL_NAME: usize = 24;
/// Bytes of a text's length.
const LENGTH_BYTES: usize = 4;
/// The longest portable frame, in bytes.
pub(super) const MAX_BYTES: usize = 256;
