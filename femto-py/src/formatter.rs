//! Formatter: how lines come into being for Python's handlers.
//!
//! Made where handlers are configured; run on the *collector*, outside the interpreter.

use core::fmt;
use core::time::Duration;
use std::sync::Arc;

use femto_core::{Details, Level, Record, Value};
use femto_std::Error;
use femto_std::config::{
    Field, FormatterBuilder, FormatterStyle, OwnedValue, Precision, ShownKeys, Zone,
};
use femto_std::formatter::{CaptureMask, FormatError, Formatter, PatternFormatter, PatternStyle};
use jiff::tz::TimeZone;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString};

use crate::field::{Picked, Wanted};
use crate::message;

/// A formatter of Python's, compiled.
#[pyclass(frozen, module = "femtologging._femtologging")]
#[derive(Debug)]
pub(crate) struct NativeFormatter {
    formatter: Arc<Line>,
    wanted: Arc<Wanted>,
}

#[pymethods]
impl NativeFormatter {
    /// Compiles a format string; raises `ValueError` for what only Python does.
    ///
    /// `fields` are the keys of `extra` that it prints, `defaults` their defaults. `utc`: as with
    /// `converter = time.gmtime`. `start`: nanoseconds that `relativeCreated` counts from.
    #[staticmethod]
    #[pyo3(signature = (format, style, *, datefmt, msec_format, utc, start, fields, defaults, has_tasks))]
    #[expect(clippy::too_many_arguments, reason = "keywords in Python")]
    fn pattern(
        format: &str,
        style: &str,
        datefmt: Option<&str>,
        msec_format: Option<&str>,
        utc: bool,
        start: u64,
        fields: Vec<Bound<'_, PyString>>,
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
        let mut wanted = Wanted::default();
        for field in fields {
            let key = field.to_str()?;
            let is_required = !defaults.iter().any(|(known, _)| known == key);
            wanted.named.push((field.unbind(), is_required));
        }
        Ok(Self::new(Arc::new(pattern), wanted))
    }

    /// A formatter for programs, of the style `json` or `logfmt`, as `FormatterBuilder` of femto-std.
    ///
    /// `fields` are pairs of a line's key and what stands there; `keys` the keys of `extra` that are
    /// shown, `except_keys` those that are not.
    #[staticmethod]
    #[pyo3(signature = (style, *, fields, datefmt, time_zone, precision, flat, keys, except_keys, static_fields))]
    #[expect(clippy::too_many_arguments, reason = "keywords in Python")]
    fn structured(
        style: &str,
        fields: Option<Vec<(String, String)>>,
        datefmt: Option<String>,
        time_zone: Option<&str>,
        precision: Option<&str>,
        flat: bool,
        keys: Option<Vec<String>>,
        except_keys: Option<Vec<String>>,
        static_fields: Vec<(String, Bound<'_, PyAny>)>,
    ) -> PyResult<Self> {
        let refuse = |error: Error| PyValueError::new_err(error.to_string());
        let style: FormatterStyle = style.parse().map_err(refuse)?;
        let mut builder = FormatterBuilder::new().with_style(style).with_flat(flat).for_python();
        if let Some(fields) = fields {
            let mut parsed = Vec::new();
            for (key, field) in &fields {
                let field: Field = field.parse().map_err(refuse)?;
                parsed.push((key.as_str(), field));
            }
            builder = builder.with_fields(parsed);
        }
        if let Some(datefmt) = datefmt {
            builder = builder.with_date_format(datefmt);
        }
        if let Some(zone) = time_zone {
            builder = builder.with_time_zone(zone.parse::<Zone>().map_err(refuse)?);
        }
        if let Some(precision) = precision {
            builder = builder.with_precision(precision.parse::<Precision>().map_err(refuse)?);
        }
        builder = match (keys, except_keys) {
            (Some(keys), _) => builder.with_keys(ShownKeys::only(keys)),
            (None, Some(keys)) => builder.with_keys(ShownKeys::except(keys)),
            (None, None) => builder,
        };
        for (key, value) in &static_fields {
            builder = builder.with_static_field(key, static_value(key, value)?);
        }
        let wanted = Wanted { named: Vec::new(), all: true };
        Ok(Self::new(builder.build().map_err(refuse)?, wanted))
    }

    /// Formats what Python read of a record; `created` in nanoseconds since the Unix epoch, `fields`
    /// as of `extra`.
    #[pyo3(signature = (name, level, level_name, message, *, created, fields, location, function, thread, process, task, exception, stack))]
    #[expect(clippy::too_many_arguments, reason = "keywords in Python")]
    fn format(
        &self,
        name: &str,
        level: u8,
        level_name: &str,
        message: &str,
        created: u64,
        fields: &Bound<'_, PyDict>,
        location: Option<(String, u32)>,
        function: Option<&str>,
        thread: Option<(u64, String)>,
        process: Option<(u32, String)>,
        task: Option<&str>,
        exception: Option<&str>,
        stack: Option<&str>,
    ) -> PyResult<String> {
        let mut picked = Picked::default();
        picked.add_all(fields)?;
        let key_values: Vec<_> = picked.iter().collect();
        let mut details = Details::default();
        details.key_values = &key_values;
        details.location = location.as_ref().map(|(file, line)| (file.as_str(), *line));
        details.function = function;
        details.level_name = Some(level_name);
        details.thread = thread.as_ref().map(|(id, name)| (*id, name.as_str()));
        details.process = process.as_ref().map(|(id, name)| (*id, name.as_str()));
        details.task = task;
        details.exception = exception;
        details.stack = stack;
        let record = Record::from_message(name, &message, Level::new(level), created, &details);
        let mut line = String::new();
        let formatted = self.formatter.format(&record, &mut line);
        formatted.map_err(|error| PyValueError::new_err(error.to_string()))?;
        Ok(line)
    }
}

impl NativeFormatter {
    fn new(formatter: Arc<dyn Formatter>, wanted: Wanted) -> Self {
        Self { formatter: Arc::new(Line { formatter: Some(formatter) }), wanted: Arc::new(wanted) }
    }

