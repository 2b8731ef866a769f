//! Lines for people. Runs on the *collector* or *drain*.

use core::fmt::{self, Write as _};
use core::mem;
use core::time::Duration;

use super::Formatter;
use super::escape::{EscapeFn, Line};
use super::field::{DEFAULT_FIELDS, Field, Kind, show_level};
use super::time::{Digits, write_rfc3339};
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
        let mut line = Line { out, escape: self.escape, result: Ok(()) };
        // What stands before the next field that the record has.
        let mut space = "";
        for field in self.fields {
            match field.0 {
                Kind::Text(text) => {
                    line.out.write_str(text)?;
                    space = "";
                }
                Kind::Time => {
                    let Some(time) = record.time() else { continue };
                    line.write_str(mem::replace(&mut space, " "))?;
                    write_time(time, record.is_since_epoch(), &mut line)?;
                }
                Kind::Level => {
                    line.write_str(mem::replace(&mut space, " "))?;
                    show_level(record, |name| write!(line, "{name:<5}"))?;
                }
                Kind::KeyValues => {
                    for (key, value) in record.key_values() {
                        line.write_str(mem::replace(&mut space, " "))?;
                        line.write_str(key)?;
                        line.write_str("=")?;
                        match value {
                            // It has the ends of its lines from us.
                            Value::Hexdump(_) => value.write_to(line.out)?,
                            _ => _ = value.write_to(&mut line),
                        }
                    }
                }
                Kind::Value(_, visit) => visit(record, &mut |value| {
                    line.write_str(mem::replace(&mut space, " "))?;
                    // A `Display` that fails leaves what it wrote.
                    let _ = value.write_to(&mut line);
                    line.result
                })?,
            }
        }
        if record.is_cut() {
            line.write_str(" [cut]")?;
        }
        if record.is_recovered() {
            line.write_str(" [recovered]")?;
        }
        line.result
    }

    fn fields(&self) -> Option<&[Field]> {
        Some(self.fields)
    }
}

fn write_time(time: Duration, is_since_epoch: bool, out: &mut dyn fmt::Write) -> fmt::Result {
    if is_since_epoch {
        return write_rfc3339(time, Digits::Micros, out);
    }
    write!(out, "[{:4}.{:06}]", time.as_secs(), time.subsec_micros())
}
