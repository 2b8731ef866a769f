//! Call and level: the methods of `FemtoLogger` as the interpreter calls them.
//!
//! Runs on the *caller*, first of all; behind it come `call` and `message`. This file and
//! those below it are the ones with `unsafe`: raw functions with the `METH_FASTCALL | METH_KEYWORDS` convention, which cost a
//! third of what generated methods with `*args` cost, and reads that no safe interface has.
//!
//! What the code relies on: every function here is called by the interpreter, attached to it, in
//! builds with a global lock (the module declares `gil_used`). So nothing here runs twice at once.
#![allow(unsafe_code, reason = "the calling convention has no safe interface")]

mod attached;
mod cores;
mod look;
mod set_up;
mod table;
mod watch;

pub(crate) use attached::Attached;
pub(crate) use cores::{find, forget, remember};
pub(crate) use look::{Frame, class_attribute, own_attribute, utf8};
pub(crate) use set_up::bind;
pub(crate) use table::{
    attach, detached, interrupt, is_attached, is_of_python, table, thread_ident,
};
pub(crate) use watch::{
    accept_hooks, changed, current_generation, generation, hooks_are_unchanged, is_current,
    is_unchanged_since,
};

use core::panic::AssertUnwindSafe;
use core::ptr;
use core::sync::atomic::{
    AtomicU32, AtomicU64,
    Ordering::{Relaxed, SeqCst},
};
use core::time::Duration;
use std::panic::catch_unwind;

use pyo3::prelude::*;
use pyo3::{Borrowed, ffi};

use crate::method::{METHODS, METHODS_OF_ONE, PREPENDED, enabled, left_to_python};
use crate::record::Waiting;

/// A logging method: `METHODS[M]`.
///
/// # Safety
/// For the interpreter to call, by the convention of [`RawMethod`].
pub(crate) unsafe extern "C-unwind" fn log<const M: usize>(
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
    let values: &[Bound<'_, PyAny>] = if args.is_null() {
        &[]
    } else {
        // SAFETY: by the calling convention there are so many arguments, those by keyword behind
        // the others, alive until the call returns. `Bound` is such a pointer; it is only borrowed
        // here, so the caller's references stay the caller's.
        unsafe { core::slice::from_raw_parts(args.cast(), count + keyword_count) }
    };
    // SAFETY: the interpreter passes `self` alive.
    let logger = unsafe { Borrowed::from_ptr(py, logger) };
    // SAFETY: a tuple of texts or null, alive until the call returns.
    let keywords = unsafe { Borrowed::from_ptr_or_opt(py, keywords) };
    let keywords = keywords.as_deref();
    let result = catch_unwind(AssertUnwindSafe(|| enabled::<M>(logger, values, count, keywords)));
    let result = result.unwrap_or_else(|_| after_panic(|| left_to_python::<M>(py, values)));
    let rest = Rest::of(py, result);
    rest.wait();
    if rest.callable.is_null() {
        return rest.answer;
    }
    let names = keywords.map_or(ptr::null_mut(), Bound::as_ptr);
    // SAFETY: `logger` and `args` are alive, and as many as said.
    unsafe { call(rest.callable, logger.as_ptr(), PREPENDED[M], args, count, keyword_count, names) }
}

/// A method with one argument: `METHODS_OF_ONE[M]`.
///
/// # Safety
/// For the interpreter to call, by the convention of [`RawMethodOfOne`].
pub(crate) unsafe extern "C-unwind" fn one<const M: usize>(
    this: *mut ffi::PyObject,
    argument: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    // SAFETY: called by the interpreter, so attached.
    let py = unsafe { Python::assume_attached() };
    // SAFETY: the interpreter passes both alive.
    let (one, two) = unsafe { (Borrowed::from_ptr(py, this), Borrowed::from_ptr(py, argument)) };
    let method = &METHODS_OF_ONE[M];
    let result = catch_unwind(AssertUnwindSafe(|| attached(|| (method.function)(&one, &two))));
    let result = result.unwrap_or_else(|_| after_panic(|| attached(|| (method.of_python)(&one))));
    let rest = Rest::of(py, result);
    rest.wait();
    if rest.callable.is_null() {
        return rest.answer;
    }
    // SAFETY: both are alive.
    unsafe { call(rest.callable, this, None, &raw const argument, 1, 0, ptr::null_mut()) }
}

/// A log call does not fail its caller, and no record is lost: Python's code does all of what panicked.
/// None of it is done twice, for the last thing that a call does is to put the record into a lane.
#[cold]
fn after_panic<'py>(of_python: impl FnOnce() -> PyResult<Next<'py>>) -> PyResult<Next<'py>> {
    // SAFETY: attached. What was raised, and not yet looked at, is none of the call below.
    unsafe { ffi::PyErr_Clear() };
    catch_unwind(AssertUnwindSafe(of_python)).unwrap_or(Ok(Next::Return(None)))
}

