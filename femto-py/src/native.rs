//! Call and level: the methods of `FemtoLogger` as the interpreter calls them.
//!
//! Runs on the *caller*, first of all; behind it come `call` and `message`. This is the one file
//! with `unsafe`: raw functions with the `METH_FASTCALL | METH_KEYWORDS` convention, which cost a
//! third of what generated methods with `*args` cost, and two reads that no safe interface has, the
//! version numbers of a class and of a dictionary.
//!
//! What the code relies on: every function here is called by the interpreter, attached to it, in
//! builds with a global lock (the module declares `gil_used`). So nothing here runs twice at once.
#![allow(unsafe_code, reason = "the calling convention has no safe interface")]

use core::cell::RefCell;
use core::ffi::c_int;
use core::ptr;
use core::sync::atomic::{AtomicPtr, AtomicU32, AtomicU64, Ordering::Relaxed};
use core::time::Duration;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Mutex, PoisonError};

use femto_std::engine;
use pyo3::exceptions::{PyException, PyRuntimeError};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple, PyType};
use pyo3::{Borrowed, ffi};

use crate::call::{self, Call, Outcome};
use crate::logger::{self, LoggerCore};
use crate::{handler, names};

/// One method of the logger.
struct Method {
    name: &'static core::ffi::CStr,
    /// The level it logs at; `None` if its first argument says.
    level: Option<i64>,
    function: ffi::PyCFunctionFastWithKeywords,
    doc: &'static core::ffi::CStr,
}

const LOG: usize = 6;
const EXCEPTION: usize = 4;
const TRACE: usize = 7;

static METHODS: [Method; 8] = [
    Method { name: c"debug", level: Some(10), function: log::<0>, doc: DOC },
    Method { name: c"info", level: Some(20), function: log::<1>, doc: DOC },
    Method { name: c"warning", level: Some(30), function: log::<2>, doc: DOC },
    Method { name: c"error", level: Some(40), function: log::<3>, doc: DOC },
    Method { name: c"exception", level: Some(40), function: log::<4>, doc: DOC },
    Method { name: c"critical", level: Some(50), function: log::<5>, doc: DOC },
    Method { name: c"log", level: None, function: log::<6>, doc: LOG_DOC },
    Method { name: c"trace", level: Some(5), function: log::<7>, doc: DOC },
];

const DOC: &core::ffi::CStr = c"Logs 'msg % args' at the level that the method's name says.

Keyword arguments: exc_info, stack_info, stacklevel, extra, as in logging.Logger.";
const LOG_DOC: &core::ffi::CStr = c"Logs 'msg % args' at the level given, a number.

Keyword arguments: exc_info, stack_info, stacklevel, extra, as in logging.Logger.";

/// A logging method: `METHODS[M]`.
unsafe extern "C" fn log<const M: usize>(
    logger: *mut ffi::PyObject,
    args: *const *mut ffi::PyObject,
    count: ffi::Py_ssize_t,
    keywords: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    // SAFETY: called by the interpreter, so attached.
    let py = unsafe { Python::assume_attached() };
    if let Some(level) = METHODS[M].level
        && let Some(core) = find(py, logger)
        && is_current(core.get())
        && level < core.get().threshold()
        && count > 0
    {
        return none();
    }
    let keyword_count = match ptr::NonNull::new(keywords) {
        // SAFETY: by the calling convention this is a tuple.
        Some(keywords) => unsafe { ffi::PyTuple_GET_SIZE(keywords.as_ptr()) as usize },
        None => 0,
    };
    let count = count as usize;
    // SAFETY: by the calling convention there are so many arguments, those by keyword behind the
    // others, alive until the call returns. `Bound` is such a pointer; it is only borrowed here, so
    // the caller's references stay the caller's.
    let values: &[Bound<'_, PyAny>] = match args.is_null() {
        true => &[],
        false => unsafe { core::slice::from_raw_parts(args.cast(), count + keyword_count) },
    };
    // SAFETY: the interpreter passes `self` alive.
    let logger = unsafe { Borrowed::from_ptr(py, logger) };
    // SAFETY: a tuple of texts or null, alive until the call returns.
    let keywords = unsafe { Borrowed::from_ptr_or_opt(py, keywords) };
    let keywords = keywords.as_deref();
    let result = catch_unwind(AssertUnwindSafe(|| enabled::<M>(logger, values, count, keywords)));
    match result {
        Ok(Ok(())) => none(),
        Ok(Err(error)) => {
            error.restore(py);
            ptr::null_mut()
        }
        // A log call does not fail its caller.
        Err(_) => none(),
    }
}

