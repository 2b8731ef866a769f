//! Pattern formatter: lines by a format string, as Python's `logging.Formatter`.
//!
//! Made where handlers are configured, run on the *collector*.

#[cfg(test)]
mod tests;

use core::sync::atomic::{AtomicU64, Ordering};
use core::time::Duration;
use std::time::SystemTime;

use femto_core::{Record, Value};
use jiff::tz::TimeZone;

use super::attribute::{self, Attribute};
use super::clock::Clock;
use super::escape::{escape_control, escape_lines};
use super::keys::ShownKeys;
use super::owned::OwnedValue;
use super::parse::{Item, Parsed, Shape, Source};
use super::prefix::Prefix;
use super::{CaptureMask, FormatError, Formatter, whole};
use crate::level;

/// A formatter made of a format string and a date format.
///
/// All attributes of Python's `LogRecord` can be named, and the keys of the record's key-values; where
/// a record has no such key-value, its default is printed, or `-`. A value of a kind that its
/// conversion does not take is printed as text. Key-values that the format does not name follow the
/// line, exception and stack text follow on lines of their own. What the format names is printed as
/// by Python's `logging.Formatter`, but no record is lost where Python would raise, and `true` and
/// `false` are Rust's words; the level `WARN` prints as `WARNING`.
///
/// | setter | default |
/// |---|---|
/// | [`with_date_format`](Self::with_date_format) | `%Y-%m-%d %H:%M:%S` and milliseconds |
/// | [`with_millisecond_format`](Self::with_millisecond_format) | `%s,%03d` |
/// | [`with_time_zone`](Self::with_time_zone) | the system's |
/// | [`with_start_time`](Self::with_start_time) | when the first such formatter was made |
/// | [`with_default`](Self::with_default) | none |
/// | [`with_keys`](Self::with_keys) | all |
/// | [`with_escaping`](Self::with_escaping) | off |
///
/// `PatternFormatter::default()` is `%(asctime)s %(levelname)-8s %(name)s: %(message)s`.
///
/// # Examples
/// ```
/// use femto_std::formatter::{PatternFormatter, PatternStyle};
///
/// # use std::sync::Arc;
/// # use femto_std::handlers::StreamHandlerBuilder;
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
    /// Anew for each change of what it is made with.
    prefix: Prefix,
    clock: Clock,
    start: Duration,
    defaults: Vec<(Box<str>, OwnedValue)>,
    shown: ShownKeys,
    escapes: bool,
    /// Whether a flag among key-values is `True`.
    is_python: bool,
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
    /// A name that is no attribute is that of a key-value; [`FormatterBuilder`](crate::config::FormatterBuilder)
    /// refuses it unless it has a default.
    pub fn new(format: &str, style: PatternStyle) -> Result<Self, FormatError> {
        let parsed = Parsed::of(format, style)?;
        let attributes = parsed.items.iter().filter_map(|item| match item.source {
            Source::Record(attribute) => Some(attribute),
            Source::LevelName(_) | Source::KeyValue(_) => None,
        });
        let clock = Clock::new();
        Ok(Self {
            prefix: Prefix::of(&parsed.items, &clock),
            mask: attributes.fold(CaptureMask::NONE, |mask, attribute| mask | attribute.mask()),
            items: parsed.items.into(),
            tail: parsed.tail.into(),
            clock,
            start: start(),
            defaults: Vec::new(),
            shown: ShownKeys::All,
            escapes: false,
            is_python: false,
        })
    }

    /// The same for records of Python, as its `logging.Formatter`: a line shows what the format names
    /// and nothing else (`extra` is no more than what may be named), and flags are `True` and `False`.
    ///
    /// # Errors
    /// As of [`PatternFormatter::new`].
    pub fn for_python(format: &str, style: PatternStyle) -> Result<Self, FormatError> {
        let pattern = Self::new(format, style)?.with_keys(ShownKeys::only::<String>([]));
        Ok(Self { is_python: true, ..pattern })
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
            self.prefix = Prefix::of(&self.items, &self.clock);
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
        self.prefix = Prefix::of(&self.items, &self.clock);
        Ok(self)
    }

    /// Prints times in this zone: [`TimeZone::UTC`] for Python's `converter = time.gmtime`.
    pub fn with_time_zone(mut self, zone: TimeZone) -> Self {
        self.clock.set_zone(Some(zone));
        self.prefix = Prefix::of(&self.items, &self.clock);
        self
    }

    /// Counts `relativeCreated` from this time since the Unix epoch.
    pub fn with_start_time(mut self, start: Duration) -> Self {
        self.start = start;
        self
    }

    /// Prints the value where a record has no key-value of that name: Python's `defaults`.
    pub fn with_default(mut self, key: &str, value: impl Into<OwnedValue>) -> Self {
        self.defaults.push((key.into(), value.into()));
        self
    }

    /// Which key-values are appended to the line, ` key=value` each, before exception and stack; those
    /// that the format string names are not told twice.
    pub fn with_keys(mut self, shown: ShownKeys) -> Self {
        self.shown = shown;
        self
    }

    /// Whether control characters of the record are printed as escapes (`\n`, `\u{1b}`): those that
    /// drive terminals, end lines, or change the direction of writing. Lines of exceptions and stacks
    /// stay lines, and backslashes as they are.
    pub fn with_escaping(mut self, escapes: bool) -> Self {
        self.escapes = escapes;
        self.prefix = Prefix::of(&self.items, &self.clock);
        self
    }

    /// Whether it names no field: Python refuses such a format.
    pub(super) fn is_constant(&self) -> bool {
        self.items.is_empty()
    }

    /// The keys of key-values that the format string names.
    pub(super) fn named_keys(&self) -> impl Iterator<Item = &str> {
        self.items.iter().filter_map(|item| match &item.source {
            Source::KeyValue(name) => Some(&**name),
            _ => None,
        })
    }

    pub(super) fn has_default(&self, key: &str) -> bool {
        self.default_of(key).is_some()
    }

    fn default_of(&self, key: &str) -> Option<Value<'_>> {
        let found = self.defaults.iter().rev().find(|(known, _)| **known == *key);
        found.map(|(_, value)| value.as_value())
    }

    fn write(&self, record: &Record<'_>, out: &mut String) -> Result<(), FormatError> {
        let start = out.len();
        let done = self.prefix.write(record, out, |count, text| {
            self.write_items(&self.items[..count], record, text)
        })?;
        match &self.items[done..] {
            // Most patterns end so: there is nothing to choose.
            [Item { literal, source: Source::Record(Attribute::Message), shape: Shape::Plain }]
                if !self.escapes =>
            {
                out.push_str(literal);
                record.write_message(out).map_err(|_| FormatError::WriteMessage)?;
            }
            items => self.write_items(items, record, out)?,
        }
        out.push_str(&self.tail);
        if record.has_key_values() && self.shown != ShownKeys::Only(Vec::new()) {
            self.write_key_values(record, start, out);
        }
        for text in [record.exception(), record.stack()].into_iter().flatten() {
            if text.is_empty() {
                continue;
            }
            if !out[start..].ends_with('\n') {
                out.push('\n');
            }
            let written = out.len();
            out.push_str(text);
            if self.escapes {
                escape_lines(out, written, "", true);
            }
        }
        Ok(())
    }

    fn write_items(
        &self,
        items: &[Item],
        record: &Record<'_>,
        out: &mut String,
    ) -> Result<(), FormatError> {
        for item in items {
            out.push_str(&item.literal);
            let written = out.len();
            match &item.source {
                Source::Record(attribute) => {
                    self.write_attribute(*attribute, item.shape, record, out)?;
                }
                Source::LevelName(names) => {
                    let level = record.level();
                    match names.iter().find(|(known, _)| *known == level) {
                        Some((_, name))
                            if record.level_name().is_none()
                                && level::added_name(level).is_none() =>
                        {
                            out.push_str(name);
                        }
                        _ => self.write_attribute(Attribute::LevelName, item.shape, record, out)?,
                    }
                }
                Source::KeyValue(name) => self.write_key_value(name, item.shape, record, out),
            }
            if self.escapes {
                escape_control(out, written);
            }
        }
        Ok(())
    }

    fn write_attribute(
        &self,
        attribute: Attribute,
        shape: Shape,
        record: &Record<'_>,
        out: &mut String,
    ) -> Result<(), FormatError> {
        match (attribute, shape) {
            (Attribute::Message | Attribute::AscTime, Shape::Plain) => {
                return self.make(attribute, record, out);
            }
            (Attribute::Name, Shape::Plain) => {
                out.push_str(record.logger_name());
                return Ok(());
            }
            _ => {}
        }
        let mut made = String::new();
        if matches!(attribute, Attribute::Message | Attribute::AscTime) {
            self.make(attribute, record, &mut made)?;
        }
        write_value(&attribute.value(record, self.start, &mut made), shape, out);
        Ok(())
    }

    /// Appends what the record does not hold as a value.
    fn make(
        &self,
        attribute: Attribute,
        record: &Record<'_>,
        out: &mut String,
    ) -> Result<(), FormatError> {
        match attribute {
            Attribute::AscTime => self.clock.write(attribute::time(record), out),
            _ => record.write_message(out).map_err(|_| FormatError::WriteMessage),
        }
    }

    fn write_key_value(&self, name: &str, shape: Shape, record: &Record<'_>, out: &mut String) {
        let found = record.key_values().filter(|(key, _)| *key == name).last();
        let value = found.map(|(_, value)| value).or_else(|| self.default_of(name));
        self.write_of_key(&value.unwrap_or(Value::Str(ABSENT)), shape, out);
    }

    /// Appends a key-value's value: a flag as a word of its language where a text may stand.
    fn write_of_key(&self, value: &Value<'_>, shape: Shape, out: &mut String) {
        if let Value::Bool(flag) = *value
            && !self.is_python
        {
            let start = out.len();
            let word = Value::Rendered(if flag { "true" } else { "false" });
            if shape.write(&word, out).is_ok() {
                return;
            }
            out.truncate(start);
        }
        write_value(value, shape, out);
    }

    /// Appends what the format does not name; `line` is where the record's line begins.
    fn write_key_values(&self, record: &Record<'_>, line: usize, out: &mut String) {
        self.shown.for_each(record, |key, value| {
            if self.named_keys().any(|named| named == key) {
                return;
            }
            // A record without a message may leave the line with a space at its end.
            if !out[line..].is_empty() && !out.ends_with(' ') {
                out.push(' ');
            }
            let start = out.len();
            out.extend([key, "="]);
            self.write_of_key(value, Shape::Plain, out);
            if self.escapes {
                escape_control(out, start);
            }
        });
    }
}