// --- Where a thread may end ---------------------------------------------------------------------
//
// Up to Python 3.13 a daemon thread that attaches while the interpreter ends is ended on the spot, by
// unwinding its stack. No frame of Rust that has anything to do on the way may be there then. So the
// raw functions wait, and call Python's code, when all else has returned: their own frames are all
// that is left, they have no destructors, and `C-unwind` lets the unwinding through.

// What runs Python code among frames of Rust all the same, rare things, goes through `attached`: no
// thread may be in there when the interpreter ends.

/// Runs what may run Python code or drop its objects.
///
/// Tells PyO3 that the thread is attached: else it would keep what is dropped until it hears so.
#[cold]
pub(crate) fn attached<R>(run: impl FnOnce() -> R) -> R {
    let thread = thread_ident();
    if ![0, thread].contains(&ENDING_THREAD.load(Relaxed)) {
        // SAFETY: attached. It never is again: the process ends.
        unsafe { ffi::PyEval_SaveThread() };
        loop {
            std::thread::park();
        }
    }
    let _inside = Inside::new();
    let mut run = Some(run);
    let result = Python::try_attach(|_| run.take().map(|run| run()));
    match result.flatten() {
        Some(result) => result,
        // At the interpreter's end PyO3 refuses, though it is this thread that ends it.
        None => run.take().expect("what did not run is still there")(),
    }
}

/// The thread that ends the interpreter, once it does.
static ENDING_THREAD: AtomicU64 = AtomicU64::new(0);
/// How many calls of `attached` are under way. Changed by attached threads only.
static INSIDE: AtomicU32 = AtomicU32::new(0);

struct Inside;

impl Inside {
    fn new() -> Self {
        INSIDE.store(INSIDE.load(Relaxed) + 1, Relaxed);
        Self
    }
}

impl Drop for Inside {
    fn drop(&mut self) {
        INSIDE.store(INSIDE.load(Relaxed).saturating_sub(1), Relaxed);
    }
}

/// Called by the thread that ends the interpreter: from now on no other gets into `attached`, and
/// those inside have a second to come out.
#[pyfunction]
pub(crate) fn end(py: Python<'_>) {
    ENDING_THREAD.store(thread_ident(), SeqCst);
    for _ in 0..1000 {
        if INSIDE.load(Relaxed) == 0 && !table::is_somebody_attaching() {
            return;
        }
        py.detach(|| std::thread::sleep(Duration::from_millis(1)));
    }
}

/// Called in the child of a fork: the other threads are gone.
#[pyfunction]
pub(crate) fn forked() {
    INSIDE.store(0, Relaxed);
    table::forget_attaching();
    crate::waiting::forked();
    crate::origin::forked();
    crate::method::forked();
}

