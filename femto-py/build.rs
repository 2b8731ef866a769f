//! Tells the sources which Python they are built for (`cfg(Py_3_12)` and its like), and refuses those
//! that they cannot be built for.

use pyo3_build_config::{BuildFlag, PythonImplementation};

fn main() {
    let python = pyo3_build_config::get();
    let (implementation, version) = (python.implementation(), python.version());
    let free_threaded = python.build_flags().0.contains(&BuildFlag::Py_GIL_DISABLED);
    let old = (version.major, version.minor) < (3, 10);
    if implementation != PythonImplementation::CPython || old || free_threaded {
        let kind = if free_threaded { ", the free-threaded build" } else { "" };
        // Stands out in the output of pip. `interpreter.py` says the same where it is imported.
        println!(
            "cargo::error=femtologging needs CPython 3.10 or newer with the global interpreter lock; \
             this is {implementation} {version}{kind}"
        );
    }
    pyo3_build_config::use_pyo3_cfgs();
}
