//! Offer: an extension module says that its records can be had; the application decides.
//!
//! Runs where modules are imported.

use pyo3::prelude::*;
use pyo3::types::PyDict;

/// Lets the application route this module's records by `femtologging.setup_rust_logging()` and
/// `femtologging.setup_rust_tracing()`, before or after it imports the module.
///
/// Does nothing more where femtologging is not in use.
///
/// # Errors
/// What Python raises, for want of memory.
///
/// # Examples
/// ```ignore
/// #[pymodule]
/// fn engine(module: &Bound<'_, PyModule>) -> PyResult<()> {
///     femto_python::offer(module)
/// }
/// ```
pub fn offer(module: &Bound<'_, PyModule>) -> PyResult<()> {
    let py = module.py();
    let offered = PyDict::new(py);
    #[cfg(feature = "log")]
    offered.set_item("logging", wrap_pyfunction!(logging, module)?)?;
    #[cfg(feature = "tracing")]
    offered.set_item("tracing", wrap_pyfunction!(tracing, module)?)?;
    module.setattr(ATTRIBUTE, &offered)?;
    let modules = py.import("sys")?.getattr("modules")?.cast_into::<PyDict>()?;
    if let Some(bridge) = modules.get_item("femtologging.bridge")? {
        bridge.call_method1("offered", (offered,))?;
    }
    Ok(())
}

#[cfg(feature = "log")]
#[pyfunction]
fn logging(py: Python<'_>) -> PyResult<()> {
    crate::setup_rust_logging(py)
}

#[cfg(feature = "tracing")]
#[pyfunction]
fn tracing(py: Python<'_>) -> PyResult<()> {
    crate::setup_rust_tracing(py)
}

/// Where femtologging finds it in the module.
const ATTRIBUTE: &str = "__femtologging__";
