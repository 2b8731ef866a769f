//! The portable encoding: bytes that tell everything themselves, for whatever leaves the image.
//!
//! Written on the *caller* or by the *drain*; read by the *collector*, the next start, or a host. The
//! decoder is total: any bytes give a record or an error.
//!
//! Little-endian throughout. A text is its length in bytes (`u32`) and its UTF-8 bytes. Version 1:
//!
//! | offset | size | field |
//! |---|---|---|
//! | 0 | 1 | version |
//! | 1 | 1 | level |
//! | 2 | 1 | style of the template ([`Style`]) |
//! | 3 | 1 | number of arguments |
//! | 4 | 2 | which sections follow, a bit each |
//! | 6 | 8 | time, in units that the container of the frame tells |
//! | 14 | | name of the logger, template, arguments, then the sections in the order of their bits |
//!
//! A value is its kind (`u8`) and what the kind says:
//!
//! | kind | value | bytes |
//! |---|---|---|
//! | 0 to 2 | none, false, true | 0 |
//! | 3 to 6 | `i8`, `i16`, `i32`, `i64` | 1, 2, 4, 8 |
//! | 7 to 10 | `u8`, `u16`, `u32`, `u64` | 1, 2, 4, 8 |
//! | 11, 12 | `f32`, `f64` | 4, 8 |
//! | 13 | `char` | 4 |
//! | 14, 15 | `i128`, `u128` | 16 |
//! | 16, 17 | text, bytes | length (`u32`) and bytes |
//! | 18 | text that was rendered with its own specification | length (`u32`) and bytes |
//! | 19 | bytes to be shown as a hexdump | length (`u32`) and bytes |
//! | 20 to 31 | of a later writer | length (`u32`) and bytes |
//!
//! | bit | section |
//! |---|---|
//! | 0, 1 | mapping, key-values: their number (`u8`), then pairs of text and value |
//! | 2 | location: file (text), line (`u32`) |
//! | 3, 4 | names of function, level: texts |
//! | 5, 6 | thread: identifier (`u64`), name; process: identifier (`u32`), name |
//! | 7, 8, 9 | name of the task, exception, stack: texts |
//! | 10 to 15 | of a later writer |
//!
//! # Versions
//! What an old reader can pass over needs no new version. A section that it does not know has a
//! higher bit, so lies behind all that it reads; a kind that it does not know (20 to 31), or was built
//! without (floats, 128-bit integers), it gives as [`Value::Bytes`]. Anything else is a new version,
//! and an error to an old reader.

use embedded_io::Write;

use super::{FrameError, tag};
use crate::{Level, Value};

/// The version that this crate writes.
pub const VERSION: u8 = 1;

/// The section of the key-values.
pub(crate) const KEY_VALUES: u16 = 1 << 1;

/// How arguments go into a template.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
#[repr(u8)]
pub enum Style {
    /// The template is the message.
    #[default]
    Ready = 0,
    /// `{}` as in `core::fmt`.
    Rust = 1,
    /// `%s` as in Python's `%` operator.
    Percent = 2,
}

