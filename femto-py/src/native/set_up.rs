//! Set-up: gives the classes of Python's their native methods.
//!
//! Runs once, at import.
#![allow(unsafe_code, reason = "see `native`")]

use core::ffi::c_int;
use core::sync::atomic::Ordering::Relaxed;
use core::time::Duration;

use femto_std::engine;
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyType};

use super::{RawMethod, RawMethodOfOne, watch};
use crate::method::{METHODS, METHODS_OF_ONE};

/// Gives `FemtoLogger` and `NativeHandler` their methods, and the fast path what it watches.
///
/// A change of the class `witness` or of one of `dictionaries` makes the fast path look again.
#[pyfunction]
pub(crate) fn bind(
    py: Python<'_>,
    logger_class: Bound<'_, PyType>,
    handler_class: Bound<'_, PyType>,
    witness: Bound<'_, PyType>,
    dictionaries: Vec<Bound<'_, PyDict>>,
) -> PyResult<()> {
    for method in &METHODS {
        // SAFETY: the types differ in nothing but what unwinding does.
        let function = unsafe {
            core::mem::transmute::<RawMethod, ffi::PyCFunctionFastWithKeywords>(method.raw)
        };
        let function = ffi::PyMethodDefPointer { PyCFunctionFastWithKeywords: function };
        let flags = ffi::METH_FASTCALL | ffi::METH_KEYWORDS;
        add_method(&logger_class, method.name, function, flags, method.doc)?;
    }
    for (at, method) in METHODS_OF_ONE.iter().enumerate() {
        let class = if at == 0 { &logger_class } else { &handler_class };
        // SAFETY: the types differ in nothing but what unwinding does.
        let function =
            unsafe { core::mem::transmute::<RawMethodOfOne, ffi::PyCFunction>(method.raw) };
        let function = ffi::PyMethodDefPointer { PyCFunction: function };
        add_method(class, method.name, function, ffi::METH_O, method.doc)?;
    }
    // All formatters, filters and sinks are of this package.
    engine::let_callers_work();
    watch::watch(py, &dictionaries)?;
    // SAFETY: attached. Should all places be taken, `logging.shutdown` has flushed before.
    let _ = unsafe { ffi::Py_AtExit(Some(at_exit)) };
    watch::WITNESS.store(witness.into_ptr().cast(), Relaxed);
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
