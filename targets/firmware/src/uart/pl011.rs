//! UART0 of the LM3S6965, an ARM PL011 (its *Technical Reference Manual* names the registers).

use crate::register::Register;

pub(super) fn enable() {
    CONTROL.write(UART_ENABLE | TRANSMIT_ENABLE | RECEIVE_ENABLE);
}

pub(super) fn put(byte: u8) {
    while FLAGS.read() & TRANSMIT_FULL != 0 {}
    DATA.write(byte.into());
}

pub(super) fn flush() {
    while FLAGS.read() & BUSY != 0 {}
}

pub(super) fn has_byte() -> bool {
    FLAGS.read() & RECEIVE_EMPTY == 0
}

pub(super) fn byte() -> u8 {
    DATA.read() as u8
}

const BASE: usize = 0x4000_C000;
const DATA: Register<u32> = Register::at(BASE);
const FLAGS: Register<u32> = Register::at(BASE + 0x018);
const CONTROL: Register<u32> = Register::at(BASE + 0x030);

const BUSY: u32 = 1 << 3;
const RECEIVE_EMPTY: u32 = 1 << 4;
const TRANSMIT_FULL: u32 = 1 << 5;

const UART_ENABLE: u32 = 1;
const TRANSMIT_ENABLE: u32 = 1 << 8;
const RECEIVE_ENABLE: u32 = 1 << 9;