/// A record, spelled out.
///
/// `V` and `P` are where arguments and pairs come from: slices when writing, [`Values`] and
/// [`Pairs`] when reading.
#[derive(Clone, Copy, Debug, Default)]
pub struct Portable<'a, V = Values<'a>, P = Pairs<'a>> {
    /// The record's level.
    pub level: Level,
    /// How the arguments go into the template.
    pub style: Style,
    /// When the record was made, in units that the container tells.
    pub time: u64,
    /// Name of the logger.
    pub name: &'a str,
    /// The message, or the template that becomes it.
    pub template: &'a str,
    /// Arguments of the template.
    pub arguments: V,
    /// Arguments that the template takes by name (Python's `%(name)s` with a mapping).
    pub mapping: Option<P>,
    /// Structured fields.
    pub key_values: Option<P>,
    /// Source file and line.
    pub location: Option<(&'a str, u32)>,
    /// Name of the function.
    pub function: Option<&'a str>,
    /// Name of the level, where the application gave it another one.
    pub level_name: Option<&'a str>,
    /// Thread: its identifier and name.
    pub thread: Option<(u64, &'a str)>,
    /// Process: its identifier and name.
    pub process: Option<(u32, &'a str)>,
    /// Name of the asynchronous task.
    pub task: Option<&'a str>,
    /// Text of an exception or error chain, possibly of many lines.
    pub exception: Option<&'a str>,
    /// Text of a stack, possibly of many lines.
    pub stack: Option<&'a str>,
}

/// The arguments to write.
pub type Arguments<'a> = &'a [Value<'a>];
/// The pairs to write.
pub type Fields<'a> = &'a [(&'a str, Value<'a>)];

impl Portable<'_, Arguments<'_>, Fields<'_>> {
    /// Writes the record. Arguments and pairs beyond 255 are left out.
    ///
    /// # Errors
    /// The writer's.
    #[inline]
    pub fn write<W: Write>(&self, to: &mut W) -> Result<(), W::Error> {
        self.write_with(to, None::<fn(&mut W) -> _>, |pairs| pairs.iter().copied())
    }
}

impl<'a, P: Copy> Portable<'_, Arguments<'_>, P> {
    /// Writes the record; `template` writes a text in place of the template, `pairs` gives the pairs.
    #[inline]
    pub(crate) fn write_with<W: Write, I: Iterator<Item = (&'a str, Value<'a>)> + Clone>(
        &self,
        to: &mut W,
        template: Option<impl FnOnce(&mut W) -> Result<(), W::Error>>,
        pairs: impl Fn(P) -> I,
    ) -> Result<(), W::Error> {
        let arguments = &self.arguments[..self.arguments.len().min(u8::MAX.into())];
        let sections = u16::from(self.mapping.is_some())
            | u16::from(self.key_values.is_some()) << 1
            | u16::from(self.location.is_some()) << 2
            | u16::from(self.function.is_some()) << 3
            | u16::from(self.level_name.is_some()) << 4
            | u16::from(self.thread.is_some()) << 5
            | u16::from(self.process.is_some()) << 6
            | u16::from(self.task.is_some()) << 7
            | u16::from(self.exception.is_some()) << 8
            | u16::from(self.stack.is_some()) << 9;
        to.write_all(&head(self.level, self.style, arguments.len() as u8, sections, self.time))?;
        write_text(self.name, to)?;
        match template {
            Some(template) => template(to)?,
            None => write_text(self.template, to)?,
        }
        for argument in arguments {
            write_value(argument, to)?;
        }
        for pairs in [self.mapping, self.key_values].into_iter().flatten().map(pairs) {
            let pairs = pairs.take(u8::MAX.into());
            to.write_all(&[pairs.clone().count() as u8])?;
            for (key, value) in pairs {
                write_text(key, to)?;
                write_value(&value, to)?;
            }
        }
        if let Some((file, line)) = self.location {
            write_text(file, to)?;
            to.write_all(&line.to_le_bytes())?;
        }
        for text in [self.function, self.level_name].into_iter().flatten() {
            write_text(text, to)?;
        }
        if let Some((id, name)) = self.thread {
            to.write_all(&id.to_le_bytes())?;
            write_text(name, to)?;
        }
        if let Some((id, name)) = self.process {
            to.write_all(&id.to_le_bytes())?;
            write_text(name, to)?;
        }
        for text in [self.task, self.exception, self.stack].into_iter().flatten() {
            write_text(text, to)?;
        }
        Ok(())
    }
}

impl<'a> Portable<'a> {
    /// Reads a record. Bytes behind it are ignored.
    ///
    /// # Errors
    /// [`FrameError`] for bytes that are no portable frame of a known version.
    pub fn read(bytes: &'a [u8]) -> Result<Self, FrameError> {
        Self::read_with(bytes, |reader, count| {
            Ok(Values(reader.skip(count, |reader| reader.value().map(drop))?))
        })
    }

    /// Reads a record, and its arguments into `room`, of which as many values are used as there
    /// are arguments. Quicker than [`Portable::read`], which reads arguments twice.
    ///
    /// # Errors
    /// [`FrameError`] for bytes that are no portable frame of a known version, and
    /// [`FrameError::Short`] if `room` is too small; 255 values are always enough.
    pub fn read_into<'v>(
        bytes: &'a [u8],
        room: &'v mut [Value<'a>],
    ) -> Result<Portable<'a, &'v [Value<'a>]>, FrameError> {
        Self::read_with(bytes, |reader, count| {
            let room = room.get_mut(..count.into()).ok_or(FrameError::Short)?;
            for value in &mut *room {
                *value = reader.value()?;
            }
            Ok(&*room)
        })
    }

    fn read_with<V>(
        bytes: &'a [u8],
        arguments: impl FnOnce(&mut Reader<'a>, u8) -> Result<V, FrameError>,
    ) -> Result<Portable<'a, V>, FrameError> {
        let mut reader = Reader(bytes);
        let [version, level, style, count, low, high] = reader.array()?;
        if version != VERSION {
            return Err(FrameError::Version(version));
        }
        let style = match style {
            0 => Style::Ready,
            1 => Style::Rust,
            2 => Style::Percent,
            other => return Err(FrameError::Style(other)),
        };
        let sections = u16::from_le_bytes([low, high]);
        let has = |bit: u16| sections >> bit & 1 == 1;
        // A struct's fields are evaluated in the order written: that of the encoding.
        Ok(Portable {
            level: Level::new(level),
            style,
            time: u64::from_le_bytes(reader.array()?),
            name: reader.text()?,
            template: reader.text()?,
            arguments: arguments(&mut reader, count)?,
            mapping: if has(0) { Some(reader.pairs()?) } else { None },
            key_values: if has(1) { Some(reader.pairs()?) } else { None },
            location: match has(2) {
                true => Some((reader.text()?, u32::from_le_bytes(reader.array()?))),
                false => None,
            },
            function: if has(3) { Some(reader.text()?) } else { None },
            level_name: if has(4) { Some(reader.text()?) } else { None },
            thread: match has(5) {
                true => Some((u64::from_le_bytes(reader.array()?), reader.text()?)),
                false => None,
            },
            process: match has(6) {
                true => Some((u32::from_le_bytes(reader.array()?), reader.text()?)),
                false => None,
            },
            task: if has(7) { Some(reader.text()?) } else { None },
            exception: if has(8) { Some(reader.text()?) } else { None },
            stack: if has(9) { Some(reader.text()?) } else { None },
        })
    }
}

