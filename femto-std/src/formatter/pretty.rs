//! Lines for people at a terminal.
//!
//! Made by the builder, run on the *collector*, or on the caller for a console's direct handler.

use std::sync::Arc;

use femto_core::{Level, Record};

use super::clock::Clock;
use super::escape::{escape_control, escape_lines};
use super::field::{self, Field, NamedField, push_level};
use super::keys::{ShownKeys, StaticFields};
use super::value::push_text;
use super::{CaptureMask, ConsoleStyle, FormatError, Formatter, whole};

/// `2026-11-26 08:08:51.123 INFO  net: link up in 5 ms peer=10.0.0.7`
///
/// Levels in colours, names and key-values dimmed; further lines of a message, exceptions and stacks
/// below, indented.
#[derive(Clone, Debug)]
pub(super) struct PrettyFormatter {
    fields: Vec<NamedField>,
    clock: Arc<Clock>,
    keys: ShownKeys,
    statics: StaticFields,
    has_color: bool,
    escapes: bool,
    mask: CaptureMask,
}

impl PrettyFormatter {
    pub(super) fn new(
        fields: &[NamedField],
        clock: Clock,
        keys: ShownKeys,
        statics: &StaticFields,
        has_color: bool,
        escapes: bool,
    ) -> Self {
        let statics = statics.iter().filter(|(key, _)| keys.shows(key)).cloned().collect();
        let (fields, clock) = (fields.to_vec(), Arc::new(clock));
        Self { mask: field::mask(&fields), fields, clock, keys, statics, has_color, escapes }
    }

    fn write(&self, record: &Record<'_>, out: &mut String) -> Result<(), FormatError> {
        let start = out.len();
        for named in &self.fields {
            match named.field {
                Field::Exception | Field::Stack => continue,
                Field::KeyValues => {
                    self.keys.for_each(record, |key, value| {
                        self.pair(key, start, out, |out| push_text(value, out))
                    });
                    continue;
                }
                _ => {}
            }
            let before = out.len();
            separate(start, out);
            let content = out.len();
            match named.field {
                Field::Time => self.write_time(record, out)?,
                Field::Level => self.write_level(record, out),
                Field::Logger => {
                    self.dimmed(out, |out| {
                        let text = out.len();
                        out.push_str(record.logger_name());
                        self.escape(out, text);
                        out.push(':');
                    });
                }
                Field::Message => {
                    record.write_message(out).map_err(|_| FormatError::WriteMessage)?;
                    escape_lines(out, content, INDENT, self.escapes);
                }
                field => field.show(record, |value| {
                    self.dimmed(out, |out| {
                        let text = out.len();
                        push_text(value, out);
                        self.escape(out, text);
                    });
                }),
            }
            if out.len() == content {
                out.truncate(before);
            }
        }
        for (key, value) in &self.statics {
            if !record.key_values().any(|(own, _)| *own == **key) {
                self.pair(key, start, out, |out| push_text(&value.as_value(), out));
            }
        }
        for (is_set, mark) in [(record.is_cut(), "[cut]"), (record.is_recovered(), "[recovered]")] {
            if is_set {
                separate(start, out);
                self.dimmed(out, |out| out.push_str(mark));
            }
        }
        for named in &self.fields {
            if matches!(named.field, Field::Exception | Field::Stack) {
                named.field.show(record, |text| {
                    out.extend(["\n", INDENT]);
                    let block = out.len();
                    push_text(text, out);
                    out.truncate(block + out[block..].trim_end_matches('\n').len());
                    escape_lines(out, block, INDENT, self.escapes);
                });
            }
        }
        Ok(())
    }

    fn write_time(&self, record: &Record<'_>, out: &mut String) -> Result<(), FormatError> {
        let Some(time) = record.time() else { return Ok(()) };
        let mut result = Ok(());
        self.dimmed(out, |out| {
            if record.is_since_epoch() {
                result = self.clock.write(time, out);
            } else {
                out.push_str(&format!("{:>11.6}", time.as_secs_f64()));
            }
        });
        result
    }

    fn write_level(&self, record: &Record<'_>, out: &mut String) {
        let color = match record.level() {
            level if level >= Level::CRITICAL => "\x1b[1;31m",
            level if level >= Level::ERROR => "\x1b[31m",
            level if level >= Level::WARN => "\x1b[33m",
            level if level >= Level::INFO => "\x1b[32m",
            level if level >= Level::DEBUG => "\x1b[34m",
            _ => "\x1b[35m",
        };
        self.painted(color, out, |out| {
            let start = out.len();
            push_level(record, out);
            self.escape(out, start);
            for _ in out[start..].chars().count()..LEVEL_WIDTH {
                out.push(' ');
            }
        });
    }

    /// Appends ` key=value`, dimmed.
    fn pair(&self, key: &str, start: usize, out: &mut String, value: impl FnOnce(&mut String)) {
        separate(start, out);
        self.dimmed(out, |out| {
            let text = out.len();
            out.push_str(key);
            out.push('=');
            value(out);
            self.escape(out, text);
        });
    }

    fn escape(&self, out: &mut String, start: usize) {
        if self.escapes {
            escape_control(out, start);
        }
    }

    fn dimmed(&self, out: &mut String, write: impl FnOnce(&mut String)) {
        self.painted("\x1b[2m", out, write);
    }

    fn painted(&self, color: &str, out: &mut String, write: impl FnOnce(&mut String)) {
        if self.has_color {
            out.push_str(color);
        }
        write(out);
        if self.has_color {
            out.push_str("\x1b[0m");
        }
    }
}

impl Formatter for PrettyFormatter {
    fn format(&self, record: &Record<'_>, out: &mut String) -> Result<(), FormatError> {
        whole(out, |out| self.write(record, out))
    }

    fn mask(&self) -> CaptureMask {
        self.mask
    }

    fn for_console(&self, style: ConsoleStyle) -> Option<Arc<dyn Formatter>> {
        let formatter = Self { has_color: style.color, escapes: style.escaping, ..self.clone() };
        Some(Arc::new(formatter))
    }
}

fn separate(start: usize, out: &mut String) {
    if out.len() > start {
        out.push(' ');
    }
}

/// What the lines after the first begin with.
const INDENT: &str = "    ";
/// Characters of the usual levels' names, `CRITICAL` excepted.
const LEVEL_WIDTH: usize = 5;

#[cfg(test)]
mod tests {
    use femto_core::Details;

    use super::*;
    use crate::config::{FormatterBuilder, FormatterStyle, Precision};

    #[test]
    fn a_console_says_whether_it_is_coloured_and_escaped() {
        let builder = FormatterBuilder::new()
            .with_style(FormatterStyle::Pretty)
            .with_precision(Precision::Seconds)
            .with_fields([Field::Level, Field::Message]);
        let formatter = builder.build().unwrap();
        let details = Details::default();
        let record = Record::from_message("net", &"a\x1bb\nc", Level::ERROR, 0, &details);
        for (color, escaping, expected) in [
            (false, true, "ERROR a\\u{1b}b\n    c"),
            (true, true, "\x1b[31mERROR\x1b[0m a\\u{1b}b\n    c"),
            (true, false, "\x1b[31mERROR\x1b[0m a\x1bb\n    c"),
        ] {
            let mut line = String::new();
            let dressed = ConsoleStyle::new(color, escaping).dress(formatter.clone());
            dressed.format(&record, &mut line).unwrap();
            assert_eq!(line, expected);
        }
    }
}
