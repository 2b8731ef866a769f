//! Reads portable frames, whatever the bytes.

use super::text::text;
use super::{Portable, Style, VERSION};
use crate::frame::{FrameError, tag};
use crate::{Level, Value};

impl<'a> Portable<'a> {
    /// Reads a record. Bytes behind it are ignored.
    ///
    /// # Errors
    /// [`FrameError`] for bytes that are no portable frame of a known version.
    pub fn read(bytes: &'a [u8]) -> Result<Self, FrameError> {
        Self::read_with(
            bytes,
            |reader, count| Ok(Values(reader.skip(count, |reader| reader.value().map(drop))?)),
            |reader, count| Ok(Pairs(reader.skip(count, |reader| reader.pair().map(drop))?)),
        )
    }

    /// Reads a record, its arguments into `room`, of which as many values are used as there are
    /// arguments, and gives its pairs to `take_pair`: those of the mapping, then the key-values; the record
    /// tells how many of each. Quicker than [`Portable::read`], which reads both twice.
    ///
    /// # Errors
    /// [`FrameError`] for bytes that are no portable frame of a known version, and
    /// [`FrameError::Short`] if `room` is too small; 255 values are always enough.
    pub fn read_into<'v>(
        bytes: &'a [u8],
        room: &'v mut [Value<'a>],
        mut take_pair: impl FnMut((&'a str, Value<'a>)),
    ) -> Result<Portable<'a, &'v [Value<'a>], usize>, FrameError> {
        Portable::read_with(
            bytes,
            |reader, count| {
                let room = room.get_mut(..count.into()).ok_or(FrameError::Short)?;
                for value in &mut *room {
                    *value = reader.value()?;
                }
                Ok(&*room)
            },
            |reader, count| {
                for _ in 0..count {
                    take_pair(reader.pair()?);
                }
                Ok(count.into())
            },
        )
    }
}

impl<'a, V, P> Portable<'a, V, P> {
    fn read_with(
        bytes: &'a [u8],
        arguments: impl FnOnce(&mut Reader<'a>, u8) -> Result<V, FrameError>,
        mut pairs: impl FnMut(&mut Reader<'a>, u8) -> Result<P, FrameError>,
    ) -> Result<Self, FrameError> {
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
        let mut pairs = |reader: &mut Reader<'a>| {
            let [count] = reader.array()?;
            pairs(reader, count)
        };
        // A struct's fields are evaluated in the order written: that of the encoding.
        Ok(Self {
            level: Level::new(level),
            style,
            time: u64::from_le_bytes(reader.array()?),
            name: reader.text()?,
            template: reader.text()?,
            arguments: arguments(&mut reader, count)?,
            mapping: if has(0) { Some(pairs(&mut reader)?) } else { None },
            key_values: if has(1) { Some(pairs(&mut reader)?) } else { None },
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

impl<'a> Pairs<'a> {
    /// Reads what [`write_pair`](super::write_pair) wrote, up to the first byte that is no part of it.
    #[must_use]
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }
}

impl<'a> Iterator for Pairs<'a> {
    type Item = (&'a str, Value<'a>);

    fn next(&mut self) -> Option<Self::Item> {
        let mut reader = Reader(self.0);
        let pair = reader.pair().ok()?;
        self.0 = reader.0;
        Some(pair)
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
        text(self.bytes()?).ok_or(FrameError::Text)
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

    fn pair(&mut self) -> Result<(&'a str, Value<'a>), FrameError> {
        Ok((self.text()?, self.value()?))
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