/// What is left of a call that is not known to be below the level.
#[inline(always)]
fn enabled<const M: usize>(
    logger: Borrowed<'_, '_, PyAny>,
    values: &[Bound<'_, PyAny>],
    count: usize,
    keywords: Option<&Bound<'_, PyAny>>,
) -> PyResult<()> {
    let outcome = match current(logger)? {
        Some(core) => {
            let core = core.get();
            let level = METHODS[M].level.or_else(|| call::level(values.first()?));
            let first = usize::from(M == LOG);
            match level {
                Some(level) if count > first => {
                    if core.threshold() != i64::MIN && level < core.threshold() {
                        return Ok(());
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
            Ok(())
        }
        Outcome::LeftToPython => {
            count_one(&SLOW);
            attached(|| call_python::<M>(logger, &values[..count], &values[count..], keywords))
        }
    }
}

/// Runs what may drop objects of Python, after telling PyO3 that the thread is attached: else it would
/// keep them until it hears so.
#[cold]
pub(crate) fn attached<R>(run: impl FnOnce() -> R) -> R {
    let mut run = Some(run);
    let result = Python::try_attach(|_| run.take().map(|run| run()));
    match result.flatten() {
        Some(result) => result,
        // At the interpreter's end PyO3 refuses, though it is this thread that ends it.
        None => run.take().expect("what did not run is still there")(),
    }
}

/// Runs the method of `logging.Logger`, whatever that is now.
#[cold]
fn call_python<const M: usize>(
    logger: Borrowed<'_, '_, PyAny>,
    values: &[Bound<'_, PyAny>],
    keyword_values: &[Bound<'_, PyAny>],
    keywords: Option<&Bound<'_, PyAny>>,
) -> PyResult<()> {
    let py = logger.py();
    let methods = PYTHON_METHODS.lock().unwrap_or_else(PoisonError::into_inner);
    // There is no `Logger.trace`.
    let method = methods.get(if M == TRACE { LOG } else { M });
    let method = method.map(|method| method.bind(py).clone());
    drop(methods);
    let Some(method) = method else {
        return Err(PyRuntimeError::new_err("femtologging is not set up"));
    };
    let level = if M == TRACE { METHODS[M].level } else { None };
    let mut args = vec![logger.to_owned()];
    args.extend(level.map(|level| level.into_pyobject(py)).transpose()?.map(Bound::into_any));
    args.extend(values.iter().cloned());
    let kwargs = PyDict::new(py);
    if let Some(keywords) = keywords {
        for (key, value) in keywords.cast::<PyTuple>()?.iter_borrowed().zip(keyword_values) {
            kwargs.set_item(key, value)?;
        }
    }
    method.call(PyTuple::new(py, args)?, Some(&kwargs)).map(drop)
}

/// `FemtoLogger.isEnabledFor(level)`.
fn is_enabled_for<'py>(
    logger: &Bound<'py, PyAny>,
    level: &Bound<'py, PyAny>,
) -> PyResult<Bound<'py, PyAny>> {
    let py = logger.py();
    if let Some(core) = current(logger.as_borrowed())?
        && core.get().threshold() != i64::MIN
        && let Some(level) = call::level(level)
    {
        return Ok((level >= core.get().threshold()).into_pyobject(py)?.to_owned().into_any());
    }
    names::known(py)?.logger_class.bind(py).getattr("isEnabledFor")?.call1((logger, level))
}

/// A method with one argument: `METHODS_OF_ONE[M]`.
unsafe extern "C" fn one<const M: usize>(
    this: *mut ffi::PyObject,
    argument: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    // SAFETY: called by the interpreter, so attached.
    let py = unsafe { Python::assume_attached() };
    // SAFETY: the interpreter passes both alive.
    let (this, argument) = unsafe { (Borrowed::from_ptr(py, this), Borrowed::from_ptr(py, argument)) };
    let result = catch_unwind(AssertUnwindSafe(|| {
        attached(|| (METHODS_OF_ONE[M].function)(&this, &argument))
    }));
    match result {
        Ok(Ok(answer)) => answer.into_ptr(),
        Ok(Err(error)) => {
            error.restore(py);
            ptr::null_mut()
        }
        // A log call does not fail its caller.
        Err(_) => none(),
    }
}

struct MethodOfOne {
    name: &'static core::ffi::CStr,
    raw: ffi::PyCFunction,
    function: for<'py> fn(&Bound<'py, PyAny>, &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>>,
    doc: &'static core::ffi::CStr,
}

static METHODS_OF_ONE: [MethodOfOne; 3] = [
    MethodOfOne {
        name: c"isEnabledFor",
        raw: one::<0>,
        function: is_enabled_for,
        doc: c"Whether a call at this level would be logged.",
    },
    MethodOfOne {
        name: c"handle",
        raw: one::<1>,
        function: handler::handle,
        doc: c"Writes a record that passes the filters.",
    },
    MethodOfOne {
        name: c"emit",
        raw: one::<2>,
        function: handler::emit,
        doc: c"Writes a record.",
    },
];

/// The core of a logger, up to date; `None` if that cannot be had. Holds the core: Python code, of
/// this thread or another, may take it from the logger while it is in use.
#[inline(always)]
fn current<'py>(logger: Borrowed<'_, 'py, PyAny>) -> PyResult<Option<Bound<'py, LoggerCore>>> {
    match find(logger.py(), logger.as_ptr()) {
        Some(core) if is_current(core.get()) => Ok(Some(core.to_owned())),
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
    if !hooks_are_unchanged() {
        names::known(py)?.revalidate.call0(py)?.drop_ref(py);
    }
    // Read before asking: what changes meanwhile makes the answer old.
    let generation = GENERATION.load(Relaxed);
    core.refresh(logger, generation)
}

/// Errors of our own Python code (at the end of the interpreter, modules are half gone) leave the
/// call to stdlib; what interrupts the program does so.
fn none_unless_fatal<T>(py: Python<'_>, error: PyErr) -> PyResult<Option<T>> {
    if error.is_instance_of::<PyException>(py) { Ok(None) } else { Err(error) }
}

// --- What is known of a logger ------------------------------------------------------------------

/// The cores of loggers by address; two loggers that share an entry take turns.
static CORES: [Entry; 1024] = [const { Entry::new() }; 1024];

struct Entry {
    logger: AtomicPtr<ffi::PyObject>,
    core: AtomicPtr<ffi::PyObject>,
}

impl Entry {
    const fn new() -> Self {
        Self { logger: AtomicPtr::new(ptr::null_mut()), core: AtomicPtr::new(ptr::null_mut()) }
    }

    #[inline(always)]
    fn of(logger: *mut ffi::PyObject) -> &'static Self {
        let address = logger as usize;
        &CORES[(address >> 4 ^ address >> 14) % CORES.len()]
    }
}

#[inline(always)]
fn find<'a, 'py>(
    py: Python<'py>,
    logger: *mut ffi::PyObject,
) -> Option<Borrowed<'a, 'py, LoggerCore>> {
    let entry = Entry::of(logger);
    if entry.logger.load(Relaxed) != logger {
        return None;
    }
    // SAFETY: a `LoggerCore`, put there by `remember`. It is alive: when it goes, it calls `forget`
    // first. It stays alive as long as no Python code runs; who runs some holds it.
    unsafe {
        let core = Borrowed::from_ptr_or_opt(py, entry.core.load(Relaxed))?;
        Some(core.cast_unchecked())
    }
}

/// Makes `find` find the core.
pub(crate) fn remember(logger: Borrowed<'_, '_, PyAny>, core: &Bound<'_, LoggerCore>) {
    let entry = Entry::of(logger.as_ptr());
    entry.logger.store(logger.as_ptr(), Relaxed);
    entry.core.store(core.as_ptr(), Relaxed);
}

/// Called when a core is dropped: of the logger at this address.
pub(crate) fn forget(logger: usize) {
    let logger = logger as *mut ffi::PyObject;
    let entry = Entry::of(logger);
    // Should it be another core of the same logger, that is found again in the logger.
    if entry.logger.load(Relaxed) == logger {
        entry.logger.store(ptr::null_mut(), Relaxed);
        entry.core.store(ptr::null_mut(), Relaxed);
    }
}

// --- Is what is known still true? ---------------------------------------------------------------

/// Counts the changes of loggers, handlers and formatters.
static GENERATION: AtomicU64 = AtomicU64::new(1);
/// A class below all classes whose methods the fast path stands for: a change of any of them takes
/// away its version number.
static WITNESS: AtomicPtr<ffi::PyTypeObject> = AtomicPtr::new(ptr::null_mut());
static WITNESS_VERSION: AtomicU32 = AtomicU32::new(0);

#[inline(always)]
fn is_current(core: &LoggerCore) -> bool {
    core.generation() == GENERATION.load(Relaxed) && hooks_are_unchanged()
}

/// Whether nobody has touched the classes, or the dictionaries whose names matter.
#[inline(always)]
fn hooks_are_unchanged() -> bool {
    let version = WITNESS_VERSION.load(Relaxed);
    version != 0 && witness_version() == version && dictionaries_are_unchanged()
}

#[inline(always)]
fn witness_version() -> u32 {
    match ptr::NonNull::new(WITNESS.load(Relaxed)) {
        // SAFETY: a class that `bind` holds a reference to for ever.
        Some(class) => unsafe { (*class.as_ptr()).tp_version_tag },
        None => 0,
    }
}

#[cfg(Py_3_12)]
mod dictionaries {
    use super::*;

    unsafe extern "C" {
        // https://docs.python.org/3/c-api/dict.html#c.PyDict_AddWatcher
        fn PyDict_AddWatcher(
            callback: unsafe extern "C" fn(
                c_int,
                *mut ffi::PyObject,
                *mut ffi::PyObject,
                *mut ffi::PyObject,
            ) -> c_int,
        ) -> c_int;
    }

    unsafe extern "C" fn on_change(
        _event: c_int,
        _dictionary: *mut ffi::PyObject,
        _key: *mut ffi::PyObject,
        _value: *mut ffi::PyObject,
    ) -> c_int {
        WITNESS_VERSION.store(0, Relaxed);
        0
    }

    /// The interpreter tells of changes itself.
    #[inline(always)]
    pub(super) fn dictionaries_are_unchanged() -> bool {
        true
    }

    pub(super) fn watch(py: Python<'_>, dictionaries: &[Bound<'_, PyDict>]) -> PyResult<()> {
        // SAFETY: attached; the function lives as long as the module, which is never unloaded.
        let watcher = unsafe { PyDict_AddWatcher(on_change) };
        for dictionary in dictionaries {
            // SAFETY: attached; a dictionary.
            if watcher < 0 || unsafe { ffi::PyDict_Watch(watcher, dictionary.as_ptr()) } < 0 {
                return Err(PyErr::fetch(py));
            }
        }
        Ok(())
    }

    pub(super) fn accept() {}
}

#[cfg(not(Py_3_12))]
mod dictionaries {
    use super::*;

    static WATCHED: [AtomicPtr<ffi::PyDictObject>; 3] =
        [const { AtomicPtr::new(ptr::null_mut()) }; 3];
    static VERSIONS: [AtomicU64; 3] = [const { AtomicU64::new(0) }; 3];

    #[inline(always)]
    pub(super) fn dictionaries_are_unchanged() -> bool {
        (0..WATCHED.len()).all(|at| version(at) == VERSIONS[at].load(Relaxed))
    }

    #[inline(always)]
    fn version(at: usize) -> u64 {
        match ptr::NonNull::new(WATCHED[at].load(Relaxed)) {
            // SAFETY: a dictionary that `watch` holds a reference to for ever.
            Some(dictionary) => unsafe { (*dictionary.as_ptr()).ma_version_tag },
            None => 0,
        }
    }

    pub(super) fn watch(_py: Python<'_>, dictionaries: &[Bound<'_, PyDict>]) -> PyResult<()> {
        for (slot, dictionary) in WATCHED.iter().zip(dictionaries) {
            slot.store(dictionary.clone().into_ptr().cast(), Relaxed);
        }
        Ok(())
    }

    pub(super) fn accept() {
        for (at, accepted) in VERSIONS.iter().enumerate() {
            accepted.store(version(at), Relaxed);
        }
    }
}

use dictionaries::{accept, dictionaries_are_unchanged, watch};

/// Counts the changes, classes and modules included: they are looked at if need be.
pub(crate) fn generation(py: Python<'_>) -> PyResult<u64> {
    if !hooks_are_unchanged() {
        names::known(py)?.revalidate.call0(py)?.drop_ref(py);
    }
    Ok(GENERATION.load(Relaxed))
}

/// Says that something changed which the fast path depends on.
#[pyfunction]
pub(crate) fn changed() {
    GENERATION.store(GENERATION.load(Relaxed) + 1, Relaxed);
}

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
    let class = WITNESS.load(Relaxed);
    if let Some(class) = ptr::NonNull::new(class) {
        // SAFETY: a class that `bind` holds a reference to for ever.
        let class = unsafe { Borrowed::from_ptr(py, class.as_ptr().cast()) };
        // A look-up gives the class a version.
        let _ = class.getattr("mro")?;
    }
    WITNESS_VERSION.store(witness_version(), Relaxed);
    accept();
    changed();
    Ok(())
}

// --- State of the interpreter's lock ---------------------------------------------------------------

/// A value that is only touched by threads attached to the interpreter, so by one at a time.
#[derive(Debug)]
pub(crate) struct Attached<T>(RefCell<T>);

// SAFETY: every access needs a `Python` token, and the module declares `gil_used`: one thread at a
// time. Should an access detach, another thread finds the value borrowed and is refused.
unsafe impl<T: Send> Sync for Attached<T> {}

impl<T> Attached<T> {
    pub(crate) const fn new(value: T) -> Self {
        Self(RefCell::new(value))
    }

    /// Reads the value; `None` if that would interrupt a change of it.
    #[inline(always)]
    pub(crate) fn with<R>(&self, _: Python<'_>, look: impl FnOnce(&T) -> R) -> Option<R> {
        self.0.try_borrow().ok().map(|value| look(&value))
    }

    /// Changes the value; `None` if it is in use.
    #[inline(always)]
    pub(crate) fn change<R>(&self, _: Python<'_>, change: impl FnOnce(&mut T) -> R) -> Option<R> {
        self.0.try_borrow_mut().ok().map(|mut value| change(&mut value))
    }

    pub(crate) fn set(&self, py: Python<'_>, value: T) {
        let old = self.change(py, |now| core::mem::replace(now, value));
        drop(old);
    }
}

impl<T: Default> Attached<T> {
    pub(crate) fn take(&self, py: Python<'_>) -> T {
        self.change(py, core::mem::take).unwrap_or_default()
    }
}

// --- Set-up -------------------------------------------------------------------------------------

static PYTHON_METHODS: Mutex<Vec<Py<PyAny>>> = Mutex::new(Vec::new());

/// Gives `FemtoLogger` and `NativeHandler` their methods, and the fast path what it asks and watches.
///
/// `resolve(logger)` says what a logger reaches; `revalidate()` looks at classes and modules and
/// calls `revalidated`; `reserved` are the attributes of a record. A change of the class `witness` or of `dictionaries` makes it be called.
#[pyfunction]
pub(crate) fn bind(
    py: Python<'_>,
    logger_class: Bound<'_, PyType>,
    handler_class: Bound<'_, PyType>,
    witness: Bound<'_, PyType>,
    dictionaries: Vec<Bound<'_, PyDict>>,
    reserved: Vec<String>,
    resolve: Py<PyAny>,
    revalidate: Py<PyAny>,
) -> PyResult<()> {
    names::set_up(py, reserved, resolve, revalidate)?;
    for method in &METHODS {
        let function = ffi::PyMethodDefPointer { PyCFunctionFastWithKeywords: method.function };
        let flags = ffi::METH_FASTCALL | ffi::METH_KEYWORDS;
        add_method(&logger_class, method.name, function, flags, method.doc)?;
    }
    for (at, method) in METHODS_OF_ONE.iter().enumerate() {
        let class = if at == 0 { &logger_class } else { &handler_class };
        let function = ffi::PyMethodDefPointer { PyCFunction: method.raw };
        add_method(class, method.name, function, ffi::METH_O, method.doc)?;
    }
    watch(py, &dictionaries)?;
    // SAFETY: attached. Should all places be taken, `logging.shutdown` has flushed before.
    let _ = unsafe { ffi::Py_AtExit(Some(at_exit)) };
    WITNESS.store(witness.into_ptr().cast(), Relaxed);
    Ok(())
}

/// Gives a class a method, as classes written in C have them.
fn add_method(
    class: &Bound<'_, PyType>,
    name: &'static core::ffi::CStr,
    function: ffi::PyMethodDefPointer,
    flags: c_int,
    doc: &'static core::ffi::CStr,
) -> PyResult<()> {
    let definition = Box::leak(Box::new(ffi::PyMethodDef {
        ml_name: name.as_ptr(),
        ml_meth: function,
        ml_flags: flags,
        ml_doc: doc.as_ptr(),
    }));
    // SAFETY: a class; the definition lives for ever and its flags name its convention.
    let descriptor = unsafe {
        let descriptor = ffi::PyDescr_NewMethod(class.as_type_ptr(), definition);
        Bound::from_owned_ptr_or_err(class.py(), descriptor)?
    };
    class.setattr(name.to_string_lossy(), descriptor)
}

/// The interpreter is gone: writes what was logged after `logging.shutdown`.
extern "C" fn at_exit() {
    // Nobody is left to be told.
    let _ = engine::shutdown(LAST_WAIT);
}

/// How long the process's end waits for a sink that does not take what is left.
const LAST_WAIT: Duration = Duration::from_secs(10);

// --- Which path ran -----------------------------------------------------------------------------

static FAST: AtomicU64 = AtomicU64::new(0);
static SLOW: AtomicU64 = AtomicU64::new(0);

/// No other thread counts meanwhile, so no locked instruction is needed.
#[inline(always)]
fn count_one(counter: &AtomicU64) {
    counter.store(counter.load(Relaxed) + 1, Relaxed);
}

/// How many enabled calls went which way: `(fast, slow)`.
#[pyfunction]
pub(crate) fn path_counts() -> (u64, u64) {
    (FAST.load(Relaxed), SLOW.load(Relaxed))
}

#[inline(always)]
fn none() -> *mut ffi::PyObject {
    // SAFETY: `None` is there as long as the interpreter is; called attached.
    unsafe {
        let none = ffi::Py_None();
        ffi::Py_INCREF(none);
        none
    }
}
