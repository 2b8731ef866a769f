//! From a payload to bytes on the wire. Runs on the *drain*, or on the caller of a direct handler.

use embedded_io::{ErrorType, Write};

use super::{Crc, VERSION};

/// Puts a payload, and its checksum, into COBS on its way to a sink. Short frames go there in one
/// piece.
pub(super) struct Stuffed<'w, W: Write> {
    sink: &'w mut W,
    /// What is not written yet. Not an array, which would have to be cleared first.
    out: heapless::Vec<u8, ROOM>,
    /// Where in `out` a group begins, with a place for its code, which is known at its end.
    group: usize,
    crc: Crc,
}

impl<'w, W: Write> Stuffed<'w, W> {
    pub(super) fn new(sink: &'w mut W) -> Self {
        Self { sink, out: heapless::Vec::new(), group: 0, crc: Crc::new() }
    }

    /// Begins the frame, once.
    pub(super) fn begin(&mut self, flags: u8, sequence: u32) -> Result<(), W::Error> {
        self.push(0); // before the frame
        self.begin_group();
        let [a, b, c, d] = sequence.to_le_bytes();
        self.write_all(&[VERSION, flags, a, b, c, d])
    }

    /// Ends the frame.
    pub(super) fn finish(&mut self) -> Result<(), W::Error> {
        let crc = self.crc.sum();
        self.write_all(&crc.to_le_bytes())?;
        self.end_group();
        self.push(0);
        self.sink.write_all(&self.out)
    }

    /// There is always room.
    fn push(&mut self, byte: u8) {
        let _ = self.out.push(byte);
    }

    fn begin_group(&mut self) {
        self.group = self.out.len();
        self.push(0);
    }

    /// Length of the group so far, its code included.
    fn group_length(&self) -> usize {
        self.out.len() - self.group
    }

    fn end_group(&mut self) {
        let code = self.group_length() as u8;
        if let Some(place) = self.out.get_mut(self.group) {
            *place = code;
        }
    }

    fn stuff(&mut self, byte: u8) -> Result<(), W::Error> {
        if byte != 0 {
            self.push(byte);
        }
        if byte == 0 || self.group_length() == LONGEST_GROUP {
            self.end_group();
            if self.out.len() > ROOM - LONGEST_GROUP - 1 {
                self.sink.write_all(&self.out)?;
                self.out.clear();
            }
            self.begin_group();
        }
        Ok(())
    }
}

impl<W: Write> ErrorType for Stuffed<'_, W> {
    type Error = W::Error;
}

impl<W: Write> Write for Stuffed<'_, W> {
    fn write(&mut self, bytes: &[u8]) -> Result<usize, W::Error> {
        for &byte in bytes {
            self.crc.byte(byte);
            self.stuff(byte)?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> Result<(), W::Error> {
        Ok(())
    }
}

/// A group's code and bytes.
const LONGEST_GROUP: usize = 255;
/// The longest group, the zero behind it, and a short frame before it.
const ROOM: usize = LONGEST_GROUP + 1 + 64;
