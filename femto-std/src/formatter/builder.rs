//! Makes formatters: plain options, checked when all are known.
//!
//! Runs where logging is configured, before any stage.

use core::str::FromStr;
use std::sync::Arc;

use super::clock::{Clock, Precision};
use super::field::{Field, NamedField, SPANS};
use super::json::JsonFormatter;
use super::keys::{ShownKeys, StaticFields};
use super::logfmt::LogfmtFormatter;
use super::owned::OwnedValue;
use super::pretty::PrettyFormatter;
use super::zone::Zone;
use super::{FormatError, Formatter, PatternFormatter, PatternStyle};
use crate::Error;

/// What a line looks like. As text: `%`, `{`, `$`, `json`, `logfmt`, `pretty`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum FormatterStyle {
    /// Text by a format string, `%(name)-8s`: Python's `%`.
    #[default]
    Percent,
    /// Text by a format string, `{name:>8}`: Python's `{`.
    Brace,
    /// Text by a format string, `$name`: Python's `$`.
    Dollar,
    /// For programs: an object a line.
    Json,
    /// For programs and people: `key=value`.
    Logfmt,
    /// For people at a terminal.
    Pretty,
}

/// Builds a formatter of any style.
///
/// | parameter | styles | default | |
/// |---|---|---|---|
/// | `style` | | `%` | what a line looks like |
/// | `format` | `%` `{` `$` | [`PatternFormatter::default`]'s | the attributes of Python's `LogRecord`, `spans`, and keys of key-values that have a default |
/// | `date_format` | all | | `strftime`; without one `%Y-%m-%d %H:%M:%S` and a fraction, in JSON and logfmt RFC 3339 |
/// | `millisecond_format` | `%` `{` `$` | `%s,%03d` | Python's `default_msec_format` |
/// | `time_zone` | all | local, in JSON and logfmt UTC | [`Zone`] |
/// | `precision` | `json` `logfmt` `pretty` | microseconds, pretty milliseconds | [`Precision`] |
/// | `fields` | `json` `logfmt` `pretty` | time, level, logger, message, key-values, exception, stack | [`Field`], in order, each once, perhaps with a key of its own |
/// | `flat` | `json` | false | whether key-values are the object's own, not below the key of [`Field::KeyValues`] |
/// | `keys` | all | all | which key-values are shown, static fields included; `%` `{` `$` append those that the format does not name |
/// | `default` | `%` `{` `$` | | what stands where a record has no such key-value |
/// | `static_field` | all | | a typed key-value of every line: JSON, logfmt and pretty show it, a format string may name it |
/// | `color` | `pretty` | false | whether it is coloured |
/// | `escaping` | `%` `{` `$` `pretty` | false, pretty true | whether control characters are printed as escapes; in JSON and logfmt they always are |
///
/// A record's own key-value hides a static field of the same key, where both would stand side by side.
///
/// # Examples
/// ```
/// use femto_std::config::{Field, FormatterBuilder, FormatterStyle, ShownKeys};
/// use femto_std::{Level, Record, Value};
///
/// let formatter = FormatterBuilder::new()
///     .with_style(FormatterStyle::Json)
///     .with_fields([("severity", Field::Level), ("msg", Field::Message), ("", Field::KeyValues)])
///     .with_flat(true)
///     .with_keys(ShownKeys::except(["password"]))
///     .with_static_field("service", "shop")
///     .build()?;
///
/// let mut details = femto_std::Details::default();
/// details.key_values = &[("items", Value::U32(3)), ("password", Value::Str("secret"))];
/// let record = Record::from_message("cart", &"bought", Level::INFO, 0, &details);
/// let mut line = String::new();
/// formatter.format(&record, &mut line)?;
/// assert_eq!(line, r#"{"severity":"INFO","msg":"bought","items":3,"service":"shop"}"#);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
#[must_use = "a builder does nothing until `build` is called"]
pub struct FormatterBuilder {
    pub(crate) style: FormatterStyle,
    pub(crate) format: Option<String>,
    pub(crate) date_format: Option<String>,
    pub(crate) millisecond_format: Option<String>,
    pub(crate) time_zone: Option<Zone>,
    pub(crate) precision: Option<Precision>,
    pub(crate) fields: Option<Vec<NamedField>>,
    pub(crate) flat: bool,
    pub(crate) keys: Option<ShownKeys>,
    pub(crate) defaults: StaticFields,
    pub(crate) static_fields: StaticFields,
    pub(crate) color: Option<bool>,
    pub(crate) escaping: Option<bool>,
    pub(crate) is_python: bool,
}

