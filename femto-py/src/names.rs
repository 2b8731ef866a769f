//! Names: what the native part asks Python for, and the levels' names.
//!
//! All of it is made at import, once and for all: what is made at its first use by one thread is
//! never made in a child that another thread forks meanwhile. Read on the *caller*.

use std::sync::{Arc, Mutex, PoisonError};

use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyDict, PyString, PyType};

use crate::origin::Threads;

/// What the native part knows of Python.
pub(crate) struct Known {
    pub(crate) texts: Texts,
    /// `logging.Logger`.
    pub(crate) logger_class: Py<PyAny>,
    /// `logging.Handler`.
    pub(crate) handler_class: Py<PyAny>,
    /// `logging.LogRecord`.
    pub(crate) record_class: Py<PyAny>,
    /// `log_by_name(logger, level, ...)`.
    pub(crate) log_by_name: Py<PyAny>,
    /// `resolve(logger)`: what it reaches.
    pub(crate) resolve: Py<PyAny>,
    /// `revalidate()`: looks at classes and modules.
    pub(crate) revalidate: Py<PyAny>,
    /// `render(msg, args)`: the message as `LogRecord` makes it.
    pub(crate) render: Py<PyAny>,
    /// `exception_text(exc_info)`: what a plain formatter prints.
    pub(crate) exception_text: Py<PyAny>,
    /// `details(mask, stacklevel)`: the fields that cost time to find.
    pub(crate) details: Py<PyAny>,
    /// `stack_info(stacklevel)`: the stack as the record shows it.
    pub(crate) stack_info: Py<PyAny>,
    /// `structured(value)`: an object as a text, and whether that is JSON.
    pub(crate) structured: Py<PyAny>,
    /// `exception_fields(exc_info)`: what of an exception is fields of its own.
    pub(crate) exception_fields: Py<PyAny>,
    /// The context's fields, or `None`.
    pub(crate) context_get: Py<PyAny>,
    /// The module `logging`.
    pub(crate) logging: Py<PyAny>,
    /// `sys.modules`.
    pub(crate) modules: Py<PyDict>,
    pub(crate) threads: Threads,
    /// `object.__setattr__`.
    pub(crate) set_attribute: Py<PyAny>,
    /// The attributes of a record, which `extra` must not hide: a set.
    pub(crate) reserved: Py<PyAny>,
}

macro_rules! texts {
    ($($name:ident = $text:literal)*) => {
        /// Names of attributes, as Python has them.
        pub(crate) struct Texts {
            $(pub(crate) $name: Py<PyString>,)*
        }

        impl Texts {
            fn new(py: Python<'_>) -> Self {
                Self { $($name: PyString::intern(py, $text).unbind(),)* }
            }
        }
    };
}

texts! {
    args = "args" attributes = "__dict__" base_process = "BaseProcess" cache = "_cache" core = "_core"
    created = "created" current_process = "_current_process" current_thread = "current_thread"
    exc_info = "exc_info" exc_text = "exc_text" extra = "extra" femto = "_femto" file_name = "filename" format = "format"
    func_name = "funcName" get_ident = "get_ident" get_message = "getMessage" handle = "handle"
    left_to_stdlib = "_leave_to_stdlib" level = "level" level_name = "levelname" level_no = "levelno"
    line_no = "lineno" main_process = "MainProcess" module = "module" msecs = "msecs" msg = "msg"
    multiprocessing = "multiprocessing" multiprocessing_process = "multiprocessing.process" name = "name"
    native_core = "native_core" own_name = "_name" path_name = "pathname" process = "process"
    process_name = "processName" ready_to_emit = "_ready_to_emit" stack_info = "stack_info"
    task_name = "taskName" thread = "thread" thread_name = "threadName"
}

static KNOWN: PyOnceLock<Known> = PyOnceLock::new();

/// What the native part knows of Python; an error before `set_up` was called.
#[inline(always)]
pub(crate) fn known(py: Python<'_>) -> PyResult<&Known> {
    KNOWN.get(py).ok_or_else(|| PyRuntimeError::new_err("femtologging is not set up"))
}

/// Gives the native part what it asks: before `bind`, once.
///
/// `resolve(logger)` says what a logger reaches; `revalidate()` looks at classes and modules and calls
/// `revalidated`; `reserved` is the set of a record's attributes.
#[pyfunction]
pub(crate) fn set_up(
    py: Python<'_>,
    reserved: Py<PyAny>,
    resolve: Py<PyAny>,
    revalidate: Py<PyAny>,
) -> PyResult<()> {
    let logging = py.import("logging")?;
    let class = |name: &str| Ok::<_, PyErr>(logging.getattr(name)?.cast_into::<PyType>()?);
    let record = py.import("femtologging.record")?;
    let fields = py.import("femtologging.field")?;
    let known = Known {
        texts: Texts::new(py),
        logger_class: class("Logger")?.into_any().unbind(),
        handler_class: class("Handler")?.into_any().unbind(),
        record_class: class("LogRecord")?.into_any().unbind(),
        log_by_name: py.import("femtologging.logger")?.getattr("log_by_name")?.unbind(),
        resolve,
        revalidate,
        render: record.getattr("render")?.unbind(),
        exception_text: py
            .import("femtologging.exception_text")?
            .getattr("exception_text")?
            .unbind(),
        details: record.getattr("details")?.unbind(),
        stack_info: record.getattr("stack_info")?.unbind(),
        structured: fields.getattr("structured")?.unbind(),
        exception_fields: fields.getattr("exception_fields")?.unbind(),
        context_get: py.import("femtologging.context")?.getattr("current")?.unbind(),
        logging: logging.into_any().unbind(),
        modules: py.import("sys")?.getattr("modules")?.cast_into()?.unbind(),
        threads: Threads::new(py)?,
        set_attribute: py.get_type::<PyAny>().getattr("__setattr__")?.unbind(),
        reserved,
    };
    KNOWN.set(py, known).map_err(|_| PyRuntimeError::new_err("set_up is called once"))
}

pub(crate) type LevelNames = Arc<[Option<Box<str>>; 256]>;

/// Only locked by threads attached to the interpreter, and never while they run Python code: no
/// other thread can fork meanwhile.
static LEVEL_NAMES: Mutex<Option<LevelNames>> = Mutex::new(None);

/// The names of levels that are not what the formatter would say by itself.
pub(crate) fn set_level_names(names: Vec<(u8, String)>) {
    let table = (!names.is_empty()).then(|| {
        let mut table = [const { None }; 256];
        for (level, name) in names {
            table[usize::from(level)] = Some(name.into_boxed_str());
        }
        Arc::new(table)
    });
    *LEVEL_NAMES.lock().unwrap_or_else(PoisonError::into_inner) = table;
}

/// The table at this moment; a logger keeps it until something changes.
pub(crate) fn level_names() -> Option<LevelNames> {
    LEVEL_NAMES.lock().unwrap_or_else(PoisonError::into_inner).clone()
}
