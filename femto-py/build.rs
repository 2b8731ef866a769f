//! Tells the sources which Python they are built for (`cfg(Py_3_12)` and its like), and refuses those
//! that they cannot be built for.

use pyo3_build_config::{BuildFlag, PythonImplementation};

fn main() {
    let python = pyo3_build_config::get();
    if python.implementation() != PythonImplementation::CPython {
        refuse(&format!("{}: only CPython has what it needs", python.implementation()));
    }
    if python.build_flags().0.contains(&BuildFlag::Py_GIL_DISABLED) {
        refuse("the free-threaded build: use the one with the global lock");
    }
    pyo3_build_config::use_pyo3_cfgs();
}

/// Ends the build with a line that stands out in the output of pip.
fn refuse(what: &str) {
    println!("cargo::error=femtologging does not support {what}");
}
