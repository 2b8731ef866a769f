//! What formatters' lines look like, for whoever reads them back.
//!
//! Runs in the command `femto`.

use femto_core::{Details, Level, Record};

use super::builder::{FormatterBuilder, FormatterStyle};
use super::field::{Field, NamedField};
use super::parse::{Item, Parsed, Source};
use super::pattern::DEFAULT_FORMAT;
use super::{FormatError, PatternStyle};

/// What lines look like.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Layout {
    /// Text by a format string.
    Pattern {
        /// Each attribute or key, and the text before it.
        fields: Vec<(String, String)>,
        /// The text behind the last.
        tail: String,
        /// A time as `asctime` shows it, if the formatter's date format is known.
        time: Option<String>,
    },
    /// JSON or logfmt: the key of each field.
    Keys(Vec<(String, Field)>),
    /// Text for people.
    Pretty,
}

/// What lines by a format string look like.
///
/// # Errors
/// As of [`PatternFormatter::new`](super::PatternFormatter::new).
pub fn pattern(format: &str, style: PatternStyle) -> Result<Layout, FormatError> {
    let parsed = Parsed::of(format, style)?;
    let field = |item: &Item| {
        let name = match &item.source {
            Source::Record(attribute) => attribute.name(),
            Source::LevelName(_) => "levelname",
            Source::KeyValue(key) => key,
        };
        (item.literal.to_string(), name.to_owned())
    };
    let fields = parsed.items.iter().map(field).collect();
    Ok(Layout::Pattern { fields, tail: parsed.tail, time: None })
}

impl Layout {
    /// What the lines of such a formatter look like.
    ///
    /// # Errors
    /// Those of its format string.
    pub fn of(formatter: &FormatterBuilder) -> Result<Self, FormatError> {
        let style = match formatter.style {
            FormatterStyle::Percent => PatternStyle::Percent,
            FormatterStyle::Brace => PatternStyle::Brace,
            FormatterStyle::Dollar => PatternStyle::Dollar,
            FormatterStyle::Json | FormatterStyle::Logfmt => {
                let fields = formatter.fields.as_deref().unwrap_or_default();
                let named = |NamedField { key, field }: &_| (key.to_string(), *field);
                return Ok(Self::Keys(fields.iter().map(named).collect()));
            }
            FormatterStyle::Pretty => return Ok(Self::Pretty),
        };
        let mut layout = match &formatter.format {
            Some(format) => pattern(format, style),
            None => pattern(DEFAULT_FORMAT, PatternStyle::Percent),
        }?;
        if let Self::Pattern { time, .. } = &mut layout {
            *time = sample(formatter);
        }
        Ok(layout)
    }
}

/// A time as the formatter shows it.
fn sample(formatter: &FormatterBuilder) -> Option<String> {
    let only_time = FormatterBuilder {
        style: FormatterStyle::Percent,
        format: Some("%(asctime)s".to_owned()),
        date_format: formatter.date_format.clone(),
        millisecond_format: formatter.millisecond_format.clone(),
        time_zone: formatter.time_zone.clone(),
        ..FormatterBuilder::default()
    };
    let mut time = String::new();
    let details = Details::default();
    let record = Record::from_message("", &"", Level::INFO, 0, &details);
    only_time.build().ok()?.format(&record, &mut time).ok()?;
    Some(time)
}
