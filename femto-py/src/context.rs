//! Context: the fields that `log_context` adds to the records of a task or thread.
//!
//! Read on the *caller*, by `field`, where a formatter prints fields at all.

use core::sync::atomic::{AtomicBool, Ordering::Relaxed};

use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::{names, native};

/// Whether the program uses contexts.
static IS_USED: AtomicBool = AtomicBool::new(false);

/// Says that the program uses contexts: calls look for fields there from now on.
#[pyfunction]
pub(crate) fn use_context() {
    IS_USED.store(true, Relaxed);
    native::changed();
}

pub(crate) fn is_used() -> bool {
    IS_USED.load(Relaxed)
}

/// The fields of the context that the call is in.
pub(crate) fn current(py: Python<'_>) -> PyResult<Option<Bound<'_, PyDict>>> {
    if !is_used() {
        return Ok(None);
    }
    let found = names::known(py)?.context_get.bind(py).call0()?;
    Ok(found.cast_into::<PyDict>().ok())
}
