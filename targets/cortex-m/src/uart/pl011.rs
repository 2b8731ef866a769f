//! Sink side of the drain: UART0 of the LM3S6965, an ARM PL011 (its *Technical Reference Manual* names the registers).

use core::convert::Infallible;

/// The transmitting half of UART0.
#[derive(Debug)]
pub struct Uart(());

impl Uart {
    /// Switches the transmitter on, for thread mode alone.
    ///
    /// The emulated UART needs neither clock nor baud rate; a real board sets both first.
    #[must_use]
    pub fn new() -> Self {
        write(CONTROL, UART_ENABLE | TRANSMIT_ENABLE);
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
    fn write(&mut self, bytes: &[u8]) -> Result<usize, Infallible> {
        for &byte in bytes {
            while read(FLAGS) & TRANSMIT_FULL != 0 {}
            write(DATA, byte.into());
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> Result<(), Infallible> {
        while read(FLAGS) & BUSY != 0 {}
        Ok(())
    }
}

fn read(register: usize) -> u32 {
    // SAFETY: an aligned device register of UART0, always mapped on this board; reading it has no side effect here.
    unsafe { core::ptr::with_exposed_provenance::<u32>(BASE + register).read_volatile() }
}

fn write(register: usize, value: u32) {
    // SAFETY: an aligned device register of UART0, always mapped on this board; no memory that Rust knows of is behind it.
    unsafe { core::ptr::with_exposed_provenance_mut::<u32>(BASE + register).write_volatile(value) }
}

const BASE: usize = 0x4000_C000;
const DATA: usize = 0x000;
const FLAGS: usize = 0x018;
const CONTROL: usize = 0x030;
const BUSY: u32 = 1 << 3;
const TRANSMIT_FULL: u32 = 1 << 5;
const UART_ENABLE: u32 = 1;
const TRANSMIT_ENABLE: u32 = 1 << 8;
