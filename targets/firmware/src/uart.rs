//! Sink side of the drain, and what is typed: the board's first UART. In thread mode alone.

#[cfg_attr(any(board = "an386", board = "an505"), path = "uart/cmsdk.rs")]
#[cfg_attr(board = "lm3s6965", path = "uart/pl011.rs")]
#[cfg_attr(board = "microbit", path = "uart/nrf51.rs")]
#[cfg_attr(board = "virt", path = "uart/ns16550.rs")]
mod device;

use core::convert::Infallible;

use embedded_io::{ErrorType, Read, ReadReady, Write};

/// The first UART, both halves. Waits for room before each byte it writes, and for a byte to read.
#[derive(Debug)]
pub struct Uart(());

impl Uart {
    /// Switches it on.
    ///
    /// The emulated UARTs need neither pin, clock nor baud rate; a real board sets them first.
    #[must_use]
    pub fn new() -> Self {
        device::enable();
        Self(())
    }

    /// A second instance, for a handler of panics: of the UART that [`Uart::new`] switched on.
    #[must_use]
    pub const fn again() -> Self {
        Self(())
    }
}

impl Default for Uart {
    fn default() -> Self {
        Self::new()
    }
}

impl ErrorType for Uart {
    type Error = Infallible;
}

impl Write for Uart {
    fn write(&mut self, bytes: &[u8]) -> Result<usize, Infallible> {
        for &byte in bytes {
            device::put(byte);
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> Result<(), Infallible> {
        device::flush();
        Ok(())
    }
}

impl ReadReady for Uart {
    fn read_ready(&mut self) -> Result<bool, Infallible> {
        Ok(device::has_byte())
    }
}

impl Read for Uart {
    /// One byte a call: the rest may not have come yet.
    fn read(&mut self, bytes: &mut [u8]) -> Result<usize, Infallible> {
        let Some(first) = bytes.first_mut() else { return Ok(0) };
        while !device::has_byte() {}
        *first = device::byte();
        Ok(1)
    }
}
