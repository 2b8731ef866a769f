//! Wire: portable frames on a byte stream that may lose, flip or invent bytes, such as a UART.
//!
//! Written by the *drain* or a direct handler, after the formatter's place in the pipeline; read on a
//! host by [`Decoder`], which finds every frame that came through whole whatever lies between.
//!
//! Each frame is `0x00`, the payload and its checksum in COBS (Cheshire and Baker, *Consistent
//! Overhead Byte Stuffing*, 1999), `0x00`: no zero is inside, so a reader that lost its place finds it
//! again at the next zero. The payload of version 1, little-endian:
//!
//! | offset | size | field |
//! |---|---|---|
//! | 0 | 1 | version |
//! | 1 | 1 | flags: 1 text was cut, 2 recovered, 4 time counts from the Unix epoch, 8 by address |
//! | 2 | 4 | sequence: frames that this writer began before, modulo 2^32 |
//! | 6 | 4 | ticks of the time per second; 0: there is no time |
//! | 10 | | a [portable](super::portable) frame, or one by address |
//! | end | 4 | CRC-32C (polynomial 0x1EDC6F41, reflected) of all before |
//!
//! A frame by address is level (`u8`), number of values (`u8`), address of the call site (`u32`), address
//! of the logger (`u32`), time (`u64`), and the values, in the encoding of portable frames. Only a reader
//! that has the program's ELF knows what the [addresses](super::address) mean.
//!
//! A reader ignores flags that it does not know.

mod decoder;
mod encoder;

pub use decoder::{Addressed, Decoder, Garbage, Packet, WireError};
pub use encoder::WireFormatter;

/// The version that this crate writes.
pub const VERSION: u8 = 1;

const IS_CUT: u8 = 1;
const IS_RECOVERED: u8 = 2;
const IS_SINCE_EPOCH: u8 = 4;
const IS_BY_ADDRESS: u8 = 8;

/// Bytes before the portable frame.
const HEAD: usize = 10;

/// Without a table, which would cost a microcontroller a KiB.
static CRC: crc::Crc<u32, crc::NoTable> = crc::Crc::<u32, crc::NoTable>::new(&crc::CRC_32_ISCSI);
/// Bytes of the checksum.
const CRC_BYTES: usize = size_of::<u32>();
