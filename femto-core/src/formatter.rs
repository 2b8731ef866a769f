//! Formatter: how template and arguments become a line.
//!
//! Runs on the *collector* or *drain* (on the caller for direct handlers), before the sink. Three
//! types rather than one with a choice inside: firmware links only what it names.

mod builder;
mod escape;
mod field;
mod json;
mod logfmt;
mod text;
mod time;

use core::fmt;

use embedded_io::Write;

pub use builder::FormatterBuilder;
pub use field::{Field, FieldFn};
pub use json::JsonFormatter;
pub use logfmt::LogfmtFormatter;
pub use text::TextFormatter;
pub use time::Moment;
pub(crate) use time::{WriteDate, write_rfc3339};

use crate::{FmtSink, Record};

/// Gives records the shape of text.
///
/// # For implementors
/// Write the line, without its end, into `out`, and keep nothing of it. A formatter is
/// called by one thread at a time, though not always the same.
pub trait Formatter: Send + Sync {
    /// Writes the record.
    ///
    /// # Errors
    /// Those of `out`, and none of its own.
    fn format(&self, record: &Record<'_>, out: &mut dyn fmt::Write) -> fmt::Result;

    /// The fields that it shows, for who captures no more of a record than is looked at (`femto-std`).
    /// Default: `None`, not known, it may look at anything.
    fn fields(&self) -> Option<&[Field]> {
        None
    }
}

/// What a handler writes records with: any [`Formatter`], a line each, or a
/// [`WireFormatter`](crate::frame::wire::WireFormatter), a frame each.
pub trait WriteRecord<W: Write> {
    /// Writes the record. Answers whether it is whole: a formatter, or a `Display` in the record, may
    /// fail.
    ///
    /// # Errors
    /// The sink's.
    fn write_record(&self, record: &Record<'_>, sink: &mut W) -> Result<bool, W::Error>;

    /// Writes the record that was written last once more, the same bytes: an asynchronous drain sends a
    /// long record in parts, and asks for it anew for each. Default: as the first time, for what keeps
    /// nothing from one record to the next.
    ///
    /// # Errors
    /// The sink's.
    fn write_again(&self, record: &Record<'_>, sink: &mut W) -> Result<bool, W::Error> {
        self.write_record(record, sink)
    }
}

impl<F: Formatter + ?Sized, W: Write> WriteRecord<W> for F {
    fn write_record(&self, record: &Record<'_>, sink: &mut W) -> Result<bool, W::Error> {
        let mut out = FmtSink::new(sink);
        let formatted = out.write_line(self, record);
        out.finish()?;
        Ok(formatted.is_ok())
    }
}
