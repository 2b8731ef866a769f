//! Two halves as one port.

use embedded_io::{ErrorType, Read, ReadReady, Write};

/// A port of two halves, of a split UART for instance: reads from one, writes to the other.
///
/// # Examples
/// ```
/// # use femto_core::{Pair, Shell};
/// # use femto_core::embedded_io::{ErrorType, Read, ReadReady, Write};
/// # fn turn<R: Read + ReadReady, W: Write + ErrorType<Error = R::Error>>(
/// #     shell: &mut Shell, rx: &mut R, tx: &mut W) -> Result<(), R::Error> {
/// shell.poll(&mut Pair::new(rx, tx))?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Pair<R, W> {
    input: R,
    output: W,
}

impl<R, W> Pair<R, W> {
    /// The port that `input` and `output` are.
    pub const fn new(input: R, output: W) -> Self {
        Self { input, output }
    }
}

impl<R: ErrorType, W> ErrorType for Pair<R, W> {
    type Error = R::Error;
}

impl<R: Read, W> Read for Pair<R, W> {
    fn read(&mut self, bytes: &mut [u8]) -> Result<usize, R::Error> {
        self.input.read(bytes)
    }
}

impl<R: ReadReady, W> ReadReady for Pair<R, W> {
    fn read_ready(&mut self) -> Result<bool, R::Error> {
        self.input.read_ready()
    }
}

impl<R: ErrorType, W: Write + ErrorType<Error = R::Error>> Write for Pair<R, W> {
    fn write(&mut self, bytes: &[u8]) -> Result<usize, R::Error> {
        self.output.write(bytes)
    }

    fn flush(&mut self) -> Result<(), R::Error> {
        self.output.flush()
    }
}
