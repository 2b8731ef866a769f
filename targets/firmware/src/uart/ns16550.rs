//! The UART of QEMU's RISC-V `virt` machine, an NS16550A (its data sheet names the registers). It is on after a reset.

use crate::register::Register;

pub(super) fn enable() {}

pub(super) fn put(byte: u8) {
    while LINE_STATUS.read() & TRANSMIT_EMPTY == 0 {}
    DATA.write(byte);
}

pub(super) fn flush() {
    while LINE_STATUS.read() & IDLE == 0 {}
}

pub(super) fn has_byte() -> bool {
    LINE_STATUS.read() & RECEIVED != 0
}

pub(super) fn byte() -> u8 {
    DATA.read()
}

const BASE: usize = 0x1000_0000;
const DATA: Register<u8> = Register::at(BASE);
const LINE_STATUS: Register<u8> = Register::at(BASE + 5);

const RECEIVED: u8 = 1;
const TRANSMIT_EMPTY: u8 = 1 << 5;
const IDLE: u8 = 1 << 6;
