//! What is configured of one formatter.

use std::sync::Arc;

use femto_core::FormatterBuilder as Fields;

use super::problem::{Place, Problems};
use super::section::{section, section_is_a_table};
use super::setting::words;
use crate::formatter::{FormatError, Formatter, PatternFormatter, PatternStyle};

section! {
    /// What is configured of one formatter: Python's `formatters.ID`.
    ///
    /// # Examples
    /// ```
    /// use femto_std::config::FormatterConfig;
    ///
    /// let plain = FormatterConfig::pattern("%(levelname)s %(message)s").with_datefmt("%H:%M:%S".to_owned());
    /// let json = FormatterConfig::json();
    /// # assert_ne!(plain, json);
    /// ```
    FormatterConfig {
        /// The shape of a line.
        class: FormatterClass = FormatterClass::Pattern;
        /// The format string of a pattern. Default: `%(asctime)s %(levelname)-8s %(name)s:
        /// %(message)s` and key-values.
        format: Option<String>;
        /// How the format string names its fields: `%`, `{` or `$`.
        style: PatternStyle = PatternStyle::Percent, set by with_style;
        /// How `asctime` is printed: a format of C's `strftime`.
        datefmt: Option<String>, set by with_datefmt;
    }
}
section_is_a_table!(FormatterConfig);

/// The shape of a line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum FormatterClass {
    /// By a format string.
    #[default]
    Pattern,
    /// An object of JSON a line.
    Json,
    /// `key=value`.
    Logfmt,
}

words! { FormatterClass:
    "pattern" | "logging.Formatter" => Self::Pattern,
    "json" => Self::Json,
    "logfmt" => Self::Logfmt,
}

impl FormatterConfig {
    /// Lines by a format string in Python's `%` style.
    pub fn pattern(format: impl Into<String>) -> Self {
        Self { format: Some(format.into()), ..Self::of(FormatterClass::Pattern) }
    }

    /// Lines of JSON.
    #[must_use]
    pub const fn json() -> Self {
        Self::of(FormatterClass::Json)
    }

    /// Lines of `key=value`.
    #[must_use]
    pub const fn logfmt() -> Self {
        Self::of(FormatterClass::Logfmt)
    }

    const fn of(class: FormatterClass) -> Self {
        Self { class, format: None, style: PatternStyle::Percent, datefmt: None }
    }

    /// Makes the formatter; tells what is wrong.
    pub(crate) fn make(
        &self,
        place: &Place<'_>,
        problems: &mut Problems,
    ) -> Option<Arc<dyn Formatter>> {
        let is_pattern = self.class == FormatterClass::Pattern;
        let only = [("format", self.format.is_some()), ("datefmt", self.datefmt.is_some())];
        for (key, _) in only.iter().filter(|(_, is_said)| *is_said && !is_pattern) {
            problems.at(&place.key(key), "only a formatter of class `pattern` has it");
        }
        match self.class {
            FormatterClass::Json => return Some(Arc::new(Fields::new().json())),
            FormatterClass::Logfmt => return Some(Arc::new(Fields::new().logfmt())),
            FormatterClass::Pattern => {}
        }
        let mut told = |key: &str, value: &str, error: &FormatError| {
            problems.wrong(&place.key(key), &format_args!("{value:?}"), &error.to_string());
        };
        let formatter = match &self.format {
            None => PatternFormatter::default(),
            Some(format) => PatternFormatter::new(format, self.style)
                .inspect_err(|error| told("format", format, error))
                .ok()?,
        };
        let date = self.datefmt.as_deref().unwrap_or_default();
        let formatter = formatter.with_date_format(date);
        let formatter = formatter.inspect_err(|error| told("datefmt", date, error)).ok()?;
        Some(Arc::new(formatter))
    }
}
