//! The `log` crate's logger of this extension module. Runs on the *caller*.

use core::cell::Cell;
use core::sync::atomic::{AtomicBool, Ordering::Relaxed};

use femto_core::{Capture, Value};
use log::kv::{self, VisitSource, VisitValue};
use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;

use crate::fields::{Fields, render};
use crate::native::{self, Statement};

/// Sends what this module and its dependencies log through the `log` crate to Python's loggers.
///
/// `log::max_level` follows the loggers' levels from then on.
///
/// # Errors
/// `ImportError` if femtologging is not there, or of another version; `RuntimeError` if this module's
/// copy of the `log` crate has another logger already. Doing it twice is no error.
///
/// # Examples
/// ```ignore
/// #[pymodule]
/// fn engine(module: &Bound<'_, PyModule>) -> PyResult<()> {
///     femto_python::setup_rust_logging(module.py())
/// }
/// ```
pub fn setup_rust_logging(py: Python<'_>) -> PyResult<()> {
    if IS_SET_UP.load(Relaxed) {
        return Ok(());
    }
    // First what may fail: a logger cannot be taken back.
    native::connect(py, set_level)?;
    log::set_logger(&Logger).map_err(|_| {
        PyRuntimeError::new_err("the log crate of this extension module has a logger already")
    })?;
    IS_SET_UP.store(true, Relaxed);
    set_level(0);
    Ok(())
}

static IS_SET_UP: AtomicBool = AtomicBool::new(false);

/// Called by femtologging.
extern "C" fn set_level(level: u8) {
    // Until it is ours, the level is somebody else's.
    if IS_SET_UP.load(Relaxed) {
        log::set_max_level(match level {
            0..=5 => log::LevelFilter::Trace,
            6..=10 => log::LevelFilter::Debug,
            11..=20 => log::LevelFilter::Info,
            21..=30 => log::LevelFilter::Warn,
            31..=40 => log::LevelFilter::Error,
            _ => log::LevelFilter::Off,
        });
    }
}

struct Logger;

/// What a thread keeps from record to record.
#[derive(Default)]
struct Scratch {
    message: String,
    fields: Fields,
}

thread_local! {
    static SCRATCH: Cell<Option<Box<Scratch>>> = const { Cell::new(None) };
}

impl log::Log for Logger {
    fn enabled(&self, metadata: &log::Metadata<'_>) -> bool {
        native::find(metadata.target(), number(metadata.level())).is_some()
    }

    fn log(&self, record: &log::Record<'_>) {
        let level = number(record.level());
        let Some(target) = native::find(record.target(), level) else { return };
        // A value that logs while it is rendered gets another.
        let mut scratch = SCRATCH.try_with(Cell::take).ok().flatten().unwrap_or_default();
        let Scratch { message, fields } = &mut *scratch;
        let message = match record.args().as_str() {
            Some(text) => text,
            None => {
                message.clear();
                render(message, *record.args());
                message
            }
        };
        fields.clear();
        if record.key_values().count() > 0 {
            // The visitor never fails.
            let _ = record.key_values().visit(&mut KeyValues(fields));
        }
        let file = record.file().unwrap_or_default();
        let line = record.line().unwrap_or(0);
        native::submit(target, &Statement { level, message, file, line }, fields);
        if scratch.message.capacity() <= MAX_KEPT {
            let _ = SCRATCH.try_with(|slot| slot.set(Some(scratch)));
        }
    }

    fn flush(&self) {
        native::flush();
    }
}

/// Python's number of a level.
const fn number(level: log::Level) -> u8 {
    match level {
        log::Level::Error => 40,
        log::Level::Warn => 30,
        log::Level::Info => 20,
        log::Level::Debug => 10,
        log::Level::Trace => 5,
    }
}

struct KeyValues<'f>(&'f mut Fields);

impl<'kvs> VisitSource<'kvs> for KeyValues<'_> {
    fn visit_pair(&mut self, key: kv::Key<'kvs>, value: kv::Value<'kvs>) -> Result<(), kv::Error> {
        value.visit(OfKey { key: key.as_str(), fields: self.0 })
    }
}

/// Takes the value of a key.
struct OfKey<'f> {
    key: &'f str,
    fields: &'f mut Fields,
}

macro_rules! visit {
    ($($method:ident: $type:ty,)*) => {$(
        fn $method(&mut self, value: $type) -> Result<(), kv::Error> {
            self.fields.push(self.key, &value.capture());
            Ok(())
        }
    )*};
}

impl<'v> VisitValue<'v> for OfKey<'_> {
    fn visit_any(&mut self, value: kv::Value<'_>) -> Result<(), kv::Error> {
        self.fields.push_rendered(self.key, format_args!("{value}"));
        Ok(())
    }

    fn visit_null(&mut self) -> Result<(), kv::Error> {
        self.fields.push(self.key, &Value::None);
        Ok(())
    }

    visit! {
        visit_u64: u64,
        visit_i64: i64,
        visit_u128: u128,
        visit_i128: i128,
        visit_f64: f64,
        visit_bool: bool,
        visit_str: &str,
        visit_char: char,
    }
}

/// Bytes of room that a thread keeps.
const MAX_KEPT: usize = 16 << 10;