/// The arguments of a frame that was read, one after the other.
#[derive(Clone, Copy, Debug, Default)]
pub struct Values<'a>(&'a [u8]);

impl<'a> Values<'a> {
    /// The first `count` values of `bytes`, if there are so many.
    pub(super) fn read(bytes: &'a [u8], count: u8) -> Result<Self, FrameError> {
        Ok(Self(Reader(bytes).skip(count, |reader| reader.value().map(drop))?))
    }
}

impl<'a> Iterator for Values<'a> {
    type Item = Value<'a>;

    fn next(&mut self) -> Option<Value<'a>> {
        let mut reader = Reader(self.0);
        // All of it was read once before: an error can only be the end.
        let value = reader.value().ok()?;
        self.0 = reader.0;
        Some(value)
    }
}

/// The pairs of a frame that was read, one after the other.
#[derive(Clone, Copy, Debug, Default)]
pub struct Pairs<'a>(&'a [u8]);

impl<'a> Iterator for Pairs<'a> {
    type Item = (&'a str, Value<'a>);

    fn next(&mut self) -> Option<Self::Item> {
        let mut reader = Reader(self.0);
        let pair = (reader.text().ok()?, reader.value().ok()?);
        self.0 = reader.0;
        Some(pair)
    }
}

/// What a frame begins with.
#[inline]
pub(crate) fn head(
    level: Level,
    style: Style,
    arguments: u8,
    sections: u16,
    time: u64,
) -> [u8; 14] {
    let ([low, high], [a, b, c, d, e, f, g, h]) = (sections.to_le_bytes(), time.to_le_bytes());
    let (level, style) = (level.number(), style as u8);
    [VERSION, level, style, arguments, low, high, a, b, c, d, e, f, g, h]
}

