//! UART0 of the MPS2 boards, an APB UART (registers: *ARM Cortex-M System Design Kit*, chapter APB UART).

use crate::register::Register;

pub(super) fn enable() {
    BAUD_DIVISOR.write(SMALLEST_DIVISOR);
    CONTROL.write(TRANSMIT_ENABLE | RECEIVE_ENABLE);
}

pub(super) fn put(byte: u8) {
    while STATE.read() & TRANSMIT_FULL != 0 {}
    DATA.write(byte.into());
}

pub(super) fn flush() {
    while STATE.read() & TRANSMIT_FULL != 0 {}
}

pub(super) fn has_byte() -> bool {
    STATE.read() & RECEIVE_FULL != 0
}

pub(super) fn byte() -> u8 {
    DATA.read() as u8
}

#[cfg(board = "an386")]
const BASE: usize = 0x4000_4000;
/// The alias for the secure state, in which the board starts.
#[cfg(board = "an505")]
const BASE: usize = 0x5020_0000;

const DATA: Register<u32> = Register::at(BASE);
const STATE: Register<u32> = Register::at(BASE + 0x004);
const CONTROL: Register<u32> = Register::at(BASE + 0x008);
const BAUD_DIVISOR: Register<u32> = Register::at(BASE + 0x010);

const TRANSMIT_FULL: u32 = 1;
const RECEIVE_FULL: u32 = 1 << 1;

const TRANSMIT_ENABLE: u32 = 1;
const RECEIVE_ENABLE: u32 = 1 << 1;
const SMALLEST_DIVISOR: u32 = 16;
