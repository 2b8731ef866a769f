//! Lines for programs and people: logfmt. Runs on the *collector* or *drain*.

use core::fmt;

use super::Formatter;
use super::escape::write_json_string;
use super::field::{DEFAULT_FIELDS, Field, Kind, distinct, key_values, marks, show_level};
use super::time::{Digits, write_rfc3339, write_seconds};
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
}

impl LogfmtFormatter {
    /// Time, level, logger, message and key-values.
    #[must_use]
    pub const fn new() -> Self {
        Self { fields: DEFAULT_FIELDS }
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
        for field in distinct(self.fields) {
            match field {
                Kind::Text(_) => {}
                Kind::Time => match record.time() {
                    Some(time) if record.is_since_epoch() => {
                        write_rfc3339(time, Digits::Nanos, line.key("time")?)?;
                    }
                    Some(time) => write_seconds(time, Digits::Nanos, line.key("uptime")?)?,
                    None => {}
                },
                Kind::KeyValues => {
                    for (key, value) in key_values(record) {
                        let before = if self.is_taken(key) { "fields." } else { "" };
                        write_value(value, line.key_with(before, key)?)?;
                    }
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

fn write_value(value: Value<'_>, out: &mut dyn fmt::Write) -> fmt::Result {
    let mut buffer = [0; 4];
    let text = match value {
        Value::Str(text) | Value::Rendered(text) => text,
        Value::Char(c) => c.encode_utf8(&mut buffer),
        Value::None => return out.write_str("null"),
        Value::Bytes([]) | Value::Hexdump([]) => "",
        Value::Bytes(bytes) | Value::Hexdump(bytes) => return write_hex(bytes, out),
        Value::Arguments(_) => return write_json_string(out, |out| value.write_to(out)),
        number => return number.write_to(out),
    };
    if !text.is_empty() && text.chars().all(is_plain) {
        return out.write_str(text);
    }
    write_json_string(out, |out| out.write_str(text))
}
