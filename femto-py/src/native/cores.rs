//! What is known of a logger: its core, found by the logger's address.
//!
//! Runs on the *caller*, first of all: one load and a comparison.
#![allow(unsafe_code, reason = "see `native`")]

use core::ptr;
use core::sync::atomic::{AtomicPtr, Ordering::Relaxed};

use pyo3::prelude::*;
use pyo3::{Borrowed, ffi};

use crate::logger::LoggerCore;

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
pub(crate) fn find<'a, 'py>(
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
