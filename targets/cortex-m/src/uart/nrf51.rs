//! Sink side of the drain: the UART of the micro:bit's nRF51 (registers: *nRF51 Series Reference Manual*, chapter UART).

use core::convert::Infallible;

/// The transmitting half of the UART.
#[derive(Debug)]
pub struct Uart(());

impl Uart {
    /// Switches the transmitter on, for thread mode alone.
    ///
    /// The emulated UART needs neither pin nor baud rate; a real board sets both first.
    #[must_use]
    pub fn new() -> Self {
        write(ENABLE, ENABLED);
        write(START_TRANSMIT, 1);
        Self(())
    }
}

impl Default for Uart {
    fn default() -> Self {
        Self::new()
    }
}

impl embedded_io::ErrorType for Uart {
    type Error = Infallible;
}

impl embedded_io::Write for Uart {
    /// Each byte is on the wire when this returns, so `flush` has nothing to wait for.
    fn write(&mut self, bytes: &[u8]) -> Result<usize, Infallible> {
        for &byte in bytes {
            write(TRANSMITTED, 0);
            write(DATA, byte.into());
            while read(TRANSMITTED) == 0 {}
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> Result<(), Infallible> {
        Ok(())
    }
}

fn read(register: usize) -> u32 {
    // SAFETY: an aligned device register of the UART, always mapped on this board; reading it has no side effect.
    unsafe { core::ptr::with_exposed_provenance::<u32>(BASE + register).read_volatile() }
}

fn write(register: usize, value: u32) {
    // SAFETY: an aligned device register of the UART, always mapped on this board; no memory that Rust knows of is behind it.
    unsafe { core::ptr::with_exposed_provenance_mut::<u32>(BASE + register).write_volatile(value) }
}

const BASE: usize = 0x4000_2000;
const START_TRANSMIT: usize = 0x008;
const TRANSMITTED: usize = 0x11C;
const ENABLE: usize = 0x500;
const DATA: usize = 0x51C;
const ENABLED: u32 = 4;