/// What a method leaves to the raw function that called it.
pub(crate) enum Next<'py> {
    /// Return this; `None` for Python's.
    Return(Option<Bound<'py, PyAny>>),
    /// Submit a record that has to wait for room, then return this.
    Wait(Waiting, Option<Bound<'py, PyAny>>),
    /// Call this with the arguments of the call.
    Call(Bound<'py, PyAny>),
}

/// The same without destructors. The pointers are owned.
#[derive(Clone, Copy)]
struct Rest {
    answer: *mut ffi::PyObject,
    callable: *mut ffi::PyObject,
    waiting: *mut Waiting,
}

impl Rest {
    #[inline(always)]
    fn of(py: Python<'_>, result: PyResult<Next<'_>>) -> Self {
        let null = ptr::null_mut();
        let mut rest = Self { answer: null, callable: null, waiting: null.cast() };
        match result {
            Ok(Next::Return(answer)) => rest.answer = answer.map_or_else(none, Bound::into_ptr),
            Ok(Next::Wait(waiting, answer)) => {
                rest.waiting = Box::into_raw(Box::new(waiting));
                rest.answer = answer.map_or_else(none, Bound::into_ptr);
            }
            Ok(Next::Call(callable)) => rest.callable = callable.into_ptr(),
            Err(error) => error.restore(py),
        }
        rest
    }

    #[inline(always)]
    fn wait(self) {
        if !self.waiting.is_null() {
            // SAFETY: attached; the pointer came from a box, and nobody else has it.
            unsafe {
                let state = ffi::PyEval_SaveThread();
                submit(self.waiting);
                PyEval_RestoreThread(state);
            }
        }
    }
}

/// Submits the record, and gives the box back.
///
/// # Safety
/// The pointer is of a box, which nobody else has and nobody uses again.
unsafe fn submit(waiting: *mut Waiting) {
    // SAFETY: by the caller.
    let waiting = unsafe { Box::from_raw(waiting) };
    // A log call does not fail its caller. How far it got nobody knows: Python might write it twice.
    if catch_unwind(AssertUnwindSafe(|| waiting.submit())).is_err() {
        waiting.count_dropped();
    }
}

/// Calls `callable(this, [level,] *args, **keywords)` and releases `callable`.
///
/// # Safety
/// The thread is attached. `callable` is owned; `this`, the tuple `names` of `keyword_count` texts, or
/// null for none, and the `count + keyword_count` objects at `args` are alive until the call returns.
#[cold]
unsafe fn call(
    callable: *mut ffi::PyObject,
    this: *mut ffi::PyObject,
    level: Option<i64>,
    args: *const *mut ffi::PyObject,
    count: usize,
    keyword_count: usize,
    names: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    let mut room = [ptr::null_mut(); 24];
    let total = 2 + count + keyword_count;
    let is_large = total > room.len();
    let all: *mut *mut ffi::PyObject = match is_large {
        // SAFETY: attached; never zero bytes.
        true => unsafe { ffi::PyMem_Malloc(total * size_of::<*mut ffi::PyObject>()).cast() },
        false => room.as_mut_ptr(),
    };
    if all.is_null() {
        // SAFETY: attached; the reference is owned.
        unsafe {
            ffi::Py_DECREF(callable);
            return ffi::PyErr_NoMemory();
        }
    }
    // SAFETY: attached; `all` has room for `total` objects, which the caller keeps alive, the level
    // apart, which is released here like the callable.
    unsafe {
        let level = level.map_or(ptr::null_mut(), |level| ffi::PyLong_FromLongLong(level));
        let first = 1 + usize::from(!level.is_null());
        *all = this;
        if !level.is_null() {
            *all.add(1) = level;
        }
        if !args.is_null() {
            ptr::copy_nonoverlapping(args, all.add(first), count + keyword_count);
        }
        let answer = PyObject_Vectorcall(callable, all, first + count, names);
        ffi::Py_XDECREF(level);
        ffi::Py_DECREF(callable);
        if is_large {
            ffi::PyMem_Free(all.cast());
        }
        answer
    }
}

unsafe extern "C-unwind" {
    // As in `pyo3::ffi`, but for the unwinding.
    fn PyEval_RestoreThread(state: *mut ffi::PyThreadState);
    #[cfg(Py_3_11)]
    fn PyObject_Vectorcall(
        callable: *mut ffi::PyObject,
        args: *const *mut ffi::PyObject,
        count: usize,
        names: *mut ffi::PyObject,
    ) -> *mut ffi::PyObject;
    #[cfg(not(Py_3_11))]
    fn PyObject_VectorcallDict(
        callable: *mut ffi::PyObject,
        args: *const *mut ffi::PyObject,
        count: usize,
        keywords: *mut ffi::PyObject,
    ) -> *mut ffi::PyObject;
}

/// What Python 3.10 has only as a macro.
///
/// # Safety
/// As of the function that it stands for: attached, and `args` has `count` objects, and one for each of
/// the tuple `names`, or null.
#[cfg(not(Py_3_11))]
#[expect(non_snake_case, reason = "the name of the function it stands for")]
unsafe fn PyObject_Vectorcall(
    callable: *mut ffi::PyObject,
    args: *const *mut ffi::PyObject,
    count: usize,
    names: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    // SAFETY: attached; by the caller there are `count` arguments, and one more for each name. The
    // dictionary is owned.
    unsafe {
        let mut keywords = ptr::null_mut();
        if !names.is_null() {
            keywords = ffi::PyDict_New();
            for at in 0..ffi::PyTuple_GET_SIZE(names) {
                let value = *args.add(count + at as usize);
                if keywords.is_null()
                    || ffi::PyDict_SetItem(keywords, ffi::PyTuple_GET_ITEM(names, at), value) < 0
                {
                    ffi::Py_XDECREF(keywords);
                    return ptr::null_mut();
                }
            }
        }
        let answer = PyObject_VectorcallDict(callable, args, count, keywords);
        ffi::Py_XDECREF(keywords);
        answer
    }
}

/// The convention of `METH_FASTCALL | METH_KEYWORDS`.
pub(crate) type RawMethod = unsafe extern "C-unwind" fn(
    *mut ffi::PyObject,
    *const *mut ffi::PyObject,
    ffi::Py_ssize_t,
    *mut ffi::PyObject,
) -> *mut ffi::PyObject;
/// The convention of `METH_O`.
pub(crate) type RawMethodOfOne =
    unsafe extern "C-unwind" fn(*mut ffi::PyObject, *mut ffi::PyObject) -> *mut ffi::PyObject;

#[inline(always)]
fn none() -> *mut ffi::PyObject {
    // SAFETY: `None` is there as long as the interpreter is; called attached.
    unsafe {
        let none = ffi::Py_None();
        ffi::Py_INCREF(none);
        none
    }
}
