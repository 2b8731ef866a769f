//! The table through which other extension modules hand their records over.
//!
//! Its functions run on the *caller*: any thread, attached to the interpreter or not. Behind them
//! comes `bridge`.
#![allow(unsafe_code, reason = "functions for other binaries")]

use core::ffi::c_void;
use core::panic::AssertUnwindSafe;
use core::ptr;
use core::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::panic::catch_unwind;

use femto_core::frame::portable::Pairs;
use femto_python::table::{Bytes, CAPSULE, Record, Table, VERSION};
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::PyCapsule;

use super::{ENDING_THREAD, PyEval_RestoreThread};
use crate::bridge::{self, Foreign, Target};

/// A capsule with the table.
pub(crate) fn table(py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
    let table = Table { version: VERSION, find, submit, flush, follow };
    Ok(PyCapsule::new_with_value(py, table, CAPSULE)?.into_any())
}

/// # Safety
/// As [`Table::find`] says.
unsafe extern "C" fn find(target: Bytes, level: u8) -> *const c_void {
    // SAFETY: UTF-8, and there until this returns.
    let target = unsafe { text(&target) };
    let found = catch_unwind(|| bridge::find(target, level)).unwrap_or_else(|_| {
        bridge::count_dropped();
        None
    });
    found.map_or(ptr::null(), |target| ptr::from_ref(target).cast())
}

/// # Safety
/// As [`Table::submit`] says.
unsafe extern "C" fn submit(target: *const c_void, record: *const Record) {
    // SAFETY: a target that `find` gave, which lives for ever; a record that is there until this returns.
    let (target, record) = unsafe { (&*target.cast::<Target>(), &*record) };
    // SAFETY: the texts are UTF-8; all is there until this returns.
    let record = unsafe {
        Foreign {
            level: record.level,
            message: text(&record.message),
            file: text(&record.file),
            line: record.line,
            thread: text(&record.thread),
            pairs: Pairs::new(bytes(&record.pairs)),
        }
    };
    // A statement does not fail.
    if catch_unwind(AssertUnwindSafe(|| bridge::submit(target, &record))).is_err() {
        bridge::count_dropped();
    }
}

extern "C" fn flush() {
    let _ = catch_unwind(bridge::flush);
}

extern "C" fn follow(set_level: extern "C" fn(u8)) {
    let _ = catch_unwind(|| bridge::follow(set_level));
}

/// # Safety
/// There until the result is used for the last time.
unsafe fn bytes<'a>(bytes: &Bytes) -> &'a [u8] {
    // SAFETY: by the caller.
    unsafe { core::slice::from_raw_parts(bytes.start, bytes.length) }
}

/// # Safety
/// UTF-8, and there until the result is used for the last time.
unsafe fn text<'a>(text: &Bytes) -> &'a str {
    // SAFETY: by the caller.
    unsafe { core::str::from_utf8_unchecked(bytes(text)) }
}

// --- The interpreter, for threads that may not be attached --------------------------------------
//
// Up to Python 3.13 a thread that attaches while the interpreter ends is ended by unwinding its stack,
// which has frames of Rust here. So each says first that it is about to attach; `end` waits for those
// who said so, and nobody begins when the end has.

/// How many threads are attaching, or have.
static ATTACHING: AtomicU32 = AtomicU32::new(0);

struct Attaching;

impl Attaching {
    /// `None` when another thread ends the interpreter.
    fn begin() -> Option<Self> {
        let is_ending = || ![0, thread_ident()].contains(&ENDING_THREAD.load(SeqCst));
        // Counted only if need be, or `end` would wait for those who are turned away.
        if is_ending() {
            return None;
        }
        ATTACHING.fetch_add(1, SeqCst);
        let attaching = Self;
        (!is_ending()).then_some(attaching)
    }
}

impl Drop for Attaching {
    fn drop(&mut self) {
        // A forked child has begun to count anew.
        let _ = ATTACHING.fetch_update(SeqCst, SeqCst, |count| count.checked_sub(1));
    }
}

/// Whether some thread is attaching, or attached that came this way.
pub(super) fn is_somebody_attaching() -> bool {
    ATTACHING.load(SeqCst) > 0
}

/// In the child of a fork: the other threads are gone.
pub(super) fn forget_attaching() {
    ATTACHING.store(0, SeqCst);
}

/// Runs Python code on a thread that may be attached already; `None` if the interpreter is at its end.
///
/// An exception that the caller has set, or is about to raise, stays as it is.
pub(crate) fn attach<R>(run: impl FnOnce(Python<'_>) -> R) -> Option<R> {
    let _attaching = Attaching::begin()?;
    Python::try_attach(|py| {
        let pending = PyErr::take(py);
        let result = run(py);
        if let Some(pending) = pending {
            pending.restore(py);
        }
        result
    })
}

/// Runs what may wait, without the interpreter's lock.
pub(crate) fn detached<R>(run: impl FnOnce() -> R) -> R {
    if !is_attached() {
        return run();
    }
    // SAFETY: attached.
    let state = unsafe { ffi::PyEval_SaveThread() };
    let result = run();
    let Some(_attaching) = Attaching::begin() else {
        // The interpreter has ended meanwhile; the process is about to.
        loop {
            std::thread::park();
        }
    };
    // SAFETY: the state that was saved above, on this thread.
    unsafe { PyEval_RestoreThread(state) };
    result
}

/// Has the main thread raise `KeyboardInterrupt`.
pub(crate) fn interrupt() {
    // SAFETY: may be called by attached threads, at any time.
    unsafe { ffi::PyErr_SetInterrupt() };
}

/// Whether the thread has the interpreter's lock.
pub(crate) fn is_attached() -> bool {
    // SAFETY: may be called at any time.
    unsafe { ffi::Py_IsInitialized() != 0 && ffi::PyGILState_Check() == 1 }
}

/// Whether Python code runs on the thread, further down its stack.
pub(crate) fn is_of_python() -> bool {
    // SAFETY: may be called at any time.
    unsafe { !ffi::PyGILState_GetThisThreadState().is_null() }
}

/// `threading.get_ident()`.
pub(crate) fn thread_ident() -> u64 {
    // SAFETY: may be called at any time.
    (unsafe { ffi::PyThread_get_thread_ident() }) as u64
}