/// Prints a value, whatever its kind: no record is lost for one.
#[inline]
fn write_value(value: &Value<'_>, shape: Shape, out: &mut String) {
    let start = out.len();
    if shape.write(value, out).is_err() {
        out.truncate(start);
        shape.write_misfit(value, out);
    }
}

/// In the style `%`.
pub(super) const DEFAULT_FORMAT: &str = "%(asctime)s %(levelname)-8s %(name)s: %(message)s";

/// Stands where a record has no such key-value, as in the logs of Apache.
const ABSENT: &str = "-";

impl Default for PatternFormatter {
    fn default() -> Self {
        Self::new(DEFAULT_FORMAT, PatternStyle::Percent)
            .expect("the format is a constant, and tested")
    }
}

impl Formatter for PatternFormatter {
    fn format(&self, record: &Record<'_>, out: &mut String) -> Result<(), FormatError> {
        whole(out, |out| self.write(record, out))
    }

    fn mask(&self) -> CaptureMask {
        self.mask
    }
}

/// What `relativeCreated` counts from, unless told otherwise: the first call.
fn start() -> Duration {
    /// In nanoseconds since the Unix epoch.
    static START: AtomicU64 = AtomicU64::new(0);
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let now = now.as_nanos() as u64;
    let first = START.compare_exchange(0, now, Ordering::Relaxed, Ordering::Relaxed);
    Duration::from_nanos(first.err().unwrap_or(now))
}
