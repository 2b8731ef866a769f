//! The binary module `femtologging._femtologging`: what of femtologging for Python is not Python.
//!
//! A call's way through the files: `native` (raw functions; level), `method`, `logger` (what a
//! logger remembers of the tree), `plain` or `call` (keyword arguments), `message` (template and
//! arguments), `field` (`extra` and the context), `record` (what costs time to find; the frame), `handler`, `formatter`.
//! Records of other extension modules' Rust code come by `native::table` and `bridge`.

#![deny(unsafe_code)]

mod bridge;
mod call;
mod ceiling;
mod config;
mod context;
mod field;
mod filter;
mod formatter;
mod handler;
mod ini;
mod leftover;
mod log_record;
mod logger;
mod message;
mod method;
mod names;
mod native;
mod origin;
mod plain;
mod record;
mod waiting;

use pyo3::prelude::*;

/// The binary part of `femtologging`.
#[pymodule(gil_used = true)]
mod _femtologging {
    #[pymodule_export]
    use crate::bridge::{rust_counts, rust_table};
    #[pymodule_export]
    use crate::config::read_file;
    #[pymodule_export]
    use crate::context::use_context;
    #[pymodule_export]
    use crate::filter::{NativeFilter, RateLimit};
    #[pymodule_export]
    use crate::formatter::NativeFormatter;
    #[pymodule_export]
    use crate::handler::HandlerCore;
    #[pymodule_export]
    use crate::handler::{flush_all, recover};
    #[pymodule_export]
    use crate::ini::read_ini;
    #[pymodule_export]
    use crate::leftover::left_behind;
    #[pymodule_export]
    use crate::logger::LoggerCore;
    #[pymodule_export]
    use crate::method::{path_counts, revalidated};
    #[pymodule_export]
    use crate::names::set_up;
    #[pymodule_export]
    use crate::native::{bind, changed, end, forked};

    /// The compile-time ceiling.
    #[pymodule_export]
    const STATIC_MAX_LEVEL: i64 = crate::ceiling::STATIC_MAX_LEVEL;

    /// The package's version.
    #[pymodule_export]
    #[allow(non_upper_case_globals, reason = "Python's name for it")]
    const __version__: &str = env!("CARGO_PKG_VERSION");
}
