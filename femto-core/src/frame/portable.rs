//! The portable encoding: bytes that tell everything themselves, for whatever leaves the image.
//!
//! Written on the *caller* or by the *drain*; read by the *collector*, the next start, or a host. The
//! decoder is total: any bytes give a record or an error.
//!
//! Little-endian throughout. A text is its length in bytes (`u32`) and its UTF-8 bytes. Version 1:
//!
//! | offset | size | field |
//! |---|---|---|
//! | 0 | 1 | version |
//! | 1 | 1 | level |
//! | 2 | 1 | style of the template ([`Style`]) |
//! | 3 | 1 | number of arguments |
//! | 4 | 2 | which sections follow, a bit each |
//! | 6 | 8 | time, in units that the container of the frame tells |
//! | 14 | | name of the logger, template, arguments, then the sections in the order of their bits |
//!
//! A value is its kind (`u8`) and what the kind says:
//!
//! | kind | value | bytes |
//! |---|---|---|
//! | 0 to 2 | none, false, true | 0 |
//! | 3 to 6 | `i8`, `i16`, `i32`, `i64` | 1, 2, 4, 8 |
//! | 7 to 10 | `u8`, `u16`, `u32`, `u64` | 1, 2, 4, 8 |
//! | 11, 12 | `f32`, `f64` | 4, 8 |
//! | 13 | `char` | 4 |
//! | 14, 15 | `i128`, `u128` | 16 |
//! | 16, 17 | text, bytes | length (`u32`) and bytes |
//! | 18 | text that was rendered with its own specification | length (`u32`) and bytes |
//! | 19 | bytes to be shown as a hexdump | length (`u32`) and bytes |
//! | 20 to 31 | of a later writer | length (`u32`) and bytes |
//!
//! | bit | section |
//! |---|---|
//! | 0, 1 | mapping, key-values: their number (`u8`), then pairs of text and value |
//! | 2 | location: file (text), line (`u32`) |
//! | 3, 4 | names of function, level: texts |
//! | 5, 6 | thread: identifier (`u64`), name; process: identifier (`u32`), name |
//! | 7, 8, 9 | name of the task, exception, stack: texts |
//! | 10 to 15 | of a later writer |
//!
//! # Versions
//! What an old reader can pass over needs no new version. A section that it does not know has a
//! higher bit, so lies behind all that it reads; a kind that it does not know (20 to 31), or was built
//! without (floats, 128-bit integers), it gives as [`Value::Bytes`]. Anything else is a new version,
//! and an error to an old reader.

mod read;
mod text;
mod write;

pub use read::{Pairs, Values};
pub use write::write_pair;
pub(crate) use write::{head, write_value};

use crate::{Details, Level, Value};

/// The version that this crate writes.
pub const VERSION: u8 = 1;

/// The section of the key-values.
pub(crate) const KEY_VALUES: u16 = 1 << 1;
/// The section of the level's name.
pub(crate) const LEVEL_NAME: u16 = 1 << 4;

/// How arguments go into a template.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
#[repr(u8)]
pub enum Style {
    /// The template is the message.
    #[default]
    Ready = 0,
    /// `{}` as in `core::fmt`.
    Rust = 1,
    /// `%s` as in Python's `%` operator.
    Percent = 2,
}

/// A record, spelled out.
///
/// `V` and `P` are where arguments and pairs come from: slices when writing, [`Values`] and
/// [`Pairs`] when reading.
#[derive(Clone, Copy, Debug, Default)]
pub struct Portable<'a, V = Values<'a>, P = Pairs<'a>> {
    /// The record's level.
    pub level: Level,
    /// How the arguments go into the template.
    pub style: Style,
    /// When the record was made, in units that the container tells.
    pub time: u64,
    /// Name of the logger.
    pub name: &'a str,
    /// The message, or the template that becomes it.
    pub template: &'a str,
    /// Arguments of the template.
    pub arguments: V,
    /// Arguments that the template takes by name (Python's `%(name)s` with a mapping).
    pub mapping: Option<P>,
    /// Structured fields.
    pub key_values: Option<P>,
    /// Source file and line.
    pub location: Option<(&'a str, u32)>,
    /// Name of the function.
    pub function: Option<&'a str>,
    /// Name of the level, where the application gave it another one.
    pub level_name: Option<&'a str>,
    /// Thread: its identifier and name.
    pub thread: Option<(u64, &'a str)>,
    /// Process: its identifier and name.
    pub process: Option<(u32, &'a str)>,
    /// Name of the asynchronous task.
    pub task: Option<&'a str>,
    /// Text of an exception or error chain, possibly of many lines.
    pub exception: Option<&'a str>,
    /// Text of a stack, possibly of many lines.
    pub stack: Option<&'a str>,
}

impl<'a, V, P> Portable<'a, V, P> {
    /// What the frame tells beside message and key-values, as a record has it.
    #[must_use]
    pub fn details(&self) -> Details<'a> {
        Details {
            key_values: &[],
            location: self.location,
            function: self.function,
            level_name: self.level_name,
            thread: self.thread,
            process: self.process,
            task: self.task,
            exception: self.exception,
            stack: self.stack,
        }
    }
}

/// The arguments to write.
pub type Arguments<'a> = &'a [Value<'a>];
/// The pairs to write.
pub type Fields<'a> = &'a [(&'a str, Value<'a>)];
