//! Sink: where the bytes go, on firmware any [`embedded_io::Write`].
//!
//! Runs on the *drain*, last of all stages.

use core::fmt;

use embedded_io::{ErrorType, Write};

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

    /// Writes a record and the end of its line, which comes even if the formatter gives up.
    pub(crate) fn write_line<F: Formatter + ?Sized>(
        &mut self,
        formatter: &F,
        record: &Record<'_>,
    ) -> fmt::Result {
        let formatted = formatter.format(record, self);
        fmt::Write::write_str(self, "\n")?;
        formatted
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

/// A sink of text for a terminal: `\n` becomes `\r\n`, without which lines make a staircase. Not for a
/// [`WireFormatter`](crate::frame::wire::WireFormatter), whose bytes are no text.
///
/// Over any [`embedded_io::Write`], or a `&mut` of one; what [`Shell::beside`](crate::Shell::beside) writes
/// to does the same already.
///
/// # Examples
/// ```
/// use femto_core::{CrlfSink, Logger, RingHandler, TextFormatter, info};
///
/// static RING: RingHandler<256> = RingHandler::new();
/// static ROOT: Logger = Logger::root().with_handlers(&[&RING]);
///
/// info!(logger: ROOT, "booted");
/// let mut uart = Vec::new(); // any embedded_io::Write
/// RING.drain(&TextFormatter::new(), &mut CrlfSink::new(&mut uart)).unwrap();
/// assert_eq!(uart, b"INFO  root: booted\r\n");
/// ```
#[derive(Debug)]
pub struct CrlfSink<W> {
    sink: W,
}

impl<W> CrlfSink<W> {
    /// Writes to `sink`.
    pub const fn new(sink: W) -> Self {
        Self { sink }
    }

    /// The sink, to write to as it is.
    pub(crate) const fn inner(&mut self) -> &mut W {
        &mut self.sink
    }
}

impl<W: ErrorType> ErrorType for CrlfSink<W> {
    type Error = W::Error;
}

impl<W: Write> Write for CrlfSink<W> {
    fn write(&mut self, bytes: &[u8]) -> Result<usize, W::Error> {
        match bytes.iter().position(|byte| *byte == b'\n') {
            Some(0) => self.sink.write_all(b"\r\n").map(|()| 1),
            Some(end) => self.sink.write(&bytes[..end]),
            None => self.sink.write(bytes),
        }
    }

    fn flush(&mut self) -> Result<(), W::Error> {
        self.sink.flush()
    }
}

#[cfg(test)]
mod tests {
    use std::vec::Vec;

    use embedded_io::ErrorKind;
    use proptest::prelude::*;

    use super::*;

    /// Takes a few bytes at a time, and so many in all.
    struct Slow {
        bytes: Vec<u8>,
        room: usize,
    }

    impl ErrorType for Slow {
        type Error = ErrorKind;
    }

    impl Write for Slow {
        fn write(&mut self, bytes: &[u8]) -> Result<usize, ErrorKind> {
            let taken = bytes.len().min(3).min(self.room - self.bytes.len());
            if taken == 0 {
                return Err(ErrorKind::OutOfMemory);
            }
            self.bytes.extend_from_slice(&bytes[..taken]);
            Ok(taken)
        }

        fn flush(&mut self) -> Result<(), ErrorKind> {
            Ok(())
        }
    }

    proptest! {
        #[test]
        fn every_line_end_and_nothing_else_gets_a_carriage_return(text in "[ab\n\r]{0,40}", room in 0_usize..60) {
            let expected = text.replace('\n', "\r\n");
            let mut sink = CrlfSink::new(Slow { bytes: Vec::new(), room });
            let written = sink.write_all(text.as_bytes());
            prop_assert_eq!(written.is_ok(), room >= expected.len());
            prop_assert_eq!(&sink.inner().bytes, &expected.as_bytes()[..room.min(expected.len())]);
        }
    }
}
