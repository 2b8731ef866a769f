//! Lines for people. Runs on the *collector* or *drain*.

use core::fmt;

use super::Formatter;
use super::escape::{EscapeFn, Line};
use super::field::{DEFAULT_FIELDS, Field, Kind, level_name};
use super::time::{Digits, Moment, write_uptime};
use crate::{Record, Value};

/// `[   1.234567] INFO  net: link up in 5 ms peer=10.0.0.7`
///
/// Between two fields stands a space, or the [`Field::text`] that is given there. Where text was
/// cut off to fit, the line ends with `[cut]`, and with `[recovered]` where the record is from before
/// the program last started. Without a clock there is no time. To show other fields,
/// or control characters as escapes, use [`FormatterBuilder`](super::FormatterBuilder).
#[derive(Clone, Copy, Debug)]
pub struct TextFormatter {
    pub(super) fields: &'static [Field],
    pub(super) escape: Option<EscapeFn>,
}

impl TextFormatter {
    /// Time, level, logger, message and key-values; nothing is escaped.
    #[must_use]
    pub const fn new() -> Self {
        Self { fields: DEFAULT_FIELDS, escape: None }
    }
}

impl Default for TextFormatter {
    fn default() -> Self {
        Self::new()
    }
}

impl Formatter for TextFormatter {
    fn format(&self, record: &Record<'_>, out: &mut dyn fmt::Write) -> fmt::Result {
        let mut line = Line::new(out, self.escape);
        for field in self.fields {
            match field.0 {
                Kind::Text(text) => {
                    line.put_as_it_is(&Value::Str(text));
                    line.needs_space = false;
                }
                Kind::Time => {
                    if let Some(moment) = record.moment() {
                        line.begin();
                        write_time(moment, &mut line);
                    }
                }
                Kind::Level => {
                    line.begin();
                    write_level(record, &mut line);
                }
                Kind::KeyValues => {
                    record.for_each_key_value(&mut |key, value| line.put_key_value(key, value));
                }
                Kind::Value(_, visit) => visit(record, &mut |value| line.put_field(&value))?,
            }
        }
        if record.is_cut() {
            line.put(" [cut]");
        }
        if record.is_recovered() {
            line.put(" [recovered]");
        }
        line.result
    }

    fn fields(&self) -> Option<&[Field]> {
        Some(self.fields)
    }
}

fn write_time(moment: Moment, line: &mut Line<'_>) {
    let _ = match moment.date {
        Some(write_date) => write_date(moment, Digits::Micros, line),
        None => write_uptime(moment, line),
    };
}

/// Writes the level, filled up to five characters.
fn write_level(record: &Record<'_>, line: &mut Line<'_>) {
    let Some(name) = level_name(record) else {
        let _ = record.level().write_number(line);
        return;
    };
    line.put(name);
    // Bytes that begin a character.
    let length = name.bytes().filter(|byte| byte & 0xc0 != 0x80).count();
    (length..5).for_each(|_| line.put(" "));
}
