//! Lines for programs and people: logfmt.
//!
//! Made by the builder, run on the *collector*.

use femto_core::{Record, Value};

use super::clock::{Clock, Precision};
use super::escape::escape_json;
use super::field::{self, Field, NamedField, is_reserved, marks, push_level};
use super::keys::{ShownKeys, StaticFields};
use super::value::push_text;
use super::{CaptureMask, FormatError, Formatter, whole};

/// `time=2026-11-26T08:08:51.123456Z level=INFO logger=net message="link up in 5 ms" peer=10.0.0.7`
///
/// Pairs of key and value, a space between. There is no standard; what is written here is read back
/// by the parsers in use (Go's `go-logfmt`, Grafana Loki's):
/// - a value stands as it is if it is printable ASCII without space, `=`, `"` and `\`, else it is
///   quoted as a JSON string; so is the message, always;
/// - in a key, what is not printable ASCII, and the same four, becomes `_`;
/// - a key-value of a field's key gets `fields.` before it.
#[derive(Debug)]
pub(super) struct LogfmtFormatter {
    fields: Vec<NamedField>,
    clock: Clock,
    precision: Precision,
    keys: ShownKeys,
    /// Each as its key and ` key=value`.
    statics: Vec<(Box<str>, Box<str>)>,
    mask: CaptureMask,
}

impl LogfmtFormatter {
    pub(super) fn new(
        fields: &[NamedField],
        clock: Clock,
        precision: Precision,
        keys: ShownKeys,
        statics: &StaticFields,
    ) -> Self {
        let clean = |key: &str| {
            let mut text = String::new();
            push_key("", key, &mut text);
            text
        };
        let statics = statics.iter().filter(|(key, _)| keys.shows(key)).map(|(key, value)| {
            let mut text = String::from(" ");
            push_key("", key, &mut text);
            text.push('=');
            push_value(&value.as_value(), &mut text);
            (clean(key).into(), text.into())
        });
        let fields =
            fields.iter().map(|named| NamedField { key: clean(&named.key).into(), ..*named });
        let fields: Vec<_> = fields.collect();
        Self {
            statics: statics.collect(),
            mask: field::mask(&fields),
            fields,
            clock,
            precision,
            keys,
        }
    }

    fn write(&self, record: &Record<'_>, line: &mut Line<'_>) -> Result<(), FormatError> {
        for named in &self.fields {
            let key = &*named.key;
            match named.field {
                Field::Time => match record.time() {
                    Some(time) if record.is_since_epoch() => {
                        let out = line.begin(key);
                        let start = out.len();
                        self.clock.write(time, out)?;
                        if !self.clock.is_plain() {
                            quote(out, start);
                        }
                    }
                    Some(time) => push_value(&Value::F64(time.as_secs_f64()), line.begin("uptime")),
                    None => {}
                },
                Field::UnixTime => {
                    if let Some(time) = record.time() {
                        let units = time.as_nanos() / u128::from(self.precision.nanos());
                        line.begin(key).push_str(itoa::Buffer::new().format(units));
                    }
                }
                Field::Level => {
                    let out = line.begin(key);
                    let start = out.len();
                    push_level(record, out);
                    quote(out, start);
                }
                Field::Message => {
                    let out = line.begin(key);
                    out.push('"');
                    let start = out.len();
                    record.write_message(out).map_err(|_| FormatError::WriteMessage)?;
                    escape_json(out, start);
                    out.push('"');
                }
                Field::KeyValues => self.keys.for_each(record, |key, value| {
                    line.separate();
                    let start = line.out.len();
                    push_key("", key, line.out);
                    if self.is_taken(&line.out[start..]) {
                        line.out.truncate(start);
                        push_key("fields.", key, line.out);
                    }
                    line.out.push('=');
                    push_value(value, line.out);
                }),
                field => field.show(record, |value| push_value(value, line.begin(key))),
            }
        }
        for (key, text) in &self.statics {
            let is_told = record.has_key_values()
                && record.key_values().any(|(own, _)| *own == **key && self.keys.shows(own));
            if !is_told {
                line.separate();
                line.out.push_str(&text[1..]);
            }
        }
        for mark in marks(record) {
            line.begin(mark).push_str("true");
        }
        Ok(())
    }

    /// Whether the key is one of the line's own.
    fn is_taken(&self, key: &str) -> bool {
        self.fields.iter().any(|named| *named.key == *key && named.field != Field::KeyValues)
            || is_reserved(key)
    }
}

impl Formatter for LogfmtFormatter {
    fn format(&self, record: &Record<'_>, out: &mut String) -> Result<(), FormatError> {
        whole(out, |out| self.write(record, &mut Line { out, is_empty: true }))
    }

    fn mask(&self) -> CaptureMask {
        self.mask
    }
}

/// A line that is being written.
struct Line<'o> {
    out: &'o mut String,
    is_empty: bool,
}

impl Line<'_> {
    #[inline]
    fn separate(&mut self) {
        if !self.is_empty {
            self.out.push(' ');
        }
        self.is_empty = false;
    }

    /// Appends a key that is clean already; its value is to be written next.
    #[inline]
    fn begin(&mut self, key: &str) -> &mut String {
        self.separate();
        self.out.push_str(key);
        self.out.push('=');
        self.out
    }
}

fn push_key(before: &str, key: &str, out: &mut String) {
    out.push_str(before);
    if key.is_empty() {
        out.push('_');
    }
    out.extend(key.chars().map(|c| if u8::try_from(c).is_ok_and(is_plain) { c } else { '_' }));
}

/// Whether a byte needs no quotes.
const fn is_plain(byte: u8) -> bool {
    byte.is_ascii_graphic() && !matches!(byte, b'=' | b'"' | b'\\')
}

fn push_value(value: &Value<'_>, out: &mut String) {
    let start = out.len();
    match value {
        Value::None => return out.push_str("null"),
        // As digits, on one line.
        Value::Hexdump(bytes) => push_text(&Value::Bytes(bytes), out),
        _ => push_text(value, out),
    }
    quote(out, start);
}

/// Puts what is written from byte `start` on in quotes, if it needs them.
fn quote(out: &mut String, start: usize) {
    let text = &out.as_bytes()[start..];
    if !text.is_empty() && text.iter().copied().all(is_plain) {
        return;
    }
    escape_json(out, start);
    out.insert(start, '"');
    out.push('"');
}
