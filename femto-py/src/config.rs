//! Config: files, read into what Python configures by.
//!
//! Called where logging is configured; what the values mean is looked at in Python.

use std::path::PathBuf;

use femto_std::config::{Kind, Node};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyTuple};

/// Reads a file of TOML, YAML or JSON; answers its dictionary, and the lines of its values by their
/// paths. Raises `ValueError` with file and line.
#[pyfunction]
pub(crate) fn read_file<'py>(
    py: Python<'py>,
    path: PathBuf,
) -> PyResult<(Bound<'py, PyAny>, Bound<'py, PyDict>)> {
    let node = py.detach(|| Node::from_file(path));
    let node = node.map_err(|error| PyValueError::new_err(error.to_string()))?;
    let lines = PyDict::new(py);
    let value = object(&node, &PyTuple::empty(py), &lines)?;
    Ok((value, lines))
}

fn object<'py>(
    node: &Node,
    path: &Bound<'py, PyTuple>,
    lines: &Bound<'py, PyDict>,
) -> PyResult<Bound<'py, PyAny>> {
    let py = path.py();
    if node.line > 0 {
        lines.set_item(path, node.line)?;
    }
    Ok(match &node.kind {
        Kind::Bool(truth) => truth.into_pyobject(py)?.to_owned().into_any(),
        Kind::Integer(number) => number.into_pyobject(py)?.into_any(),
        Kind::Float(number) => number.into_pyobject(py)?.into_any(),
        Kind::Text(text) => text.into_pyobject(py)?.into_any(),
        Kind::List(items) => {
            let list = PyList::empty(py);
            for (index, item) in items.iter().enumerate() {
                list.append(object(item, &below(path, index)?, lines)?)?;
            }
            list.into_any()
        }
        Kind::Table(entries) => {
            let table = PyDict::new(py);
            for (key, value) in entries {
                table.set_item(key, object(value, &below(path, key)?, lines)?)?;
            }
            table.into_any()
        }
        _ => py.None().into_bound(py),
    })
}

fn below<'py>(
    path: &Bound<'py, PyTuple>,
    step: impl IntoPyObject<'py>,
) -> PyResult<Bound<'py, PyTuple>> {
    let steps = path.to_list();
    steps.append(step)?;
    Ok(steps.to_tuple())
}