impl FormatterBuilder {
    /// A line of text: time, level, logger, message and key-values.
    pub fn new() -> Self {
        Self::default()
    }

    /// What a line looks like.
    pub fn with_style(mut self, style: FormatterStyle) -> Self {
        self.style = style;
        self
    }

    /// The format string.
    pub fn with_format(mut self, format: impl Into<String>) -> Self {
        self.format = Some(format.into());
        self
    }

    /// Prints times by a format of C's `strftime`, without a fraction.
    pub fn with_date_format(mut self, format: impl Into<String>) -> Self {
        self.date_format = Some(format.into());
        self
    }

    /// Joins the formatted second and the milliseconds by a percent template; empty for none.
    pub fn with_millisecond_format(mut self, format: impl Into<String>) -> Self {
        self.millisecond_format = Some(format.into());
        self
    }

    /// Prints times in this zone.
    pub fn with_time_zone(mut self, zone: impl Into<Zone>) -> Self {
        self.time_zone = Some(zone.into());
        self
    }

    /// Prints times as finely as this.
    pub fn with_precision(mut self, precision: Precision) -> Self {
        self.precision = Some(precision);
        self
    }

    /// What a line shows, and in which order: [`Field`]s, possibly with keys of their own.
    pub fn with_fields<F: Into<NamedField>>(mut self, fields: impl IntoIterator<Item = F>) -> Self {
        self.fields = Some(fields.into_iter().map(Into::into).collect());
        self
    }

    /// Whether key-values are the object's own, not below a key. One of a field's key gets `fields.`
    /// before its own.
    pub fn with_flat(mut self, flat: bool) -> Self {
        self.flat = flat;
        self
    }

    /// Which key-values are shown.
    pub fn with_keys(mut self, keys: ShownKeys) -> Self {
        self.keys = Some(keys);
        self
    }

    /// What stands where a record has no key-value of that key; the format string may name it then.
    pub fn with_default(mut self, key: &str, value: impl Into<OwnedValue>) -> Self {
        set(&mut self.defaults, key, value.into());
        self
    }

    /// A key-value of every line: the service's name, its version.
    pub fn with_static_field(mut self, key: &str, value: impl Into<OwnedValue>) -> Self {
        set(&mut self.static_fields, key, value.into());
        self
    }

    /// Whether the line is coloured.
    pub fn with_color(mut self, color: bool) -> Self {
        self.color = Some(color);
        self
    }

    /// Whether control characters are printed as escapes (`\n`, `\u{1b}`): those that drive terminals,
    /// end lines, or change the direction of writing.
    pub fn with_escaping(mut self, escapes: bool) -> Self {
        self.escaping = Some(escapes);
        self
    }

    /// For records of Python: key-values that were rendered are JSON, what Python made of its lists and
    /// dictionaries, and stand in a line of JSON as they are.
    pub fn for_python(mut self) -> Self {
        self.is_python = true;
        self
    }

    /// Makes the formatter.
    ///
    /// # Errors
    /// [`Error::CheckParameter`] for a parameter that the style does not have, or a value that is not
    /// allowed; [`Error::ParseFormat`] for a `format`, `date_format` or `millisecond_format` that is
    /// not understood, or names what no record has.
    pub fn build(self) -> Result<Arc<dyn Formatter>, Error> {
        self.check()?;
        let pattern_style = match self.style {
            FormatterStyle::Percent => PatternStyle::Percent,
            FormatterStyle::Brace => PatternStyle::Brace,
            FormatterStyle::Dollar => PatternStyle::Dollar,
            _ => return self.build_fields(),
        };
        self.build_pattern(pattern_style)
    }

