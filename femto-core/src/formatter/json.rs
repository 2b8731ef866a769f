//! Lines for programs: JSON. Runs on the *collector* or *drain*.

use core::fmt;

use super::escape::{write_json_string, write_quoted_level};
use super::field::{Field, Kind, chosen, key_values, level_name, marks};
use super::time::{Digits, Moment, write_seconds};
use super::{Formatter, FormatterBuilder};
#[cfg(feature = "float")]
use crate::value::Float;
use crate::{Record, Value};

/// `{"uptime":1.234567000,"level":"INFO","logger":"net","message":"link up","fields":{"tries":3}}`
///
/// An object of RFC 8259 on one line, valid whatever the record holds. Key-values are typed: numbers,
/// `true`, `false`, `null` for Python's `None`; all else is a string. Where JSON has no such thing:
/// - not-a-number and infinities are `null`, as in JavaScript;
/// - integers that need more than 64 bits are strings, for most readers would round them;
/// - bytes are strings of hexadecimal digits, two a byte;
/// - of key-values with equal keys the last counts.
///
/// Control characters are escaped (the set of
/// [`with_escaping`](super::FormatterBuilder::with_escaping)), so a line does no harm on a terminal
/// either. Where text was cut off to fit, there is `"cut":true`, and
/// `"recovered":true` where the record is from before the program last started.
#[derive(Clone, Copy, Debug)]
pub struct JsonFormatter {
    pub(super) fields: &'static [Field],
    /// Those of them that are shown: [`distinct`](super::field::distinct).
    pub(super) shown: u64,
}

impl JsonFormatter {
    /// Time, level, logger, message and key-values.
    #[must_use]
    pub const fn new() -> Self {
        FormatterBuilder::new().json()
    }
}

impl Default for JsonFormatter {
    fn default() -> Self {
        Self::new()
    }
}

impl Formatter for JsonFormatter {
    fn format(&self, record: &Record<'_>, out: &mut dyn fmt::Write) -> fmt::Result {
        let mut line = Object::open(out)?;
        for field in chosen(self.fields, self.shown) {
            match field {
                Kind::Text(_) => {}
                Kind::Time => match record.moment() {
                    Some(moment @ Moment { date: Some(write_date), .. }) => {
                        let out = line.key("time")?;
                        out.write_char('"')?;
                        write_date(moment, Digits::Nanos, out)?;
                        out.write_char('"')?;
                    }
                    Some(moment) => write_seconds(moment, Digits::Nanos, line.key("uptime")?)?,
                    None => {}
                },
                Kind::KeyValues if !record.has_key_values() => {}
                Kind::KeyValues => {
                    let mut fields = Object::open(line.key("fields")?)?;
                    key_values(record, &mut |key, value| write_value(value, fields.key(key)?))?;
                    fields.close()?;
                }
                Kind::Level => {
                    let out = line.key("level")?;
                    match level_name(record) {
                        Some(name) => write_json_string(&Value::Str(name), out)?,
                        None => write_quoted_level(record.level(), out)?,
                    }
                }
                Kind::Value(key, visit) => {
                    visit(record, &mut |value| write_value(&value, line.key(key)?))?;
                }
            }
        }
        for mark in marks(record) {
            line.key(mark)?.write_str("true")?;
        }
        line.close()
    }

    fn fields(&self) -> Option<&[Field]> {
        Some(self.fields)
    }
}

/// An object that is being written.
struct Object<'o> {
    out: &'o mut dyn fmt::Write,
    /// What stands before the next key.
    comma: &'static str,
}

impl<'o> Object<'o> {
    fn open(out: &'o mut dyn fmt::Write) -> Result<Self, fmt::Error> {
        out.write_char('{')?;
        Ok(Self { out, comma: "" })
    }

    /// Writes a key; its value is to be written next.
    fn key(&mut self, key: &str) -> Result<&mut dyn fmt::Write, fmt::Error> {
        self.out.write_str(self.comma)?;
        self.comma = ",";
        write_json_string(&Value::Str(key), self.out)?;
        self.out.write_char(':')?;
        Ok(self.out)
    }

    fn close(self) -> fmt::Result {
        self.out.write_char('}')
    }
}

#[inline(never)]
fn write_value(value: &Value<'_>, out: &mut dyn fmt::Write) -> fmt::Result {
    match *value {
        Value::None => out.write_str("null"),
        Value::Bool(_)
        | Value::I8(_)
        | Value::I16(_)
        | Value::I32(_)
        | Value::I64(_)
        | Value::U8(_)
        | Value::U16(_)
        | Value::U32(_)
        | Value::U64(_) => value.write_to(out),
        // `Debug` writes what JSON can read, in the fewest digits that read back as the same number.
        #[cfg(feature = "float")]
        Value::F32(n) if !n.is_finite() => out.write_str("null"),
        #[cfg(feature = "float")]
        Value::F64(n) if !n.is_finite() => out.write_str("null"),
        #[cfg(feature = "float")]
        Value::F32(_) | Value::F64(_) => write!(out, "{:?}", Float(value)),
        #[cfg(feature = "int128")]
        Value::I128([low, high]) if high as i64 == (low as i64) >> 63 => {
            Value::I64(low as i64).write_to(out)
        }
        #[cfg(feature = "int128")]
        Value::I128([low, 0]) | Value::U128([low, 0]) => Value::U64(low).write_to(out),
        // As digits.
        Value::Hexdump(bytes) => write_json_string(&Value::Bytes(bytes), out),
        _ => write_json_string(value, out),
    }
}