#[inline]
fn write_text<W: Write>(text: &str, to: &mut W) -> Result<(), W::Error> {
    to.write_all(&(text.len() as u32).to_le_bytes())?;
    to.write_all(text.as_bytes())
}

#[inline]
pub(crate) fn write_value<W: Write>(value: &Value<'_>, to: &mut W) -> Result<(), W::Error> {
    to.write_all(&[tag::of(value)])?;
    match *value {
        Value::None | Value::Bool(_) => Ok(()),
        Value::I8(n) => to.write_all(&n.to_le_bytes()),
        Value::I16(n) => to.write_all(&n.to_le_bytes()),
        Value::I32(n) => to.write_all(&n.to_le_bytes()),
        Value::I64(n) => to.write_all(&n.to_le_bytes()),
        Value::U8(n) => to.write_all(&n.to_le_bytes()),
        Value::U16(n) => to.write_all(&n.to_le_bytes()),
        Value::U32(n) => to.write_all(&n.to_le_bytes()),
        Value::U64(n) => to.write_all(&n.to_le_bytes()),
        #[cfg(feature = "float")]
        Value::F32(n) => to.write_all(&n.to_le_bytes()),
        #[cfg(feature = "float")]
        Value::F64(n) => to.write_all(&n.to_le_bytes()),
        #[cfg(feature = "int128")]
        Value::I128([low, high]) | Value::U128([low, high]) => {
            to.write_all(&low.to_le_bytes())?;
            to.write_all(&high.to_le_bytes())
        }
        Value::Char(c) => to.write_all(&u32::from(c).to_le_bytes()),
        Value::Str(text) | Value::Rendered(text) => write_text(text, to),
        Value::Bytes(bytes) | Value::Hexdump(bytes) => {
            to.write_all(&(bytes.len() as u32).to_le_bytes())?;
            to.write_all(bytes)
        }
        // Records are rendered before they are kept; without that, the text is empty.
        Value::Arguments(_) => write_text("", to),
    }
}

