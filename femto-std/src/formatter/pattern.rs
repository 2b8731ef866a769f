//! Pattern formatter: lines by a format string, as Python's `logging.Formatter`.
//!
//! Made where handlers are configured, run on the *collector*.

use core::time::Duration;
use std::sync::OnceLock;
use std::time::SystemTime;

use femto_core::{Record, Value};
use jiff::tz::TimeZone;

use super::clock::Clock;
use super::field::{self, Field};
use super::parse::{Item, Parsed, Shape, Source};
use super::{CaptureMask, FormatError, Formatter};

/// A formatter made of a format string and a date format.
///
/// All attributes of Python's `LogRecord` can be named, and the keys of the record's key-values.
/// Exception and stack text follow on lines of their own. Results are those of Python's
/// `logging.Formatter`; the level `WARN` prints as `WARNING`.
///
/// | setter | default |
/// |---|---|
/// | [`with_date_format`](Self::with_date_format) | `%Y-%m-%d %H:%M:%S` and milliseconds |
/// | [`with_millisecond_format`](Self::with_millisecond_format) | `%s,%03d` |
/// | [`with_time_zone`](Self::with_time_zone) | the system's |
/// | [`with_start_time`](Self::with_start_time) | when the first such formatter was made |
/// | [`with_default`](Self::with_default) | none |
/// | [`with_key_values`](Self::with_key_values) | not shown |
///
/// `PatternFormatter::default()` is `%(asctime)s %(levelname)-8s %(name)s: %(message)s` with
/// key-values.
///
/// # Examples
/// ```
/// use femto_std::formatter::{PatternFormatter, PatternStyle};
///
/// # use std::sync::Arc;
/// # use femto_std::{HandlerBuilderTrait, handlers::StreamHandlerBuilder};
/// let formatter =
///     PatternFormatter::new("%(asctime)s %(levelname)-8s %(message)s", PatternStyle::Percent)?
///         .with_date_format("%H:%M:%S")?;
/// let handler = StreamHandlerBuilder::stderr().with_formatter(Arc::new(formatter)).build()?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
#[must_use = "a formatter does nothing until a handler has it"]
pub struct PatternFormatter {
    items: Box<[Item]>,
    /// The text after the last field.
    tail: Box<str>,
    clock: Clock,
    start: Duration,
    defaults: Vec<(Box<str>, DefaultValue)>,
    shows_key_values: bool,
    mask: CaptureMask,
}

/// How a format string names its fields.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum PatternStyle {
    /// `%(name)-8s`: Python's `%`.
    #[default]
    Percent,
    /// `{name:>8}`: Python's `{`.
    Brace,
    /// `$name`, `${name}`: Python's `$`.
    Dollar,
}

impl PatternFormatter {
    /// Compiles a format string.
    ///
    /// # Errors
    /// [`FormatError::ParsePattern`], [`FormatError::PrintField`] or [`FormatError::FindField`] for
    /// what Python refuses, and for what is left to Python: widths taken from other fields, parts
    /// of fields (`{name.x}`), the locale's number format, the fields `msg`, `args`, `exc_info`.
    pub fn new(format: &str, style: PatternStyle) -> Result<Self, FormatError> {
        let parsed = match style {
            PatternStyle::Percent => Parsed::percent(format),
            PatternStyle::Brace => Parsed::brace(format),
            PatternStyle::Dollar => Parsed::dollar(format),
        }?;
        let fields = parsed.items.iter().filter_map(|item| match item.source {
            Source::Record(field) => Some(field),
            Source::LevelName(_) | Source::KeyValue(_) => None,
        });
        Ok(Self {
            mask: fields.fold(CaptureMask::NONE, |mask, field| mask | field.mask()),
            items: parsed.items.into(),
            tail: parsed.tail.into(),
            clock: Clock::new(),
            start: *START.get_or_init(now),
            defaults: Vec::new(),
            shows_key_values: false,
        })
    }

    /// Prints `asctime` by a format of C's `strftime`, without milliseconds (an empty one changes
    /// nothing, as in Python).
    ///
    /// # Errors
    /// [`FormatError::ParseDateFormat`] for directives that are not known, and for those left to
    /// Python: field widths, `%E..` and `%O..`. Names are English, as in the locale `C`.
    pub fn with_date_format(mut self, format: &str) -> Result<Self, FormatError> {
        if !format.is_empty() {
            self.clock.set_date_format(format)?;
        }
        Ok(self)
    }

