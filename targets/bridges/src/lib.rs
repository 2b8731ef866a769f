//! What the programs share: the wire of defmt's frames.
//!
//! Runs on the target. The programs are in `src/bin`, their output beside them in `expected`: `NAME.txt` is what is on
//! the console, `NAME.defmt.txt` what `defmt-print` makes of the wire.
#![no_std]

use core::convert::Infallible;

use femto_core::embedded_io;
use semihosting::fs::File;

/// The other end is a file of the host, `frames.bin` in the folder that the emulator runs in.
#[derive(Debug)]
pub struct Wire(File);

impl Wire {
    /// Opens it, empty.
    ///
    /// # Panics
    /// Where the host does not let it be written.
    #[must_use]
    pub fn new() -> Self {
        match File::create(c"frames.bin") {
            Ok(file) => Self(file),
            Err(_) => panic!("no wire"),
        }
    }
}

impl Default for Wire {
    fn default() -> Self {
        Self::new()
    }
}

impl embedded_io::ErrorType for Wire {
    type Error = Infallible;
}

impl embedded_io::Write for Wire {
    /// Says on the console that a frame ends here: so the order of records and frames shows.
    fn write(&mut self, bytes: &[u8]) -> Result<usize, Infallible> {
        use semihosting::io::Write as _;
        let Ok(()) = self.0.write_all(bytes) else { panic!("the wire broke") };
        for _ in bytes.iter().filter(|byte| **byte == 0) {
            board::Uart::new().write_all(b"-- end of a defmt frame\n")?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> Result<(), Infallible> {
        Ok(())
    }
}
