//! Is what is known of a logger still true?
//!
//! Runs on the *caller*, after the core is found: a few numbers are compared with those of the time
//! when it was worked out.
#![allow(unsafe_code, reason = "see `native`")]

use core::ptr;
use core::sync::atomic::{AtomicPtr, AtomicU32, AtomicU64, Ordering::Relaxed};

use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::bridge;
use crate::logger::LoggerCore;
use crate::names;

/// Counts the changes of loggers, handlers and formatters.
static GENERATION: AtomicU64 = AtomicU64::new(1);
/// A class below all classes whose methods the fast path stands for: a change of any of them takes
/// away its version number.
pub(super) static WITNESS: AtomicPtr<ffi::PyTypeObject> = AtomicPtr::new(ptr::null_mut());
static WITNESS_VERSION: AtomicU32 = AtomicU32::new(0);

#[inline(always)]
pub(crate) fn is_current(core: &LoggerCore) -> bool {
    core.generation() == GENERATION.load(Relaxed) && hooks_are_unchanged()
}

/// Whether what was true at that count still is. For threads that are not attached, too: they may
/// learn of a change a moment later than the thread that made it.
#[inline(always)]
pub(crate) fn is_unchanged_since(generation: u64) -> bool {
    generation == GENERATION.load(Relaxed) && hooks_are_unchanged()
}

/// Whether nobody has touched the classes, or the dictionaries whose names matter.
#[inline(always)]
pub(crate) fn hooks_are_unchanged() -> bool {
    let version = WITNESS_VERSION.load(Relaxed);
    version != 0 && witness_version() == version && dictionaries_are_unchanged()
}

#[inline(always)]
fn witness_version() -> u32 {
    match ptr::NonNull::new(WITNESS.load(Relaxed)) {
        // SAFETY: a class that `bind` holds a reference to for ever. Read at once, as threads that are
        // not attached look here too.
        Some(class) => unsafe {
            AtomicU32::from_ptr(&raw mut (*class.as_ptr()).tp_version_tag).load(Relaxed)
        },
        None => 0,
    }
}

#[cfg(Py_3_12)]
mod dictionaries {
    use core::ffi::c_int;

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

    pub(in crate::native) fn watch(
        py: Python<'_>,
        dictionaries: &[Bound<'_, PyDict>],
    ) -> PyResult<()> {
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
            // SAFETY: a dictionary that `watch` holds a reference to for ever. Read at once, as threads
            // that are not attached look here too.
            Some(dictionary) => unsafe {
                AtomicU64::from_ptr(&raw mut (*dictionary.as_ptr()).ma_version_tag).load(Relaxed)
            },
            None => 0,
        }
    }

    pub(in crate::native) fn watch(
        _py: Python<'_>,
        dictionaries: &[Bound<'_, PyDict>],
    ) -> PyResult<()> {
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

pub(super) use dictionaries::watch;
use dictionaries::{accept, dictionaries_are_unchanged};

/// Counts the changes, as far as they are known.
pub(crate) fn current_generation() -> u64 {
    GENERATION.load(Relaxed)
}

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
    bridge::raise();
}

/// Takes classes and dictionaries as they are now for unchanged.
pub(crate) fn accept_hooks(py: Python<'_>) -> PyResult<()> {
    if let Some(class) = ptr::NonNull::new(WITNESS.load(Relaxed)) {
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
