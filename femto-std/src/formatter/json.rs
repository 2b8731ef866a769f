//! Lines for programs: JSON.
//!
//! Made by the builder, run on the *collector*.

use femto_core::{Record, Value};

use super::clock::{Clock, Precision};
use super::escape::escape_json;
use super::field::{self, Field, NamedField, is_reserved, marks, push_level};
use super::keys::{ShownKeys, StaticFields};
use super::value::{push_json, push_json_text};
use super::{CaptureMask, FormatError, Formatter, whole};

/// `{"time":"2026-11-26T08:08:51.123456Z","level":"INFO","logger":"net","message":"link up","fields":{"tries":3}}`
///
/// An object of RFC 8259 on one line, valid whatever the record holds. See
/// [`FormatterBuilder`](crate::config::FormatterBuilder).
#[derive(Debug)]
pub(super) struct JsonFormatter {
    parts: Vec<Part>,
    clock: Clock,
    precision: Precision,
    is_flat: bool,
    /// Whether rendered key-values are JSON.
    is_python: bool,
    keys: ShownKeys,
    /// Each as `,"key":value`.
    statics: Vec<(Box<str>, Box<str>)>,
    mask: CaptureMask,
}

/// A field, and its key as `,"key":`, with the quotation mark of a value that the formatter quotes.
#[derive(Debug)]
struct Part {
    key: Box<str>,
    lead: Box<str>,
    field: Field,
}

impl JsonFormatter {
    pub(super) fn new(
        fields: &[NamedField],
        clock: Clock,
        precision: Precision,
        is_flat: bool,
        is_python: bool,
        keys: ShownKeys,
        statics: &StaticFields,
    ) -> Self {
        let parts = fields.iter().map(|named| {
            let is_quoted = matches!(named.field, Field::Time | Field::Level | Field::Message);
            let mut lead = lead(&named.key);
            lead.push_str(if is_quoted { "\"" } else { "" });
            Part { key: named.key.clone(), lead: lead.into(), field: named.field }
        });
        let statics = statics.iter().filter(|(key, _)| keys.shows(key)).map(|(key, value)| {
            let mut text = lead(key);
            push_json(&value.as_value(), &mut text);
            (key.clone(), text.into())
        });
        Self {
            parts: parts.collect(),
            clock,
            precision,
            is_flat,
            is_python,
            statics: statics.collect(),
            keys,
            mask: field::mask(fields),
        }
    }

    fn write(&self, record: &Record<'_>, line: &mut Line<'_>) -> Result<(), FormatError> {
        for part in &self.parts {
            match part.field {
                Field::Time => self.write_time(part, record, line)?,
                Field::UnixTime => {
                    if let Some(time) = record.time() {
                        let units = time.as_nanos() / u128::from(self.precision.nanos());
                        let out = line.lead(&part.lead);
                        out.push_str(itoa::Buffer::new().format(units));
                    }
                }
                Field::Level => {
                    let out = line.lead(&part.lead);
                    let start = out.len();
                    if !push_level(record, out) {
                        escape_json(out, start);
                    }
                    out.push('"');
                }
                Field::Message => {
                    let out = line.lead(&part.lead);
                    let start = out.len();
                    record.write_message(out).map_err(|_| FormatError::WriteMessage)?;
                    escape_json(out, start);
                    out.push('"');
                }
                Field::KeyValues if self.is_flat => self.keys.for_each(record, |key, value| {
                    let before = if self.is_taken(key) { "fields." } else { "" };
                    self.push(value, line.key(before, key));
                }),
                Field::KeyValues => self.write_nested(part, record, line),
                _ => part.field.show(record, |value| push_json(value, line.lead(&part.lead))),
            }
        }
        for (key, text) in &self.statics {
            let is_told = self.is_flat
                && record.has_key_values()
                && record.key_values().any(|(own, _)| *own == **key && self.keys.shows(own));
            if !is_told {
                line.lead(text);
            }
        }
        for mark in marks(record) {
            line.key("", mark).push_str("true");
        }
        line.close();
        Ok(())
    }

    fn write_time(
        &self,
        part: &Part,
        record: &Record<'_>,
        line: &mut Line<'_>,
    ) -> Result<(), FormatError> {
        let Some(time) = record.time() else { return Ok(()) };
        if record.is_since_epoch() {
            let out = line.lead(&part.lead);
            let start = out.len();
            self.clock.write(time, out)?;
            if !self.clock.is_plain() {
                escape_json(out, start);
            }
            out.push('"');
        } else {
            push_json(&Value::F64(time.as_secs_f64()), line.key("", "uptime"));
        }
        Ok(())
    }

    fn write_nested(&self, part: &Part, record: &Record<'_>, line: &mut Line<'_>) {
        let mut is_open = false;
        self.keys.for_each(record, |key, value| {
            if !is_open {
                line.lead(&part.lead);
            }
            line.out.push(if is_open { ',' } else { '{' });
            is_open = true;
            push_json_text(key, line.out);
            line.out.push(':');
            self.push(value, line.out);
        });
        if is_open {
            line.out.push('}');
        }
    }

    fn push(&self, value: &Value<'_>, out: &mut String) {
        match value {
            Value::Rendered(text) if self.is_python => out.push_str(text),
            _ => push_json(value, out),
        }
    }

    /// Whether the key is one of the line's own.
    fn is_taken(&self, key: &str) -> bool {
        self.parts.iter().any(|part| *part.key == *key && part.field != Field::KeyValues)
            || is_reserved(key)
    }
}

impl Formatter for JsonFormatter {
    fn format(&self, record: &Record<'_>, out: &mut String) -> Result<(), FormatError> {
        whole(out, |out| self.write(record, &mut Line { out, is_empty: true }))
    }

    fn mask(&self) -> CaptureMask {
        self.mask
    }
}

/// An object that is being written.
struct Line<'o> {
    out: &'o mut String,
    is_empty: bool,
}

impl Line<'_> {
    /// Appends text that begins with a comma; its value is to be written next.
    #[inline]
    fn lead(&mut self, text: &str) -> &mut String {
        if self.is_empty {
            self.is_empty = false;
            self.out.push('{');
            self.out.push_str(&text[1..]);
        } else {
            self.out.push_str(text);
        }
        self.out
    }

    fn key(&mut self, before: &str, key: &str) -> &mut String {
        self.out.push(if self.is_empty { '{' } else { ',' });
        self.is_empty = false;
        self.out.push('"');
        let start = self.out.len();
        self.out.extend([before, key]);
        escape_json(self.out, start);
        self.out.push_str("\":");
        self.out
    }

    fn close(&mut self) {
        self.out.push_str(if self.is_empty { "{}" } else { "}" });
    }
}

/// `,"key":`
fn lead(key: &str) -> String {
    let mut text = String::new();
    Line { out: &mut text, is_empty: false }.key("", key);
    text
}
