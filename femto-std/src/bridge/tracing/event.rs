//! From an event's fields to a message and typed key-values. Runs on the *caller*.

use core::error::Error;
use core::fmt;

use femto_core::Value;
use tracing_core::field::{Field, Visit};

use super::statement;
use crate::bridge::Chain;
use crate::extra::Extra;
use crate::unwind::{guarded, render};

/// Takes the fields of an event or span one by one.
pub(super) struct Fields<'s> {
    /// Where the message goes; `None` for those who have none, whose field of that name is like any.
    pub(super) message: Option<&'s mut String>,
    pub(super) extra: &'s mut Extra,
    pub(super) value: &'s mut String,
}

impl Fields<'_> {
    fn push(&mut self, field: &Field, value: &Value<'_>) {
        match self.message(field) {
            Some(message) => render(message, format_args!("{value}")),
            None => self.extra.push(field.name(), value),
        }
    }

    fn message(&mut self, field: &Field) -> Option<&mut String> {
        if field.name() == "message" { self.message.as_deref_mut() } else { None }
    }
}

impl Visit for Fields<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        match self.message(field) {
            Some(message) => render(message, format_args!("{value:?}")),
            None => {
                self.extra.push_rendered(field.name(), format_args!("{value:?}"), self.value);
            }
        }
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        match self.message(field) {
            Some(message) => message.push_str(value),
            None => self.extra.push(field.name(), &Value::Str(value)),
        }
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.push(field, &Value::I64(value));
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.push(field, &Value::U64(value));
    }

    fn record_i128(&mut self, field: &Field, value: i128) {
        self.push(field, &femto_core::Capture::capture(&value));
    }

    fn record_u128(&mut self, field: &Field, value: u128) {
        self.push(field, &femto_core::Capture::capture(&value));
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.push(field, &Value::F64(value));
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.push(field, &Value::Bool(value));
    }

    fn record_bytes(&mut self, field: &Field, value: &[u8]) {
        self.push(field, &Value::Bytes(value));
    }

    fn record_error(&mut self, field: &Field, value: &(dyn Error + 'static)) {
        self.record_debug(field, &format_args!("{}", Chain(value)));
    }
}

/// Runs a visit; of one that panics (a value's own code is called by `tracing` itself) what came before
/// is kept.
pub(super) fn visit(work: impl FnOnce()) {
    let _ = guarded(work);
}

/// The fields that a `LogTracer` puts a record's metadata into.
#[derive(Default)]
pub(super) struct LogFields {
    pub(super) target: String,
    pub(super) file: String,
    pub(super) line: u32,
    /// Where the file's name lies in memory.
    address: usize,
}

impl LogFields {
    /// Whether the record is what `tracing` itself told the `log` crate of an event or a span.
    pub(super) fn is_of_tracing(&self) -> bool {
        statement::is_of_spans(&self.target) || statement::stands_at(self.address, self.line)
    }
}

impl Visit for LogFields {
    fn record_debug(&mut self, _: &Field, _: &dyn fmt::Debug) {}

    fn record_str(&mut self, field: &Field, value: &str) {
        match field.name() {
            "log.target" => self.target = value.to_owned(),
            "log.file" => {
                self.file = value.to_owned();
                self.address = value.as_ptr().addr();
            }
            _ => {}
        }
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        if field.name() == "log.line" {
            self.line = u32::try_from(value).unwrap_or(0);
        }
    }
}
