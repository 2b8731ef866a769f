//! Templates: how do a message's text and its arguments become the message?
//!
//! The stage before the formatter. Parsed and checked on the *caller*, applied on the
//! *collector*. Rust templates are `core::fmt`'s and are applied in the core by the statement's own
//! code; these are Python's, and Rust's for records of another image.

mod brace;
mod conversion;
#[cfg(test)]
pub(crate) mod differential;
mod message;
mod number;
mod parse;
mod percent;
mod printable;
mod printable_table;
#[cfg(test)]
pub(crate) mod python;
mod repr;
mod rust;
mod spec;
mod text;

use core::fmt;

pub(crate) use brace::BraceSpec;
pub use conversion::Conversion;
pub use message::{Arguments, PercentMessage};
pub use percent::PercentTemplate;
pub use printable::use_unicode_version;
pub use rust::RustMessage;
pub(crate) use spec::{PrintError, Spec};

/// Why a template could not be parsed or applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TemplateError {
    /// The conversion that starts at this byte is wrong, or left to Python.
    Parse {
        /// Where the `%` stands.
        at: usize,
    },
    /// There are more or fewer arguments than conversions.
    CountArguments,
    /// The argument is not of a kind that its conversion takes.
    ConvertArgument {
        /// Its position, from zero.
        index: usize,
    },
    /// The mapping lacks a key, or there is a mapping where none is wanted, or the reverse.
    FindKey,
    /// The writer failed.
    Write,
}

impl fmt::Display for TemplateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Parse { at } => write!(f, "unsupported conversion at byte {at} of the template"),
            Self::CountArguments => f.write_str("the template takes another number of arguments"),
            Self::ConvertArgument { index } => {
                write!(f, "argument {index} is not of a kind that its conversion takes")
            }
            Self::FindKey => f.write_str("the mapping does not fit the template's keys"),
            Self::Write => f.write_str("could not write the message"),
        }
    }
}

impl core::error::Error for TemplateError {}
