//! Wire: frames on a byte stream that may lose, flip or invent bytes, such as a UART.
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
//! | 1 | 1 | flags: 1 text was cut, 2 recovered, 4 time counts from the Unix epoch, 8 from a ring, 16 about the writer, 32 words of 64 bits |
//! | 2 | 4 | sequence: records of this writer before this one, modulo 2^32 |
//! | 6 | | what the flags say |
//! | end | 4 | CRC-32C (polynomial 0x1EDC6F41, reflected) of all before |
//!
//! [`WireFormatter`] writes records *spelled out*: ticks of the time per second (`u32`; 0: there is no
//! time), then a [portable](super::portable) frame.
//!
//! [`RingHandler::drain_frames`](crate::RingHandler::drain_frames) writes frames *from a ring*: the words
//! of a [local](super::local) frame, with its header, as they lay there; or where the header says so a
//! portable frame behind that header. What local frames refer to only a reader that has the program's ELF
//! knows ([addresses](super::address)), and what their time counts only one that was told *about the
//! writer*, which is no record and says in words of 32 bits: the address of
//! [`MARK`](super::address::MARK); ticks of the clock per second, 64 bits, 0 without a clock; and where
//! flag 4 is set the time of tick 0 since the Unix epoch, seconds in 64 bits and nanoseconds. It comes
//! before the first record of a ring and then every 32nd, and after a loss.
//!
//! A reader ignores flags that it does not know.

mod crc;
mod decoder;
mod encoder;
mod ring;
mod stuffed;

use self::crc::Crc;
pub use decoder::{About, Decoder, Garbage, Packet, Payload, WireError};
pub use encoder::WireFormatter;
pub(crate) use ring::{send_about, send_words};

/// The version that this crate writes.
pub const VERSION: u8 = 1;

const IS_CUT: u8 = 1;
const IS_RECOVERED: u8 = 2;
const IS_SINCE_EPOCH: u8 = 4;
const IS_FROM_RING: u8 = 8;
const IS_ABOUT: u8 = 16;
const HAS_WIDE_WORDS: u8 = 32;

/// Bytes before what the flags say.
const HEAD: usize = 6;

/// Bytes of the checksum.
const CRC_BYTES: usize = size_of::<u32>();
