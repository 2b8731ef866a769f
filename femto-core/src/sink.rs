//! Sink: where the bytes go, on firmware any [`embedded_io::Write`].
//!
//! Runs on the *drain*, last of all stages.

use core::fmt;

use embedded_io::Write;

use crate::{Formatter, Record};

/// Lets formatters write to an [`embedded_io::Write`], keeping the error that `fmt` cannot carry.
#[derive(Debug)]
pub struct FmtSink<'w, W: Write> {
    sink: &'w mut W,
    result: Result<(), W::Error>,
}

impl<'w, W: Write> FmtSink<'w, W> {
    /// Writes to `sink`.
    pub fn new(sink: &'w mut W) -> Self {
        Self { sink, result: Ok(()) }
    }

    /// Writes a record and the end of its line.
    pub(crate) fn write_line<F: Formatter + ?Sized>(
        &mut self,
        formatter: &F,
        record: &Record<'_>,
    ) -> fmt::Result {
        formatter.format(record, self)?;
        fmt::Write::write_str(self, "\n")
    }

    /// The first error, if there was one.
    ///
    /// # Errors
    /// The sink's.
    pub fn finish(self) -> Result<(), W::Error> {
        self.result
    }
}

impl<W: Write> fmt::Write for FmtSink<'_, W> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        if self.result.is_ok() {
            self.result = self.sink.write_all(text.as_bytes());
        }
        self.result.as_ref().map_err(|_| fmt::Error).copied()
    }

    fn write_char(&mut self, c: char) -> fmt::Result {
        write_char(c, self)
    }
}

/// Writes a character as text: once for all that take no characters of their own.
#[inline(never)]
pub(crate) fn write_char(c: char, out: &mut dyn fmt::Write) -> fmt::Result {
    out.write_str(c.encode_utf8(&mut [0; 4]))
}