    pub(crate) fn formatter(&self) -> Arc<Line> {
        self.formatter.clone()
    }

    /// Which keys of `extra` it prints.
    pub(crate) fn wanted(&self) -> &Arc<Wanted> {
        &self.wanted
    }
}

fn static_value(key: &str, value: &Bound<'_, PyAny>) -> PyResult<OwnedValue> {
    match message::value(value) {
        Some(Value::None) => Ok(OwnedValue::None),
        Some(Value::Bool(truth)) => Ok(OwnedValue::from(truth)),
        Some(Value::I64(number)) => Ok(OwnedValue::from(number)),
        Some(Value::F64(number)) => Ok(OwnedValue::from(number)),
        Some(Value::Str(text)) => Ok(OwnedValue::from(text)),
        _ => {
            let given = value.repr()?;
            let text = format!(
                "static_fields.{key} = {given}: allowed are texts, integers of 64 bits, floats, truth \
                 values and None"
            );
            Err(PyValueError::new_err(text))
        }
    }
}

/// Formats by a formatter, and passes on lines that Python has formatted.
#[derive(Debug, Default)]
pub(crate) struct Line {
    formatter: Option<Arc<dyn Formatter>>,
}

/// A key-value with this key marks a message that is a whole line.
pub(crate) const LINE: &str = "\0line";
/// A key-value with this key is the record's time, in nanoseconds since the Unix epoch.
pub(crate) const CREATED: &str = "\0created";

impl Formatter for Line {
    fn format(&self, record: &Record<'_>, out: &mut String) -> Result<(), FormatError> {
        let mut key_values = record.key_values();
        match (key_values.next(), &self.formatter) {
            (Some((LINE, _)), _) | (_, None) => {
                record.write_message(out).map_err(|_| FormatError::WriteMessage)
            }
            (Some((CREATED, Value::U64(created))), Some(formatter)) => {
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
                formatter.format(&dated, out)
            }
            (_, Some(formatter)) => formatter.format(record, out),
        }
    }

    fn mask(&self) -> CaptureMask {
        self.formatter.as_ref().map_or(CaptureMask::NONE, |formatter| formatter.mask())
    }
}

/// A record's message, as something to display.
struct Message<'r, 'a>(&'r Record<'a>);

impl fmt::Display for Message<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.write_message(f)
    }
}
