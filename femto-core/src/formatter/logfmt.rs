//! Lines for programs and people: logfmt. Runs on the *collector* or *drain*.

use core::fmt;

use super::escape::{write_json_string, write_quoted_level};
use super::field::{Field, Kind, chosen, key_values, level_name, marks};
use super::time::{Digits, Moment, write_seconds};
use super::{Formatter, FormatterBuilder};
use crate::value::write_hex;
use crate::{Record, Value};

/// `uptime=1.234567000 level=INFO logger=net message="link up in 5 ms" peer=10.0.0.7`
///
/// Pairs of key and value, a space between. There is no standard; what is written here is read back
/// by the parsers in use (Go's `go-logfmt`, Grafana Loki's):
/// - a value stands as it is if it is printable ASCII without space, `=`, `"` and `\`, else it is
///   quoted as a JSON string; so is the message, always;
/// - in a key, what is not printable ASCII, and the same four, becomes `_`;
/// - a key-value of a field's name gets `fields.` before it; of equal keys the last counts;
/// - bytes are hexadecimal digits, two a byte; Python's `None` is `null`.
///
/// Where text was cut off to fit, there is `cut=true`, and `recovered=true` where the record
/// is from before the program last started.
#[derive(Clone, Copy, Debug)]
pub struct LogfmtFormatter {
    pub(super) fields: &'static [Field],
    /// Those of them that are shown: [`distinct`](super::field::distinct).
    pub(super) shown: u64,
}

impl LogfmtFormatter {
    /// Time, level, logger, message and key-values.
    #[must_use]
    pub const fn new() -> Self {
        FormatterBuilder::new().logfmt()
    }
}

impl Default for LogfmtFormatter {
    fn default() -> Self {
        Self::new()
    }
}

impl Formatter for LogfmtFormatter {
    fn format(&self, record: &Record<'_>, out: &mut dyn fmt::Write) -> fmt::Result {
        let mut line = Pairs { out, space: "" };
        for field in chosen(self.fields, self.shown) {
            match field {
                Kind::Text(_) => {}
                Kind::Time => match record.moment() {
                    Some(moment @ Moment { date: Some(write_date), .. }) => {
                        write_date(moment, Digits::Nanos, line.key("time")?)?;
                    }
                    Some(moment) => write_seconds(moment, Digits::Nanos, line.key("uptime")?)?,
                    None => {}
                },
                Kind::KeyValues => {
                    key_values(record, &mut |key, value| {
                        let before = if self.is_taken(key) { "fields." } else { "" };
                        write_value(value, line.key_with(before, key)?)
                    })?;
                }
                Kind::Level => {
                    let out = line.key("level")?;
                    match level_name(record) {
                        Some(name) => write_value(&Value::Str(name), out)?,
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
        Ok(())
    }

    fn fields(&self) -> Option<&[Field]> {
        Some(self.fields)
    }
}

impl LogfmtFormatter {
    /// Whether the key is one of the line's own.
    fn is_taken(&self, key: &str) -> bool {
        let is_of_field = || self.fields.iter().any(|field| field.key() == key);
        !key.is_empty() && is_of_field() || matches!(key, "uptime" | "cut" | "recovered")
    }
}

/// A line that is being written.
struct Pairs<'o> {
    out: &'o mut dyn fmt::Write,
    /// What stands before the next key.
    space: &'static str,
}

impl Pairs<'_> {
    /// Writes a key; its value is to be written next.
    fn key(&mut self, key: &str) -> Result<&mut dyn fmt::Write, fmt::Error> {
        self.key_with("", key)
    }

    fn key_with(&mut self, before: &str, key: &str) -> Result<&mut dyn fmt::Write, fmt::Error> {
        self.out.write_str(self.space)?;
        self.space = " ";
        self.out.write_str(before)?;
        if key.is_empty() {
            self.out.write_char('_')?;
        }
        for c in key.chars() {
            self.out.write_char(if is_plain(c) { c } else { '_' })?;
        }
        self.out.write_char('=')?;
        Ok(self.out)
    }
}

/// Whether a character needs no quotes.
const fn is_plain(c: char) -> bool {
    c.is_ascii_graphic() && !matches!(c, '=' | '"' | '\\')
}

#[inline(never)]
fn write_value(value: &Value<'_>, out: &mut dyn fmt::Write) -> fmt::Result {
    let is_plain = match *value {
        Value::None => return out.write_str("null"),
        Value::Bytes([]) | Value::Hexdump([]) => return out.write_str("\"\""),
        Value::Bytes(bytes) | Value::Hexdump(bytes) => return write_hex(bytes, out),
        Value::Str(text) | Value::Rendered(text) => {
            !text.is_empty() && text.bytes().all(|byte| is_plain(byte.into()))
        }
        Value::Char(c) => is_plain(c),
        Value::Arguments(_) => false,
        _ => true,
    };
    if is_plain { value.write_to(out) } else { write_json_string(value, out) }
}