    /// Refuses what would have no effect.
    fn check(&self) -> Result<(), Error> {
        use FormatterStyle::{Json, Logfmt, Pretty};
        let is_pattern = !matches!(self.style, Json | Logfmt | Pretty);
        let is_program = matches!(self.style, Json | Logfmt);
        let refused = [
            (self.format.is_some() && !is_pattern, "format", "only with the styles %, { and $"),
            (
                self.millisecond_format.is_some() && !is_pattern,
                "millisecond_format",
                "only with the styles %, { and $",
            ),
            (
                self.precision.is_some() && is_pattern,
                "precision",
                "only with the styles json, logfmt and pretty",
            ),
            (
                self.fields.is_some() && is_pattern,
                "fields",
                "only with the styles json, logfmt and pretty",
            ),
            (self.flat && self.style != Json, "flat", "only with the style json"),
            (
                !self.defaults.is_empty() && !is_pattern,
                "defaults",
                "only with the styles %, { and $",
            ),
            (
                self.color == Some(true) && self.style != Pretty,
                "color",
                "only with the style pretty",
            ),
            (
                self.escaping == Some(false) && is_program,
                "escaping",
                "true with the styles json and logfmt",
            ),
        ];
        for (is_refused, name, allowed) in refused {
            if is_refused {
                return Err(Error::CheckStyle { name, style: self.style.name(), allowed });
            }
        }
        self.check_fields()
    }

    fn check_fields(&self) -> Result<(), Error> {
        let fields = self.fields.as_deref().unwrap_or_default();
        for (at, named) in fields.iter().enumerate() {
            let is_inline = named.field == Field::KeyValues
                && (self.flat || self.style != FormatterStyle::Json);
            let allowed = if named.key.is_empty() && !is_inline {
                "a key for each field"
            } else if fields[..at].iter().any(|other| other.key == named.key) {
                "each key once"
            } else {
                continue;
            };
            return Err(Error::CheckParameter {
                name: "fields",
                value: named.to_string(),
                allowed,
            });
        }
        let shown = self.fields();
        for (key, _) in &self.static_fields {
            let allowed = if key.is_empty() {
                "a key that is not empty"
            } else if self.style == FormatterStyle::Pretty || self.fields_unused() {
                continue;
            } else if shown.iter().any(|named| named.key == *key) {
                "a key that no field has"
            } else {
                continue;
            };
            let value = format!("{key:?}");
            return Err(Error::CheckParameter { name: "static_fields", value, allowed });
        }
        Ok(())
    }

    /// Whether the style has a format string in place of fields.
    fn fields_unused(&self) -> bool {
        use FormatterStyle::{Brace, Dollar, Percent};
        matches!(self.style, Percent | Brace | Dollar)
    }

    fn fields(&self) -> Vec<NamedField> {
        let default = || DEFAULT_FIELDS.iter().map(|field| (*field).into()).collect();
        self.fields.clone().unwrap_or_else(default)
    }

    fn build_pattern(self, style: PatternStyle) -> Result<Arc<dyn Formatter>, Error> {
        let mut pattern = match &self.format {
            None => PatternFormatter::default(),
            Some(format) => {
                let refuse = |source| parse_error("format", format, source);
                let pattern = PatternFormatter::new(format, style).map_err(refuse)?;
                if pattern.is_constant() {
                    let (value, allowed) =
                        (format!("{format:?}"), what_names_a_field(format, style));
                    return Err(Error::CheckParameter { name: "format", value, allowed });
                }
                pattern
            }
        };
        if let Some(format) = &self.date_format {
            let refuse = |source| parse_error("date_format", format, source);
            pattern = pattern.with_date_format(format).map_err(refuse)?;
        }
        if let Some(format) = &self.millisecond_format {
            let refuse = |source| parse_error("millisecond_format", format, source);
            pattern = pattern.with_millisecond_format(format).map_err(refuse)?;
        }
        if let Some(Zone(Some(zone))) = self.time_zone {
            pattern = pattern.with_time_zone(zone);
        }
        for (key, value) in self.static_fields.into_iter().chain(self.defaults) {
            pattern = pattern.with_default(&key, value);
        }
        if let Some(keys) = self.keys {
            pattern = pattern.with_keys(keys);
        }
        if let Some(escapes) = self.escaping {
            pattern = pattern.with_escaping(escapes);
        }
        let unknown = pattern.named_keys().find(|key| *key != SPANS && !pattern.has_default(key));
        if let Some(key) = unknown {
            let source = FormatError::FindField { name: key.into() };
            return Err(parse_error("format", &self.format.unwrap_or_default(), source));
        }
        Ok(Arc::new(pattern))
    }

