//! Method: what the methods of loggers and handlers do.
//!
//! Runs on the *caller*, called by the raw functions in `native`; the level has not been looked at
//! yet unless it is known to be too low. Behind it comes `call`.

use core::ffi::CStr;
use core::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Mutex, PoisonError};

use pyo3::Borrowed;
use pyo3::exceptions::{PyException, PyRuntimeError};
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict, PyString};

use crate::call::{self, Call, Outcome};
use crate::ceiling::STATIC_MAX_LEVEL;
use crate::logger::{self, LoggerCore};
use crate::native::{self, Next, RawMethod, RawMethodOfOne, attached, log, one};
use crate::plain::SCRATCH;
use crate::{handler, names};

/// A logging method.
pub(crate) struct Method {
    pub(crate) name: &'static CStr,
    /// The level it logs at; `None` if its first argument says.
    pub(crate) level: Option<i64>,
    pub(crate) raw: RawMethod,
    pub(crate) doc: &'static CStr,
}

const LOG: usize = 6;
const EXCEPTION: usize = 4;
const TRACE: usize = 7;

/// The logging methods of `FemtoLogger`.
pub(crate) static METHODS: [Method; 8] = [
    Method { name: c"debug", level: Some(10), raw: log::<0>, doc: DOC },
    Method { name: c"info", level: Some(20), raw: log::<1>, doc: DOC },
    Method { name: c"warning", level: Some(30), raw: log::<2>, doc: DOC },
    Method { name: c"error", level: Some(40), raw: log::<3>, doc: DOC },
    Method { name: c"exception", level: Some(40), raw: log::<4>, doc: DOC },
    Method { name: c"critical", level: Some(50), raw: log::<5>, doc: DOC },
    Method { name: c"log", level: None, raw: log::<6>, doc: LOG_DOC },
    Method { name: c"trace", level: Some(5), raw: log::<7>, doc: DOC },
];

const DOC: &CStr = c"Logs 'msg % args' at the level that the method's name says.

Keyword arguments: exc_info, stack_info, stacklevel, extra, as in logging.Logger.";
const LOG_DOC: &CStr = c"Logs 'msg % args' at the level given, a number or a name.

Keyword arguments: exc_info, stack_info, stacklevel, extra, as in logging.Logger.";

/// A method with one argument.
pub(crate) struct MethodOfOne {
    pub(crate) name: &'static CStr,
    pub(crate) raw: RawMethodOfOne,
    pub(crate) function: for<'py> fn(&Bound<'py, PyAny>, &Bound<'py, PyAny>) -> PyResult<Next<'py>>,
    /// What of Python's does the same.
    pub(crate) of_python: for<'py> fn(&Bound<'py, PyAny>) -> PyResult<Next<'py>>,
    pub(crate) doc: &'static CStr,
}

/// The first is `FemtoLogger`'s, the others are `NativeHandler`'s.
pub(crate) static METHODS_OF_ONE: [MethodOfOne; 3] = [
    MethodOfOne {
        name: c"isEnabledFor",
        raw: one::<0>,
        function: is_enabled_for,
        of_python: python_is_enabled_for,
        doc: c"Whether a call at this level would be logged.",
    },
    MethodOfOne {
        name: c"handle",
        raw: one::<1>,
        function: handler::handle,
        of_python: handler::python_handle,
        doc: c"Writes a record that passes the filters.",
    },
    MethodOfOne {
        name: c"emit",
        raw: one::<2>,
        function: handler::emit,
        of_python: handler::python_emit,
        doc: c"Writes a record.",
    },
];

