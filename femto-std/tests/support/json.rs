//! A logger whose lines are JSON, and what they say.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]
#![allow(dead_code, reason = "each test file uses some of it")]

use std::path::PathBuf;
use std::sync::Arc;

use femto_core::{Field, FormatterBuilder};
use femto_std::{Handler, Logger};
use serde_json::Value;

use crate::scratch::{Scratch, lines, lone_logger, plain};

/// A logger whose lines are JSON.
pub(crate) struct Json {
    _scratch: Scratch,
    pub(crate) logger: Logger,
    pub(crate) handler: Arc<Handler>,
    path: PathBuf,
}

impl Json {
    pub(crate) fn new(name: &str) -> Self {
        const FIELDS: &[Field] = &[
            Field::LEVEL,
            Field::NAME,
            Field::MESSAGE,
            Field::LOCATION,
            Field::MODULE,
            Field::KEY_VALUES,
        ];
        let scratch = Scratch::new(name);
        let path = scratch.path("json");
        let formatter = FormatterBuilder::new().with_fields(FIELDS).json();
        let handler = plain(&path).with_formatter(Arc::new(formatter)).build().unwrap();
        let logger = lone_logger(name, &handler);
        Self { _scratch: scratch, logger, handler, path }
    }

    /// What was logged so far.
    pub(crate) fn records(&self) -> Vec<Value> {
        let lines = lines(&self.handler, &self.path);
        lines.iter().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// Messages and key-values.
    pub(crate) fn told(&self) -> Vec<(String, Value)> {
        let records = self.records().into_iter();
        records.map(|record| (text(&record["message"]), record["fields"].clone())).collect()
    }
}

pub(crate) fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}