    /// Joins the formatted second and the milliseconds by a percent template: Python's
    /// `default_msec_format`. Empty for none.
    ///
    /// Set it after the date format, which turns it off, to change Python's `default_time_format`.
    ///
    /// # Errors
    /// [`FormatError::ParseDateFormat`] if it is no template for a text and a number.
    pub fn with_millisecond_format(mut self, format: &str) -> Result<Self, FormatError> {
        let set = self.clock.set_millisecond_format(format);
        set.map_err(|_| FormatError::ParseDateFormat { at: 0 })?;
        Ok(self)
    }

    /// Prints times in this zone: [`TimeZone::UTC`] for Python's `converter = time.gmtime`.
    pub fn with_time_zone(mut self, zone: TimeZone) -> Self {
        self.clock.set_zone(zone);
        self
    }

    /// Counts `relativeCreated` from this time since the Unix epoch.
    pub fn with_start_time(mut self, start: Duration) -> Self {
        self.start = start;
        self
    }

    /// Prints the value where a record has no key-value of that name: Python's `defaults`.
    ///
    /// Kept as they are: `None`, `Bool`, `I64`, `F64` and `Str`. Others are kept as their text.
    pub fn with_default(mut self, key: &str, value: Value<'_>) -> Self {
        self.defaults.push((key.into(), DefaultValue::new(value)));
        self
    }

    /// Appends the record's key-values to the line, ` key=value` each, before exception and stack.
    pub fn with_key_values(mut self) -> Self {
        self.shows_key_values = true;
        self
    }

    fn write(&self, record: &Record<'_>, out: &mut String) -> Result<(), FormatError> {
        let start = out.len();
        for item in &self.items {
            out.push_str(&item.literal);
            match &item.source {
                Source::Record(field) => self.write_field(*field, item.shape, record, out)?,
                Source::LevelName(names) => {
                    let level = record.level();
                    match names.iter().find(|(known, _)| *known == level) {
                        Some((_, name)) if record.level_name().is_none() => out.push_str(name),
                        _ => self.write_field(Field::LevelName, item.shape, record, out)?,
                    }
                }
                Source::KeyValue(name) => self.write_key_value(name, item.shape, record, out)?,
            }
        }
        out.push_str(&self.tail);
        if self.shows_key_values && record.has_key_values() {
            for (key, value) in record.key_values() {
                out.extend([" ", key, "="]);
                let written = Shape::Plain.write(&value, out);
                written.map_err(|_| FormatError::PrintField { name: key.into() })?;
            }
        }
        for text in [record.exception(), record.stack()].into_iter().flatten() {
            if text.is_empty() {
                continue;
            }
            if !out[start..].ends_with('\n') {
                out.push('\n');
            }
            out.push_str(text);
        }
        Ok(())
    }

    fn write_field(
        &self,
        field: Field,
        shape: Shape,
        record: &Record<'_>,
        out: &mut String,
    ) -> Result<(), FormatError> {
        match (field, shape) {
            (Field::Message | Field::AscTime, Shape::Plain) => {
                return self.make(field, record, out);
            }
            (Field::Name, Shape::Plain) => {
                out.push_str(record.logger_name());
                return Ok(());
            }
            _ => {}
        }
        let mut made = String::new();
        if matches!(field, Field::Message | Field::AscTime) {
            self.make(field, record, &mut made)?;
        }
        let value = field.value(record, self.start, &mut made);
        shape.write(&value, out).map_err(|_| FormatError::PrintField { name: field.name().into() })
    }

    /// Appends a field that the record does not hold as a value.
    fn make(&self, field: Field, record: &Record<'_>, out: &mut String) -> Result<(), FormatError> {
        match field {
            Field::AscTime => self.clock.write(field::time(record), out),
            _ => record.write_message(out).map_err(|_| FormatError::WriteMessage),
        }
    }