    fn build_fields(self) -> Result<Arc<dyn Formatter>, Error> {
        let fields = self.fields();
        let is_pretty = self.style == FormatterStyle::Pretty;
        let (mut clock, precision) = match is_pretty {
            true => {
                let precision = self.precision.unwrap_or(Precision::Milliseconds);
                (Clock::readable(precision), precision)
            }
            false => {
                let precision = self.precision.unwrap_or_default();
                (Clock::rfc3339(precision), precision)
            }
        };
        if let Some(format) = &self.date_format {
            let refuse = |source| parse_error("date_format", format, source);
            clock.set_date_format(format).map_err(refuse)?;
        }
        let Zone(zone) = self.time_zone.unwrap_or(if is_pretty { Zone::LOCAL } else { Zone::UTC });
        clock.set_zone(zone);
        let (mut keys, statics) = (self.keys.unwrap_or_default(), self.static_fields);
        if fields.iter().any(|named| named.field == Field::Spans) {
            keys = keys.without(SPANS);
        }
        Ok(match self.style {
            FormatterStyle::Json => {
                let (is_flat, is_python) = (self.flat, self.is_python);
                Arc::new(JsonFormatter::new(
                    &fields, clock, precision, is_flat, is_python, keys, &statics,
                ))
            }
            FormatterStyle::Logfmt => {
                Arc::new(LogfmtFormatter::new(&fields, clock, precision, keys, &statics))
            }
            _ => Arc::new(PrettyFormatter::new(
                &fields,
                clock,
                keys,
                &statics,
                self.color.unwrap_or(false),
                self.escaping.unwrap_or(true),
            )),
        })
    }
}

impl FormatterStyle {
    /// The style's name in configuration.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Percent => "%",
            Self::Brace => "{",
            Self::Dollar => "$",
            Self::Json => "json",
            Self::Logfmt => "logfmt",
            Self::Pretty => "pretty",
        }
    }
}

impl FromStr for FormatterStyle {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let all =
            [Self::Percent, Self::Brace, Self::Dollar, Self::Json, Self::Logfmt, Self::Pretty];
        let found = all.into_iter().find(|style| style.name() == text);
        found.ok_or_else(|| Error::CheckParameter {
            name: "style",
            value: format!("{text:?}"),
            allowed: "%, {, $, json, logfmt, pretty",
        })
    }
}

/// Sets a key's value, in place of one that it had.
fn set(fields: &mut StaticFields, key: &str, value: OwnedValue) {
    match fields.iter_mut().find(|(known, _)| **known == *key) {
        Some((_, known)) => *known = value,
        None => fields.push((key.into(), value)),
    }
}

/// What is allowed in place of a format that names nothing: one of another style, maybe.
fn what_names_a_field(format: &str, style: PatternStyle) -> &'static str {
    use PatternStyle::{Brace, Dollar, Percent};
    let names_one = |style: &PatternStyle| {
        PatternFormatter::new(format, *style).is_ok_and(|pattern| !pattern.is_constant())
    };
    match ([Percent, Brace, Dollar].into_iter().find(names_one), style) {
        (Some(Percent), _) => "what names a field: did you mean the style %?",
        (Some(Brace), _) => "what names a field: did you mean the style {?",
        (Some(Dollar), _) => "what names a field: did you mean the style $?",
        (None, Percent) => "with the style % what names a field: %(message)s",
        (None, Brace) => "with the style { what names a field: {message}",
        (None, Dollar) => "with the style $ what names a field: $message",
    }
}

fn parse_error(name: &'static str, value: &str, source: FormatError) -> Error {
    Error::ParseFormat { name, value: value.into(), source }
}

/// What a line shows unless it is told.
const DEFAULT_FIELDS: [Field; 7] = [
    Field::Time,
    Field::Level,
    Field::Logger,
    Field::Message,
    Field::KeyValues,
    Field::Exception,
    Field::Stack,
];
