//! The UART of the micro:bit's nRF51 (registers: *nRF51 Series Reference Manual*, chapter UART).

use crate::register::Register;

pub(super) fn enable() {
    ENABLE.write(ENABLED);
    START_TRANSMIT.write(1);
    START_RECEIVE.write(1);
}

/// The byte is on the wire when this returns.
pub(super) fn put(byte: u8) {
    TRANSMITTED.write(0);
    TRANSMIT.write(byte.into());
    while TRANSMITTED.read() == 0 {}
}

pub(super) fn flush() {}

pub(super) fn has_byte() -> bool {
    RECEIVED.read() != 0
}

pub(super) fn byte() -> u8 {
    RECEIVED.write(0);
    RECEIVE.read() as u8
}

const BASE: usize = 0x4000_2000;
const START_RECEIVE: Register<u32> = Register::at(BASE);
const START_TRANSMIT: Register<u32> = Register::at(BASE + 0x008);
const RECEIVED: Register<u32> = Register::at(BASE + 0x108);
const TRANSMITTED: Register<u32> = Register::at(BASE + 0x11C);
const ENABLE: Register<u32> = Register::at(BASE + 0x500);
const RECEIVE: Register<u32> = Register::at(BASE + 0x518);
const TRANSMIT: Register<u32> = Register::at(BASE + 0x51C);
const ENABLED: u32 = 4;
