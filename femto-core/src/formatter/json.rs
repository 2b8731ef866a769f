//! Lines for programs: JSON. Runs on the *collector* or *drain*.

use core::fmt;

use super::Formatter;
use super::escape::write_json_string;
use super::field::{DEFAULT_FIELDS, Field, Kind, distinct, key_values, marks, show_level};
use super::time::{Digits, write_rfc3339, write_seconds};
use crate::value::write_hex;
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
}

impl JsonFormatter {
    /// Time, level, logger, message and key-values.
    #[must_use]
    pub const fn new() -> Self {
        Self { fields: DEFAULT_FIELDS }
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
        for field in distinct(self.fields) {
            match field {
                Kind::Text(_) => {}
                Kind::Time => match record.time() {
                    Some(time) if record.is_since_epoch() => {
                        let out = line.key("time")?;
                        write_json_string(out, |out| write_rfc3339(time, Digits::Nanos, out))?;
                    }
                    Some(time) => write_seconds(time, Digits::Nanos, line.key("uptime")?)?,
                    None => {}
                },
                Kind::KeyValues if !record.has_key_values() => {}
                Kind::KeyValues => {
                    let mut fields = Object::open(line.key("fields")?)?;
                    for (key, value) in key_values(record) {
                        write_value(value, fields.key(key)?)?;
                    }
                    fields.close()?;
                }
                Kind::Level => show_level(record, |name| write_value(name, line.key("level")?))?,
                Kind::Value(key, visit) => {
                    visit(record, &mut |value| write_value(value, line.key(key)?))?;
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
        write_json_string(self.out, |out| out.write_str(key))?;
        self.out.write_char(':')?;
        Ok(self.out)
    }

    fn close(self) -> fmt::Result {
        self.out.write_char('}')
    }
}

fn write_value(value: Value<'_>, out: &mut dyn fmt::Write) -> fmt::Result {
    match value {
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
        Value::F32(n) if n.is_finite() => write!(out, "{n:?}"),
        #[cfg(feature = "float")]
        Value::F64(n) if n.is_finite() => write!(out, "{n:?}"),
        #[cfg(feature = "float")]
        Value::F32(_) | Value::F64(_) => out.write_str("null"),
        #[cfg(feature = "int128")]
        Value::I128([low, high]) if high as i64 == (low as i64) >> 63 => {
            Value::I64(low as i64).write_to(out)
        }
        #[cfg(feature = "int128")]
        Value::I128([low, 0]) | Value::U128([low, 0]) => Value::U64(low).write_to(out),
        Value::Bytes(bytes) | Value::Hexdump(bytes) => {
            write_json_string(out, |out| write_hex(bytes, out))
        }
        other => write_json_string(out, |out| other.write_to(out)),
    }
}
