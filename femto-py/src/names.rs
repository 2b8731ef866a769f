//! Names: what the native part asks Python for, and the levels' names.
//!
//! Set up at import; read on the *caller*.

use std::sync::{Arc, Mutex, PoisonError};

use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyType;

struct Callbacks {
    logger_class: Py<PyAny>,
    resolve: Py<PyAny>,
    revalidate: Py<PyAny>,
}

static CALLBACKS: PyOnceLock<Callbacks> = PyOnceLock::new();

/// Keeps what `bind` was given.
pub(crate) fn set_callbacks(
    py: Python<'_>,
    femto_logger: Bound<'_, PyType>,
    resolve: Py<PyAny>,
    revalidate: Py<PyAny>,
) -> PyResult<()> {
    let logger_class = femto_logger.getattr("__base__")?.unbind();
    CALLBACKS
        .set(py, Callbacks { logger_class, resolve, revalidate })
        .map_err(|_| PyRuntimeError::new_err("bind is called once"))
}

fn callbacks(py: Python<'_>) -> PyResult<&Callbacks> {
    CALLBACKS.get(py).ok_or_else(|| PyRuntimeError::new_err("femtologging is not set up"))
}

/// `logging.Logger`.
pub(crate) fn logger_class(py: Python<'_>) -> PyResult<&Bound<'_, PyAny>> {
    Ok(callbacks(py)?.logger_class.bind(py))
}

/// `resolve(logger)`: what it reaches.
pub(crate) fn resolve(py: Python<'_>) -> PyResult<&Bound<'_, PyAny>> {
    Ok(callbacks(py)?.resolve.bind(py))
}

/// `revalidate()`: looks at classes and modules.
pub(crate) fn revalidate(py: Python<'_>) -> PyResult<&Bound<'_, PyAny>> {
    Ok(callbacks(py)?.revalidate.bind(py))
}

/// `logging.LogRecord`.
pub(crate) fn log_record_class(py: Python<'_>) -> PyResult<&Bound<'_, PyAny>> {
    static CLASS: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    CLASS.import(py, "logging", "LogRecord")
}

/// `exception_text(exc_info)`: what a plain formatter prints.
pub(crate) fn exception_text(py: Python<'_>) -> PyResult<&Bound<'_, PyAny>> {
    static FUNCTION: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    record_function(py, &FUNCTION, "exception_text")
}

/// A function of `femtologging.record`.
pub(crate) fn record_function<'py>(
    py: Python<'py>,
    cell: &'static PyOnceLock<Py<PyAny>>,
    name: &str,
) -> PyResult<&'py Bound<'py, PyAny>> {
    cell.import(py, "femtologging.record", name)
}

pub(crate) type LevelNames = Arc<[Option<Box<str>>; 256]>;

static LEVEL_NAMES: Mutex<Option<LevelNames>> = Mutex::new(None);

/// The names of levels that are not what the formatter would say by itself.
pub(crate) fn set_level_names(names: Vec<(u8, String)>) {
    let mut table = [const { None }; 256];
    for (level, name) in names {
        table[usize::from(level)] = Some(name.into_boxed_str());
    }
    *LEVEL_NAMES.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(table));
}

/// The table at this moment; a logger keeps it until something changes.
pub(crate) fn level_names() -> Option<LevelNames> {
    LEVEL_NAMES.lock().unwrap_or_else(PoisonError::into_inner).clone()
}

static RESERVED: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// The attributes of a record, which `extra` must not hide.
pub(crate) fn set_reserved(names: Vec<String>) {
    *RESERVED.lock().unwrap_or_else(PoisonError::into_inner) = names;
}

/// Whether `extra` must not have this key.
pub(crate) fn is_reserved(key: &str) -> bool {
    let reserved = RESERVED.lock().unwrap_or_else(PoisonError::into_inner);
    reserved.iter().any(|name| name == key)
}
