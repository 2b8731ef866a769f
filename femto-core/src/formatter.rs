//! Formatter: how template and arguments become a line.
//!
//! Runs on the *collector* or *drain* (on the caller for direct handlers), before the sink.

use core::fmt;

use embedded_io::Write;

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
}

impl<F: Formatter + ?Sized, W: Write> WriteRecord<W> for F {
    fn write_record(&self, record: &Record<'_>, sink: &mut W) -> Result<bool, W::Error> {
        let mut out = FmtSink::new(sink);
        let formatted = out.write_line(self, record);
        out.finish()?;
        Ok(formatted.is_ok())
    }
}

/// `[   1.234567] INFO  net: link up in 5 ms peer=10.0.0.7`
///
/// Seconds since boot (or the epoch) with microseconds, left out where no clock was set; the level;
/// the logger's name; the message; key-values; `[cut]` where text was cut off.
#[derive(Clone, Copy, Debug, Default)]
pub struct TextFormatter;

impl Formatter for TextFormatter {
    fn format(&self, record: &Record<'_>, out: &mut dyn fmt::Write) -> fmt::Result {
        if let Some(time) = record.time() {
            write!(out, "[{:4}.{:06}] ", time.as_secs(), time.subsec_micros())?;
        }
        write!(out, "{:<5} {}: ", record.level(), record.logger_name())?;
        record.write_message(out)?;
        for (key, value) in record.key_values() {
            write!(out, " {key}={value}")?;
        }
        if record.is_cut() { out.write_str(" [cut]") } else { Ok(()) }
    }
}