/// What is left of a call that is not known to be below the level.
#[inline(always)]
pub(crate) fn enabled<'py, const M: usize>(
    logger: Borrowed<'_, 'py, PyAny>,
    values: &[Bound<'py, PyAny>],
    count: usize,
    keywords: Option<&Bound<'py, PyAny>>,
) -> PyResult<Next<'py>> {
    let outcome = match current(logger)? {
        Some(core) => {
            let core = core.get();
            let level = METHODS[M].level.or_else(|| call::level(values.first()?));
            let first = usize::from(M == LOG);
            match level {
                Some(level) if count > first => {
                    if core.threshold() != i64::MIN && level < core.threshold() {
                        return Ok(Next::Return(None));
                    }
                    let call = Call {
                        level,
                        message: &values[first],
                        arguments: &values[first + 1..count],
                        keyword_values: &values[count..],
                        keywords,
                        is_exception: M == EXCEPTION,
                    };
                    call.submit(core)?
                }
                _ => Outcome::LeftToPython,
            }
        }
        None => Outcome::LeftToPython,
    };
    match outcome {
        Outcome::Submitted => {
            count_one(&FAST);
            Ok(Next::Return(None))
        }
        Outcome::MustWait(waiting) => {
            count_one(&FAST);
            Ok(Next::Wait(waiting, None))
        }
        Outcome::LeftToPython => left_to_python::<M>(logger.py(), values),
    }
}

/// Has Python do all of a call.
#[cold]
pub(crate) fn left_to_python<'py, const M: usize>(
    py: Python<'py>,
    values: &[Bound<'py, PyAny>],
) -> PyResult<Next<'py>> {
    if M == LOG && is_name(values.first()) {
        return attached(|| Ok(Next::Call(names::known(py)?.log_by_name.bind(py).clone())));
    }
    // Stdlib's `exception` is a call of `error`, which is counted.
    if M != EXCEPTION {
        count_one(&SLOW);
    }
    attached(|| python_method::<M>(py))
}

/// Whether a level is given by its name.
fn is_name(level: Option<&Bound<'_, PyAny>>) -> bool {
    level.is_some_and(|level| level.is_exact_instance_of::<PyString>())
}

/// The method of `logging.Logger`, whatever that is now.
#[cold]
fn python_method<const M: usize>(py: Python<'_>) -> PyResult<Next<'_>> {
    let methods = PYTHON_METHODS.lock().unwrap_or_else(PoisonError::into_inner);
    // There is no `Logger.trace`.
    match methods.get(if M == TRACE { LOG } else { M }) {
        Some(method) => Ok(Next::Call(method.bind(py).clone())),
        None => Err(PyRuntimeError::new_err("femtologging is not set up")),
    }
}

/// What the methods of `logging.Logger` are called with before the call's own arguments.
pub(crate) static PREPENDED: [Option<i64>; METHODS.len()] = {
    let mut prepended = [None; METHODS.len()];
    prepended[TRACE] = Some(5);
    prepended
};

/// `FemtoLogger.isEnabledFor(level)`.
fn is_enabled_for<'py>(
    logger: &Bound<'py, PyAny>,
    level: &Bound<'py, PyAny>,
) -> PyResult<Next<'py>> {
    let py = logger.py();
    let answer =
        |is_enabled| Ok(Next::Return(Some(PyBool::new(py, is_enabled).to_owned().into_any())));
    let number = call::level(level);
    // Stdlib's own methods ask here too, with whatever is like a number.
    if STATIC_MAX_LEVEL > 0
        && let Some(number) = number.or_else(|| attached(|| level.extract().ok()))
        && number < STATIC_MAX_LEVEL
    {
        return answer(false);
    }
    if let Some(core) = current(logger.as_borrowed())?
        && core.get().threshold() != i64::MIN
        && let Some(number) = number
    {
        let core = core.get();
        let is_enabled = number >= core.threshold();
        // A logger that is disabled remembers nothing.
        if core.threshold() != i64::MAX && core.is_first_ask(number) {
            cache(logger, level, is_enabled)?;
        }
        return answer(is_enabled);
    }
    python_is_enabled_for(logger)
}

/// `Logger.isEnabledFor`.
fn python_is_enabled_for<'py>(logger: &Bound<'py, PyAny>) -> PyResult<Next<'py>> {
    let py = logger.py();
    Ok(Next::Call(names::known(py)?.logger_class.bind(py).getattr("isEnabledFor")?))
}