    fn write_key_value(
        &self,
        name: &str,
        shape: Shape,
        record: &Record<'_>,
        out: &mut String,
    ) -> Result<(), FormatError> {
        let found = record.key_values().find(|(key, _)| *key == name).map(|(_, value)| value);
        let default = || self.defaults.iter().rev().find(|(key, _)| **key == *name);
        let value = found
            .or_else(|| default().map(|(_, value)| value.as_value()))
            .ok_or_else(|| FormatError::FindField { name: name.into() })?;
        let written = shape.write(&value, out);
        written.map_err(|_| FormatError::PrintField { name: name.into() })
    }
}

impl Default for PatternFormatter {
    fn default() -> Self {
        Self::new("%(asctime)s %(levelname)-8s %(name)s: %(message)s", PatternStyle::Percent)
            .expect("the format is a constant, and tested")
            .with_key_values()
    }
}

impl Formatter for PatternFormatter {
    fn format(&self, record: &Record<'_>, out: &mut String) -> Result<(), FormatError> {
        let before = out.len();
        let result = self.write(record, out);
        if result.is_err() {
            out.truncate(before);
        }
        result
    }

    fn mask(&self) -> CaptureMask {
        self.mask
    }
}

/// The value of a default, kept.
#[derive(Debug)]
enum DefaultValue {
    None,
    Bool(bool),
    I64(i64),
    F64(f64),
    Text(Box<str>),
}

impl DefaultValue {
    fn new(value: Value<'_>) -> Self {
        match value {
            Value::None => Self::None,
            Value::Bool(b) => Self::Bool(b),
            Value::I64(n) => Self::I64(n),
            Value::F64(x) => Self::F64(x),
            Value::Str(text) => Self::Text(text.into()),
            other => {
                let mut text = String::new();
                let result = Shape::Plain.write(&other, &mut text);
                debug_assert!(result.is_ok(), "every value has a text");
                Self::Text(text.into())
            }
        }
    }

    fn as_value(&self) -> Value<'_> {
        match self {
            Self::None => Value::None,
            Self::Bool(b) => Value::Bool(*b),
            Self::I64(n) => Value::I64(*n),
            Self::F64(x) => Value::F64(*x),
            Self::Text(text) => Value::Str(text),
        }
    }
}

/// What `relativeCreated` counts from, unless told otherwise.
static START: OnceLock<Duration> = OnceLock::new();

fn now() -> Duration {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use femto_core::Level;

    use super::*;

    #[test]
    fn the_mask_names_what_the_line_shows() {
        let mask = |format| PatternFormatter::new(format, PatternStyle::Brace).unwrap().mask();
        assert_eq!(mask("{asctime} {name} {levelname} {message} {user}"), CaptureMask::NONE);
        assert_eq!(
            mask("{filename}:{lineno} {threadName}"),
            CaptureMask::LOCATION | CaptureMask::THREAD_NAME
        );
        assert_eq!(
            mask("{funcName} {thread} {process} {processName} {taskName}"),
            CaptureMask::FUNCTION
                | CaptureMask::THREAD_ID
                | CaptureMask::PROCESS_ID
                | CaptureMask::PROCESS_NAME
                | CaptureMask::TASK_NAME
        );
    }

    #[test]
    fn the_default_shows_key_values_before_the_exception() {
        let mut details = femto_core::Details::default();
        details.key_values = &[("peer", Value::Str("10.0.0.7")), ("tries", Value::U8(3))];
        details.exception = Some("caused by: x");
        let record = Record::from_message("net", &"link up", Level::WARN, 0, &details);
        let mut line = String::new();
        PatternFormatter::default()
            .with_time_zone(TimeZone::UTC)
            .format(&record, &mut line)
            .unwrap();
        assert_eq!(
            line,
            "1970-01-01 00:00:00,000 WARNING  net: link up peer=10.0.0.7 tries=3\ncaused by: x"
        );
    }

    #[test]
    fn fields_that_do_not_fit_are_refused_when_the_formatter_is_made() {
        let new = |format| PatternFormatter::new(format, PatternStyle::Percent).unwrap_err();
        assert_eq!(
            new("%(name)s %(levelname)d"),
            FormatError::PrintField { name: "levelname".into() }
        );
        assert_eq!(new("%(args)s"), FormatError::FindField { name: "args".into() });
        assert_eq!(new("%(name)s %s"), FormatError::ParsePattern { at: 9 });
    }
}
