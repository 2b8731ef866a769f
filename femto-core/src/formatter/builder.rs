//! Makes formatters, at compile time mostly: before any stage runs.

use super::escape::{EscapeFn, write_escaped};
use super::field::{DEFAULT_FIELDS, Field, distinct};
use super::{JsonFormatter, LogfmtFormatter, TextFormatter};

/// Says what a line shows, then makes a formatter of one of three shapes.
///
/// | setter | default | |
/// |---|---|---|
/// | [`with_fields`](Self::with_fields) | time, level, logger, message, key-values | what the line shows, in that order |
/// | [`with_escaping`](Self::with_escaping) | off | whether text shows control characters as escapes; the other two always do |
///
/// # Examples
/// ```
/// use femto_core::{Field, Formatter, FormatterBuilder, JsonFormatter, TextFormatter};
///
/// static CONSOLE: TextFormatter = FormatterBuilder::new()
///     .with_fields(&[Field::LEVEL, Field::text(" <"), Field::NAME, Field::text("> "), Field::MESSAGE])
///     .with_escaping(true)
///     .text();
/// static FILE: JsonFormatter = FormatterBuilder::new().json();
///
/// let (message, details) = ("two\nlines", Default::default());
/// let level = femto_core::Level::INFO;
/// let record = femto_core::Record::from_message("net", &message, level, 0, &details);
/// let (mut console, mut file) = (String::new(), String::new());
/// CONSOLE.format(&record, &mut console).unwrap();
/// FILE.format(&record, &mut file).unwrap();
/// assert_eq!(console, r"INFO  <net> two\nlines");
/// assert_eq!(
///     file,
///     r#"{"time":"1970-01-01T00:00:00.000000000Z","level":"INFO","logger":"net","message":"two\nlines"}"#
/// );
/// ```
#[derive(Clone, Copy, Debug)]
#[must_use = "a builder does nothing until a formatter is made from it"]
pub struct FormatterBuilder {
    fields: &'static [Field],
    escape: Option<EscapeFn>,
}

impl FormatterBuilder {
    /// The fields that a formatter made by `new` shows.
    pub const fn new() -> Self {
        Self { fields: DEFAULT_FIELDS, escape: None }
    }

    /// Sets what a line shows, and in which order. In logfmt and JSON a field that is named twice is
    /// shown once, and none beyond the 64th.
    pub const fn with_fields(mut self, fields: &'static [Field]) -> Self {
        self.fields = fields;
        self
    }

    /// Sets whether text shows control characters as escapes (`\n`, `\u{1b}`): those of ASCII and
    /// of Latin-1, which drive terminals and end lines, the line separators of Unicode, and those
    /// that change the direction of writing, which can make a line read as another (CVE-2021-42574).
    ///
    /// Backslashes stay as they are, so that paths can be read: the escapes keep a message from doing
    /// harm, they are not meant to be undone. Use JSON where a program reads the text back. What
    /// [`Field::text`] holds is the application's own, colours perhaps, and is never escaped.
    pub const fn with_escaping(mut self, escapes: bool) -> Self {
        self.escape = if escapes { Some(write_escaped) } else { None };
        self
    }

    /// A formatter of plain text.
    #[must_use]
    pub const fn text(self) -> TextFormatter {
        TextFormatter { fields: self.fields, escape: self.escape }
    }

    /// A formatter of `key=value` lines.
    #[must_use]
    pub const fn logfmt(self) -> LogfmtFormatter {
        LogfmtFormatter { fields: self.fields, shown: distinct(self.fields) }
    }

    /// A formatter of JSON, an object a line.
    #[must_use]
    pub const fn json(self) -> JsonFormatter {
        JsonFormatter { fields: self.fields, shown: distinct(self.fields) }
    }
}

impl Default for FormatterBuilder {
    fn default() -> Self {
        Self::new()
    }
}
