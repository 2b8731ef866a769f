//! Formatter: how lines come into being for Python's handlers.
//!
//! Made where handlers are configured; run on the *collector*, outside the interpreter.

use core::fmt;
use core::time::Duration;
use std::sync::Arc;

use femto_core::{Details, Record, Value};
use femto_std::formatter::{CaptureMask, FormatError, Formatter, PatternFormatter, PatternStyle};
use jiff::tz::TimeZone;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

use crate::message;

/// A `logging.Formatter`, compiled.
#[pyclass(frozen, module = "femtologging._femtologging")]
#[derive(Debug)]
pub(crate) struct Pattern {
    formatter: Arc<Line>,
    /// Keys of `extra` that it prints, and whether it fails without.
    fields: Vec<(String, bool)>,
}

#[pymethods]
impl Pattern {
    /// Compiles a format string; raises `ValueError` for what only Python does.
    ///
    /// `fields` are the keys of `extra` that it prints, `defaults` their defaults. `utc`: as with
    /// `converter = time.gmtime`. `start`: nanoseconds that `relativeCreated` counts from.
    #[new]
    #[pyo3(signature = (format, style, *, datefmt, msec_format, utc, start, fields, defaults, has_tasks))]
    #[expect(clippy::too_many_arguments, reason = "keywords in Python")]
    fn new(
        format: &str,
        style: &str,
        datefmt: Option<&str>,
        msec_format: Option<&str>,
        utc: bool,
        start: u64,
        fields: Vec<String>,
        defaults: Vec<(String, Bound<'_, PyAny>)>,
        has_tasks: bool,
    ) -> PyResult<Self> {
        let style = match style {
            "{" => PatternStyle::Brace,
            "$" => PatternStyle::Dollar,
            _ => PatternStyle::Percent,
        };
        let refuse = |error: FormatError| PyValueError::new_err(error.to_string());
        let mut pattern = PatternFormatter::for_python(format, style)
            .map_err(refuse)?
            .with_start_time(Duration::from_nanos(start));
        match (datefmt, msec_format) {
            (Some(datefmt), _) if !datefmt.is_empty() => {
                pattern = pattern.with_date_format(datefmt).map_err(refuse)?;
            }
            (_, Some(msec_format)) => {
                pattern = pattern.with_millisecond_format(msec_format).map_err(refuse)?;
            }
            (_, None) => {
                pattern = pattern.with_date_format("%Y-%m-%d %H:%M:%S").map_err(refuse)?;
            }
        }
        if utc {
            pattern = pattern.with_time_zone(TimeZone::UTC);
        }
        if pattern.mask().contains(CaptureMask::TASK_NAME) && !has_tasks {
            return Err(PyValueError::new_err("this Python's records have no taskName"));
        }
        for (key, value) in &defaults {
            let value = message::value(value).ok_or_else(|| {
                PyValueError::new_err(format!("the default of {key} is an object"))
            })?;
            pattern = pattern.with_default(key, value);
        }
        let has_default = |key: &String| defaults.iter().any(|(known, _)| known == key);
        let fields = fields.into_iter().map(|key| (key.clone(), !has_default(&key))).collect();
        Ok(Self { formatter: Arc::new(Line { pattern: Some(pattern) }), fields })
    }
}

impl Pattern {
    pub(crate) fn formatter(&self) -> Arc<Line> {
        self.formatter.clone()
    }

    pub(crate) fn fields(&self) -> &[(String, bool)] {
        &self.fields
    }
}

/// Formats by a pattern, and passes on lines that Python has formatted.
#[derive(Debug, Default)]
pub(crate) struct Line {
    pattern: Option<PatternFormatter>,
}

/// A key-value with this key marks a message that is a whole line.
pub(crate) const LINE: &str = "\0line";
/// A key-value with this key is the record's time, in nanoseconds since the Unix epoch.
pub(crate) const CREATED: &str = "\0created";

impl Formatter for Line {
    fn format(&self, record: &Record<'_>, out: &mut String) -> Result<(), FormatError> {
        let mut key_values = record.key_values();
        match (key_values.next(), &self.pattern) {
            (Some((LINE, _)), _) | (_, None) => {
                record.write_message(out).map_err(|_| FormatError::WriteMessage)
            }
            (Some((CREATED, Value::U64(created))), Some(pattern)) => {
                let key_values: Vec<_> = key_values.collect();
                let mut details = Details::default();
                details.key_values = &key_values;
                details.location = record.file().zip(record.line());
                details.function = record.function();
                details.level_name = record.level_name();
                details.thread = record.thread_id().zip(record.thread_name());
                details.process = record.process_id().zip(record.process_name());
                details.task = record.task_name();
                details.exception = record.exception();
                details.stack = record.stack();
                let message = Message(record);
                let name = record.logger_name();
                let dated = Record::from_message(name, &message, record.level(), created, &details);
                pattern.format(&dated, out)
            }
            (_, Some(pattern)) => pattern.format(record, out),
        }
    }

    fn mask(&self) -> CaptureMask {
        self.pattern.as_ref().map_or(CaptureMask::NONE, Formatter::mask)
    }
}

/// A record's message, as something to display.
struct Message<'r, 'a>(&'r Record<'a>);

impl fmt::Display for Message<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.write_message(f)
    }
}