/// Writes the answer where stdlib's loggers keep theirs, for whoever looks there.
#[cold]
fn cache(logger: &Bound<'_, PyAny>, level: &Bound<'_, PyAny>, is_enabled: bool) -> PyResult<()> {
    let py = logger.py();
    let texts = &names::known(py)?.texts;
    match logger.getattr(texts.cache.bind(py)).map(Bound::cast_into_exact::<PyDict>) {
        Ok(Ok(cache)) => cache.set_item(level, is_enabled),
        _ => Ok(()),
    }
}

/// The core of a logger, up to date; `None` if that cannot be had. Holds the core: Python code, of
/// this thread or another, may take it from the logger while it is in use.
#[inline(always)]
fn current<'py>(logger: Borrowed<'_, 'py, PyAny>) -> PyResult<Option<Bound<'py, LoggerCore>>> {
    match native::find(logger.py(), logger.as_ptr()) {
        Some(core) if native::is_current(core.get()) => Ok(Some(core.to_owned())),
        _ => attached(|| refreshed(logger)),
    }
}

#[cold]
fn refreshed<'py>(logger: Borrowed<'_, 'py, PyAny>) -> PyResult<Option<Bound<'py, LoggerCore>>> {
    let refreshed = || {
        let core = logger::attach(logger)?;
        refresh(logger, core.get())?;
        Ok(core)
    };
    refreshed().map(Some).or_else(|error| none_unless_fatal(logger.py(), error))
}

/// Asks Python what the logger reaches now.
#[cold]
fn refresh(logger: Borrowed<'_, '_, PyAny>, core: &LoggerCore) -> PyResult<()> {
    let py = logger.py();
    if !native::hooks_are_unchanged() {
        names::known(py)?.revalidate.call0(py)?.drop_ref(py);
    }
    for _ in 0..ATTEMPTS {
        // Read before asking: what changes meanwhile makes the answer old.
        let generation = native::current_generation();
        core.refresh(logger, generation)?;
        if generation == native::current_generation() {
            break; // not half of a change that another thread made
        }
    }
    Ok(())
}

/// How often a logger is looked at while others change it.
const ATTEMPTS: u32 = 8;

/// Errors of our own Python code (at the end of the interpreter, modules are half gone) leave the
/// call to stdlib; what interrupts the program does so.
fn none_unless_fatal<T>(py: Python<'_>, error: PyErr) -> PyResult<Option<T>> {
    if error.is_instance_of::<PyException>(py) { Ok(None) } else { Err(error) }
}

/// The methods of `logging.Logger`, in the order of `METHODS`.
static PYTHON_METHODS: Mutex<Vec<Py<PyAny>>> = Mutex::new(Vec::new());

/// Says that the classes and modules were looked at and are as the fast path knows them now.
///
/// `methods` are the methods of `logging.Logger` in the order of this module's own; `level_names`
/// those that are not usual.
#[pyfunction]
pub(crate) fn revalidated(
    py: Python<'_>,
    methods: Vec<Py<PyAny>>,
    level_names: Vec<(u8, String)>,
) -> PyResult<()> {
    let old = core::mem::replace(
        &mut *PYTHON_METHODS.lock().unwrap_or_else(PoisonError::into_inner),
        methods,
    );
    drop(old);
    names::set_level_names(level_names);
    SCRATCH.change(py, |scratch| scratch.sites.clear(py));
    native::accept_hooks(py)
}

// --- Which path ran -----------------------------------------------------------------------------

static FAST: AtomicU64 = AtomicU64::new(0);
static SLOW: AtomicU64 = AtomicU64::new(0);

/// No other thread counts meanwhile, so no locked instruction is needed.
#[inline(always)]
fn count_one(counter: &AtomicU64) {
    counter.store(counter.load(Relaxed) + 1, Relaxed);
}

/// In the child of a fork: what the parent called is the parent's.
pub(crate) fn forked() {
    FAST.store(0, Relaxed);
    SLOW.store(0, Relaxed);
}

/// How many enabled calls of this process were native to the end, and how many Python's.
#[pyfunction]
pub(crate) fn path_counts() -> (u64, u64) {
    (FAST.load(Relaxed), SLOW.load(Relaxed))
}
