//! Fields: key-values of a record, encoded, each key once. Filled on the *caller*.

use core::fmt::{self, Write};
use core::panic::AssertUnwindSafe;
use std::panic::catch_unwind;

use femto_core::Value;
use femto_core::frame::portable::{Pairs, write_pair};

/// Key-values, the first of each key.
#[derive(Clone, Default)]
pub(crate) struct Fields(Vec<u8>);

impl Fields {
    /// Adds a pair, unless there is one of that key.
    pub(crate) fn push(&mut self, key: &str, value: &Value<'_>) {
        let mut other = String::new();
        let key = match ATTRIBUTES.contains(&key) {
            true => {
                other.push_str(key);
                other.push('_');
                &other
            }
            false => key,
        };
        if Pairs::new(&self.0).all(|(known, _)| known != key) {
            // A vector takes everything.
            let Ok(()) = write_pair(key, value, &mut self.0);
        }
    }

    /// Adds a pair whose value is text to be rendered.
    pub(crate) fn push_rendered(&mut self, key: &str, value: fmt::Arguments<'_>) {
        let mut text = String::new();
        render(&mut text, value);
        self.push(key, &Value::Str(&text));
    }

    /// Adds the pairs of another whose keys are not here.
    #[cfg(feature = "tracing")]
    pub(crate) fn append(&mut self, other: &Self) {
        if self.0.is_empty() {
            self.0.extend_from_slice(&other.0);
        } else {
            Pairs::new(&other.0).for_each(|(key, value)| self.push(key, &value));
        }
    }

    #[cfg(feature = "log")]
    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.0
    }
}

/// Renders a text. What panics or fails does not reach the statement.
pub(crate) fn render(text: &mut String, arguments: fmt::Arguments<'_>) {
    match catch_unwind(AssertUnwindSafe(|| text.write_fmt(arguments))) {
        Ok(Ok(())) => {}
        Ok(Err(_)) => text.push_str("<formatting failed>"),
        Err(_) => text.push_str("<formatting panicked>"),
    }
}

/// The attributes of Python's records, which `extra` must not hide.
const ATTRIBUTES: [&str; 23] = [
    "name",
    "msg",
    "args",
    "levelname",
    "levelno",
    "pathname",
    "filename",
    "module",
    "exc_info",
    "exc_text",
    "stack_info",
    "lineno",
    "funcName",
    "created",
    "msecs",
    "relativeCreated",
    "thread",
    "threadName",
    "processName",
    "process",
    "taskName",
    "message",
    "asctime",
];