/// Takes fields off the front of a frame's bytes.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn array<const N: usize>(&mut self) -> Result<[u8; N], FrameError> {
        let (&array, rest) = self.0.split_first_chunk().ok_or(FrameError::Short)?;
        self.0 = rest;
        Ok(array)
    }

    fn bytes(&mut self) -> Result<&'a [u8], FrameError> {
        let length = u32::from_le_bytes(self.array()?) as usize;
        self.take(length)
    }

    fn take(&mut self, length: usize) -> Result<&'a [u8], FrameError> {
        let (bytes, rest) = self.0.split_at_checked(length).ok_or(FrameError::Short)?;
        self.0 = rest;
        Ok(bytes)
    }

    fn text(&mut self) -> Result<&'a str, FrameError> {
        core::str::from_utf8(self.bytes()?).map_err(|_| FrameError::Text)
    }

    fn value(&mut self) -> Result<Value<'a>, FrameError> {
        let [kind] = self.array()?;
        Ok(match kind {
            tag::NONE => Value::None,
            tag::FALSE => Value::Bool(false),
            tag::TRUE => Value::Bool(true),
            tag::I8 => Value::I8(i8::from_le_bytes(self.array()?)),
            tag::I16 => Value::I16(i16::from_le_bytes(self.array()?)),
            tag::I32 => Value::I32(i32::from_le_bytes(self.array()?)),
            tag::I64 => Value::I64(i64::from_le_bytes(self.array()?)),
            tag::U8 => Value::U8(u8::from_le_bytes(self.array()?)),
            tag::U16 => Value::U16(u16::from_le_bytes(self.array()?)),
            tag::U32 => Value::U32(u32::from_le_bytes(self.array()?)),
            tag::U64 => Value::U64(u64::from_le_bytes(self.array()?)),
            #[cfg(feature = "float")]
            tag::F32 => Value::of_f32(f32::from_le_bytes(self.array()?)),
            #[cfg(feature = "float")]
            tag::F64 => Value::of_f64(f64::from_le_bytes(self.array()?)),
            #[cfg(feature = "int128")]
            tag::I128 => Value::I128(self.halves()?),
            #[cfg(feature = "int128")]
            tag::U128 => Value::U128(self.halves()?),
            #[cfg(not(feature = "float"))]
            tag::F32 => Value::Bytes(self.take(4)?),
            #[cfg(not(feature = "float"))]
            tag::F64 => Value::Bytes(self.take(8)?),
            #[cfg(not(feature = "int128"))]
            tag::I128 | tag::U128 => Value::Bytes(self.take(16)?),
            tag::CHAR => Value::Char(
                char::from_u32(u32::from_le_bytes(self.array()?)).ok_or(FrameError::Text)?,
            ),
            tag::STR => Value::Str(self.text()?),
            tag::RENDERED => Value::Rendered(self.text()?),
            tag::HEXDUMP => Value::of_hexdump(self.bytes()?),
            tag::BYTES | tag::LATER..=tag::LAST => Value::Bytes(self.bytes()?),
            other => return Err(FrameError::Kind(other)),
        })
    }

    #[cfg(feature = "int128")]
    fn halves(&mut self) -> Result<[u64; 2], FrameError> {
        Ok([u64::from_le_bytes(self.array()?), u64::from_le_bytes(self.array()?)])
    }

    /// Reads `count` items and gives the bytes that they took.
    fn skip(
        &mut self,
        count: u8,
        mut item: impl FnMut(&mut Self) -> Result<(), FrameError>,
    ) -> Result<&'a [u8], FrameError> {
        let before = self.0;
        for _ in 0..count {
            item(self)?;
        }
        Ok(&before[..before.len() - self.0.len()])
    }

    fn pairs(&mut self) -> Result<Pairs<'a>, FrameError> {
        let [count] = self.array()?;
        let pair = |reader: &mut Self| {
            reader.text()?;
            reader.value().map(drop)
        };
        Ok(Pairs(self.skip(count, pair)?))
    }
}

#[cfg(test)]
mod tests {
    use std::string::ToString;
    use std::vec::Vec;

    use super::*;

    /// A frame with one argument.
    fn frame(sections: u16, argument: &[u8], behind: &[u8]) -> Vec<u8> {
        let mut bytes = vec![VERSION, 20, Style::Rust as u8, 1];
        bytes.extend(sections.to_le_bytes());
        bytes.extend([0; 8]);
        bytes.extend(*b"\x01\0\0\0n\x02\0\0\0{}");
        bytes.extend(argument);
        bytes.extend(behind);
        bytes
    }

    #[test]
    fn what_a_later_writer_adds_is_passed_over() {
        let task = b"\x01\0\0\0t";
        let later = [&task[..], b"whatever it is"].concat();
        let bytes = frame(1 << 7 | 1 << 12, b"\x15\x03\0\0\0abc", &later);
        let mut read = Portable::read(&bytes).unwrap();
        assert!(matches!(read.arguments.next(), Some(Value::Bytes(b"abc"))));
        assert_eq!(read.task, Some("t"));
        let error = Portable::read(&frame(0, &[32, 0, 0, 0, 0], &[])).unwrap_err();
        assert_eq!(error.to_string(), "a value of kind 32 is not known");
    }

    #[test]
    fn a_number_is_read_by_those_who_have_it_and_kept_by_the_others() {
        for (tag, size, has) in [
            (tag::F32, 4, cfg!(feature = "float")),
            (tag::F64, 8, cfg!(feature = "float")),
            (tag::I128, 16, cfg!(feature = "int128")),
            (tag::U128, 16, cfg!(feature = "int128")),
        ] {
            let bytes = frame(0, &[&[tag][..], &[1; 16][..size]].concat(), &[]);
            let value = Portable::read(&bytes).unwrap().arguments.next();
            let is_bytes = matches!(value, Some(Value::Bytes(kept)) if kept == &[1; 16][..size]);
            assert_eq!(is_bytes, !has, "{value:?}");
        }
    }
}
