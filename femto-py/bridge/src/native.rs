//! The table of the process's femtologging, and the calls of its functions: all the unsafe code of
//! this crate.
//!
//! Taken where a bridge is set up; called on the *caller*.
#![allow(unsafe_code, reason = "functions of another binary")]

use core::ffi::c_void;
use std::sync::OnceLock;

use pyo3::exceptions::PyImportError;
use pyo3::prelude::*;
use pyo3::types::PyCapsule;

use crate::fields::Fields;
use crate::table::{Bytes, CAPSULE, Record, Table, VERSION};

/// The table, once femtologging was asked for it.
static TABLE: OnceLock<Table> = OnceLock::new();

/// A logger of femtologging's that wants a record.
#[derive(Clone, Copy)]
pub(crate) struct Target(*const c_void);

/// What a statement says, beside target and level.
pub(crate) struct Statement<'a> {
    pub(crate) level: u8,
    pub(crate) message: &'a str,
    pub(crate) file: &'a str,
    pub(crate) line: u32,
}

/// Asks femtologging for its table, and has it call `set_level` with the lowest level of all loggers.
pub(crate) fn connect(py: Python<'_>, set_level: extern "C" fn(u8)) -> PyResult<()> {
    let table = match TABLE.get() {
        Some(table) => *table,
        None => {
            // Not with a lock: this runs Python code.
            let table = ask(py)?;
            *TABLE.get_or_init(|| table)
        }
    };
    (table.follow)(set_level);
    Ok(())
}

fn ask(py: Python<'_>) -> PyResult<Table> {
    let made = py.import("femtologging.bridge")?.call_method1("table", (VERSION,))?;
    let capsule = made.cast_into::<PyCapsule>()?;
    let pointer = capsule.pointer_checked(Some(CAPSULE))?.cast::<Table>();
    // SAFETY: a capsule of this name holds a table, and it begins with its version in every version.
    let version = unsafe { (&raw const (*pointer.as_ptr()).version).read() };
    if version != VERSION {
        let text = format!("femtologging's bridge is of version {version}, not {VERSION}");
        return Err(PyImportError::new_err(text));
    }
    // SAFETY: a table of this version.
    Ok(unsafe { pointer.read() })
}

/// The logger of a target, if it wants records of the level.
#[inline]
pub(crate) fn find(target: &str, level: u8) -> Option<Target> {
    let table = TABLE.get()?;
    // SAFETY: UTF-8, borrowed until the call returns.
    let found = unsafe { (table.find)(Bytes::of(target.as_bytes()), level) };
    (!found.is_null()).then_some(Target(found))
}

/// Hands a record over.
pub(crate) fn submit(target: Target, statement: &Statement<'_>, fields: &Fields) {
    let Some(table) = TABLE.get() else { return };
    let thread = std::thread::current();
    let record = Record {
        level: statement.level,
        line: statement.line,
        message: Bytes::of(statement.message.as_bytes()),
        file: Bytes::of(statement.file.as_bytes()),
        thread: Bytes::of(thread.name().unwrap_or_default().as_bytes()),
        pairs: Bytes::of(fields.bytes()),
    };
    // SAFETY: the target came from `find`; the texts are UTF-8, borrowed until the call returns.
    unsafe { (table.submit)(target.0, &raw const record) }
}

/// Waits until what was logged is written.
#[cfg(feature = "log")]
pub(crate) fn flush() {
    if let Some(table) = TABLE.get() {
        (table.flush)();
    }
}
