//! The terminal that log lines share with the shell.

use embedded_io::{ErrorType, Write};

use crate::CrlfSink;

/// Writes lines to a terminal: `\n` becomes `\r\n`, and the line that is being typed gives way.
///
/// [`Shell::beside`](crate::Shell::beside) makes it. Where there is no shell, see [`CrlfSink`].
#[derive(Debug)]
pub struct Terminal<'w, W> {
    sink: CrlfSink<&'w mut W>,
    /// Whether a prompt is there that has to be cleared before the first byte.
    is_prompted: bool,
    has_cleared: bool,
}

impl<'w, W: Write> Terminal<'w, W> {
    pub(super) const fn new(sink: &'w mut W, is_prompted: bool) -> Self {
        Self { sink: CrlfSink::new(sink), is_prompted, has_cleared: false }
    }

    /// Whether the prompt was cleared: it is to be shown again.
    pub(super) const fn has_cleared(&self) -> bool {
        self.has_cleared
    }
}

impl<W: Write> ErrorType for Terminal<'_, W> {
    type Error = W::Error;
}

impl<W: Write> Write for Terminal<'_, W> {
    fn write(&mut self, bytes: &[u8]) -> Result<usize, W::Error> {
        if self.is_prompted && !bytes.is_empty() {
            self.sink.inner().write_all(CLEAR_LINE)?;
            self.is_prompted = false;
            self.has_cleared = true;
        }
        self.sink.write(bytes)
    }

    fn flush(&mut self) -> Result<(), W::Error> {
        self.sink.flush()
    }
}

/// To the first column, and away with what is right of it (ECMA-48: CR, EL).
const CLEAR_LINE: &[u8] = b"\r\x1b[K";
