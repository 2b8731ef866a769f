//! What a board would bring, in lockstep with what is typed, so that each run is the same: the main loop turns once for
//! each line that is entered, half a second passes then, and the converter has a new reading.

use core::convert::Infallible;
use core::sync::atomic::{AtomicU32, Ordering};

use board::{Uart, interrupt};
use embedded_io::{ErrorType, Read, ReadReady, Write};

/// The UART. Waits until a line was entered; Ctrl-D ends the program.
pub(crate) struct Console {
    uart: Uart,
    is_entered: bool,
}

impl Console {
    pub(crate) fn new(uart: Uart) -> Self {
        Self { uart, is_entered: false }
    }
}

impl ErrorType for Console {
    type Error = Infallible;
}

impl ReadReady for Console {
    fn read_ready(&mut self) -> Result<bool, Infallible> {
        Ok(!core::mem::take(&mut self.is_entered))
    }
}

impl Read for Console {
    fn read(&mut self, bytes: &mut [u8]) -> Result<usize, Infallible> {
        let count = self.uart.read(bytes)?;
        if bytes.contains(&CONTROL_D) {
            board::finish();
        }
        self.is_entered = bytes.contains(&b'\r');
        Ok(count)
    }
}

impl Write for Console {
    fn write(&mut self, bytes: &[u8]) -> Result<usize, Infallible> {
        self.uart.write(bytes)
    }

    fn flush(&mut self) -> Result<(), Infallible> {
        self.uart.flush()
    }
}

/// Half a second later the converter is ready, and raises its interrupt.
pub(crate) fn start_conversion() {
    // One context writes it: a target without compare-and-swap can do this.
    CONVERSIONS.store(CONVERSIONS.load(Ordering::Relaxed) + 1, Ordering::Relaxed);
    interrupt::LOW.raise();
}

/// The reading. It gets warmer, until a wire breaks.
pub(crate) fn conversion() -> u16 {
    match CONVERSIONS.load(Ordering::Relaxed) {
        count @ ..12 => 0x310 + 0x40 * count as u16,
        _ => 0xfff,
    }
}

/// Since boot.
pub(crate) fn milliseconds() -> u32 {
    CONVERSIONS.load(Ordering::Relaxed) * 500
}

static CONVERSIONS: AtomicU32 = AtomicU32::new(0);
const CONTROL_D: u8 = 4;
