//! Table: the functions by which an extension module hands records to femtologging's binary module.
//!
//! Each binary has a copy of its own of everything that Rust links in, of the `log` crate and of
//! femtologging too: what they have in common is this table, in C's layout, by way of a `PyCapsule`.
//! The functions may be called by any thread, attached to the interpreter or not.

use core::ffi::{CStr, c_void};

/// The version of the table that this crate knows. Another layout, or another meaning, is another
/// version.
pub const VERSION: u32 = 1;

/// Name of the capsule that holds a [`Table`].
pub const CAPSULE: &CStr = c"femtologging.bridge.table";

/// What femtologging's binary module does for others.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct Table {
    /// [`VERSION`] of whoever made the table.
    pub version: u32,
    /// Looks whether the logger of a target, as `log` and `tracing` have it, wants records of a level:
    /// null if not, else what [`Table::submit`] takes. What it points to lives as long as the process.
    ///
    /// # Safety
    /// The bytes are UTF-8, and there until it returns.
    pub find: unsafe extern "C" fn(target: Bytes, level: u8) -> *const c_void,
    /// Takes a record.
    ///
    /// # Safety
    /// `target` came from [`Table::find`]. All texts of the record are UTF-8, and there until it returns.
    pub submit: unsafe extern "C" fn(target: *const c_void, record: *const Record),
    /// Waits until everything logged before is with the operating system, for some seconds at most.
    pub flush: extern "C" fn(),
    /// Has a function called, now and then, with a level below which no logger wants anything. The thread
    /// that calls `follow` is attached to the interpreter; so are those that call the function, which must
    /// not wait for anything.
    pub follow: extern "C" fn(set_level: extern "C" fn(level: u8)),
}

/// A record, as an extension module describes it.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct Record {
    /// femtologging's number: 40, 30, 20, 10, 5.
    pub level: u8,
    /// Line in the file, from 1; 0 if it is not known.
    pub line: u32,
    /// The finished message.
    pub message: Bytes,
    /// The file of the statement; empty if it is not known.
    pub file: Bytes,
    /// What Rust calls the thread; empty if it has no name.
    pub thread: Bytes,
    /// Key-values, as [`write_pair`](femto_core::frame::portable::write_pair) writes them; no key twice,
    /// none that is an attribute of Python's records.
    pub pairs: Bytes,
}

/// Borrowed bytes.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct Bytes {
    /// The first; never null.
    pub start: *const u8,
    /// How many.
    pub length: usize,
}

impl Bytes {
    /// The bytes of a slice.
    #[must_use]
    pub const fn of(bytes: &[u8]) -> Self {
        Self { start: bytes.as_ptr(), length: bytes.len() }
    }
}
