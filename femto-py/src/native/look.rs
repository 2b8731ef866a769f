//! What can be read of Python's objects without running Python code.
//!
//! Runs on the *caller*, below `plain`, `message` and `origin`.
#![allow(unsafe_code, reason = "see `native`")]

use core::{ptr, slice, str};

use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::{PyString, PyType};

unsafe extern "C" {
    /// What a class or one of its bases has by this name, as it lies there. Not documented, and used by
    /// every module that Cython makes.
    fn _PyType_Lookup(
        class: *mut ffi::PyTypeObject,
        name: *mut ffi::PyObject,
    ) -> *mut ffi::PyObject;
}

/// A text's UTF-8, without a call if it is ASCII; `None` for a text that has none.
#[inline(always)]
pub(crate) fn utf8<'a>(text: &'a Bound<'_, PyString>) -> Option<&'a str> {
    // Later ones keep to themselves how they store it.
    #[cfg(not(Py_3_14))]
    // SAFETY: attached; a text. The characters of one that is compact lie there as long as it does, and
    // never change; ASCII is UTF-8.
    unsafe {
        let object = text.as_ptr();
        if ffi::PyUnicode_IS_COMPACT_ASCII(object) != 0 {
            let length = ffi::PyUnicode_GET_LENGTH(object) as usize;
            let bytes = slice::from_raw_parts(ffi::PyUnicode_1BYTE_DATA(object), length);
            return Some(str::from_utf8_unchecked(bytes));
        }
    }
    text.to_str().ok()
}

/// What the class has by this name, itself or from a base, without binding it.
pub(crate) fn class_attribute<'py>(
    class: &Bound<'py, PyType>,
    name: &Bound<'py, PyString>,
) -> Option<Bound<'py, PyAny>> {
    // SAFETY: attached; a class and a text. The answer is borrowed, or null without an exception.
    unsafe {
        let found = _PyType_Lookup(class.as_type_ptr(), name.as_ptr());
        Bound::from_borrowed_ptr_or_opt(class.py(), found)
    }
}

/// An attribute that lies in the object itself.
pub(crate) fn own_attribute<'py>(
    object: &Bound<'py, PyAny>,
    name: &Bound<'py, PyString>,
) -> Option<Bound<'py, PyAny>> {
    let class = object.get_type();
    // SAFETY: a class, which its object keeps.
    let getter = unsafe { (*class.as_type_ptr()).tp_getattro };
    let is_generic = getter.is_some_and(|getter| {
        ptr::fn_addr_eq(getter, ffi::PyObject_GenericGetAttr as ffi::getattrofunc)
    });
    if !is_generic || class_attribute(&class, name).is_some() {
        return None;
    }
    object.getattr(name).ok()
}

/// The code that calls, and where in it, if it is Python's.
pub(crate) struct Frame<'py> {
    pub(crate) code: Bound<'py, PyAny>,
    /// Different for each line, or from Python 3.11 on for each instruction.
    pub(crate) at: i32,
    frame: Bound<'py, PyAny>,
}

impl<'py> Frame<'py> {
    /// The innermost frame of the thread; functions of native code have none.
    pub(crate) fn current(py: Python<'py>) -> Option<Self> {
        // SAFETY: attached. The frame is borrowed, its code is owned.
        unsafe {
            let frame = ffi::PyEval_GetFrame();
            let owned = Bound::from_borrowed_ptr_or_opt(py, frame.cast())?;
            let code = Bound::from_owned_ptr_or_opt(py, ffi::PyFrame_GetCode(frame).cast())?;
            #[cfg(Py_3_11)]
            let at = PyFrame_GetLasti(frame);
            #[cfg(not(Py_3_11))]
            let at = ffi::PyFrame_GetLineNumber(frame);
            Some(Self { code, at, frame: owned })
        }
    }

    /// The line of the source; 0 where there is none.
    pub(crate) fn line(&self) -> u32 {
        // SAFETY: a frame.
        let line = unsafe { ffi::PyFrame_GetLineNumber(self.frame.as_ptr().cast()) };
        u32::try_from(line).unwrap_or(0)
    }
}

#[cfg(Py_3_11)]
unsafe extern "C" {
    // https://docs.python.org/3/c-api/frame.html#c.PyFrame_GetLasti
    fn PyFrame_GetLasti(frame: *mut ffi::PyFrameObject) -> core::ffi::c_int;
}
