//! Formatter: how do template and arguments become a line?
//!
//! Runs on the *collector*, for every queued handler that a record reaches; the line then waits
//! in the handler's block for the sink.

mod attribute;
pub(crate) mod builder;
pub(crate) mod clock;
mod console;
#[cfg(test)]
mod differential;
mod escape;
pub(crate) mod field;
mod function;
mod json;
pub(crate) mod keys;
#[cfg(feature = "cli")]
pub(crate) mod layout;
mod logfmt;
mod mask;
pub(crate) mod owned;
mod parse;
mod pattern;
mod prefix;
mod pretty;
mod value;
pub(crate) mod zone;

use core::fmt;
use std::sync::Arc;

use arc_swap::ArcSwapOption;
use femto_core::Record;

pub(crate) use attribute::NoField;
pub use console::ConsoleStyle;
#[cfg(feature = "cli")]
pub(crate) use console::push_console_line;
pub use function::FnFormatter;
pub use mask::CaptureMask;
pub use pattern::{PatternFormatter, PatternStyle};

/// Turns a record into a line of text.
///
/// # For implementors
/// `format` is called from one thread at a time, but a formatter may be shared by handlers, so it
/// must be `Sync`; it should neither wait nor allocate. Handlers that share it may get one line, made
/// once. `mask` must not change: the caller leaves
/// out of the record what no formatter asks for.
pub trait Formatter: fmt::Debug + Send + Sync {
    /// Appends the line to `out`, without a line end.
    ///
    /// # Errors
    /// If the record cannot be printed; `out` is then as it was.
    fn format(&self, record: &Record<'_>, out: &mut String) -> Result<(), FormatError>;

    /// Which of the costly fields of a record the line shows.
    fn mask(&self) -> CaptureMask;

    /// The formatter that a console handler uses in this one's place, for one that colours and
    /// escapes by itself as `style` asks. Default: none, so that the handler escapes and colours the
    /// finished line.
    fn for_console(&self, style: ConsoleStyle) -> Option<Arc<dyn Formatter>> {
        let _ = style;
        None
    }
}

/// The formatter of handlers that were given none: one for all, so that what it makes of a record is
/// made once.
pub(crate) fn usual() -> Arc<dyn Formatter> {
    // Behind no lock: a forked child would wait for a thread that it has not.
    static USUAL: ArcSwapOption<PatternFormatter> = ArcSwapOption::const_empty();
    if let Some(usual) = USUAL.load_full() {
        return usual;
    }
    let made = Arc::new(PatternFormatter::default());
    USUAL.compare_and_swap(&None::<Arc<PatternFormatter>>, Some(made.clone()));
    USUAL.load_full().unwrap_or(made)
}

/// The core's formatters are formatters here too. What they do not name among their
/// [fields](femto_core::Formatter::fields) is not captured for them; for one that names none, all is.
impl<F: femto_core::Formatter + fmt::Debug> Formatter for F {
    fn format(&self, record: &Record<'_>, out: &mut String) -> Result<(), FormatError> {
        let before = out.len();
        femto_core::Formatter::format(self, record, out).map_err(|_| {
            out.truncate(before);
            FormatError::WriteMessage
        })
    }

    fn mask(&self) -> CaptureMask {
        self.fields().map_or(CaptureMask::ALL, CaptureMask::of_fields)
    }
}

/// Appends a line whole, or nothing.
#[inline]
fn whole(
    out: &mut String,
    write: impl FnOnce(&mut String) -> Result<(), FormatError>,
) -> Result<(), FormatError> {
    let before = out.len();
    let written = write(out);
    if written.is_err() {
        out.truncate(before);
    }
    written
}

/// Why a formatter could not be made, or could not print a record.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FormatError {
    /// The format string is wrong, or has something that only Python does.
    ParsePattern {
        /// The byte at which it is not understood.
        at: usize,
    },
    /// The date format has a directive that is not known, or that only Python does.
    ParseDateFormat {
        /// The byte at which it is not understood.
        at: usize,
    },
    /// The record has no such field, and the format no default for it.
    FindField {
        /// The field's name.
        name: Box<str>,
    },
    /// The field's value is not of a kind that its conversion takes.
    PrintField {
        /// The field's name.
        name: Box<str>,
    },
    /// The record's time is beyond the calendar.
    PrintTime,
    /// The record's message could not be written.
    WriteMessage,
}

impl fmt::Display for FormatError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ParsePattern { at } => write!(f, "unsupported format at byte {at}"),
            Self::ParseDateFormat { at } => write!(f, "unsupported date format at byte {at}"),
            Self::FindField { name } => write!(f, "formatting field not found in record: '{name}'"),
            Self::PrintField { name } => {
                write!(f, "the value of field '{name}' is not of a kind that its format takes")
            }
            Self::PrintTime => f.write_str("the record's time is beyond the calendar"),
            Self::WriteMessage => f.write_str("could not write the record's message"),
        }
    }
}

impl core::error::Error for FormatError {}
