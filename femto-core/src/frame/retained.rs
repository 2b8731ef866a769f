//! The retained encoding: a portable frame that proves itself whole, for RAM that outlives a reset.
//!
//! Written on the *caller* into a ring; read at the next boot, or on a host from a dump of the RAM.
//! Nothing but the frame itself is needed to find it, so whatever a reset did to its neighbours costs
//! no other record. In units of 32 bits, little-endian, on targets with words of 32 | 64 bits:
//!
//! | unit | field |
//! |---|---|
//! | 0 (and 1) | the ring's header: kind [`Kind::Portable`], length, level; one word |
//! | 1, 2 | check over all other units, in order |
//! | 2, 3 | position: words of the ring claimed before, since the RAM lost its power, modulo 2^32 |
//! | 3, 4 | number of the boot 16, flags 16: 1 text was cut, 2 time counts from the Unix epoch |
//! | 4, 5 | ticks of the clock per second, 0 without a clock |
//! | 5, 6 | the [portable](super::portable) frame, filled up with zeros to a word |

use super::portable::Portable;
use super::{FrameError, Kind, Writer};
use crate::atomic::{AtomicWord, Ordering, WORD_BYTES, Word};

/// One frame that was found whole.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Retained<'a> {
    /// Words claimed in its ring before it, modulo 2^32: tells which of two frames is older.
    pub position: u32,
    /// Number of the boot that it was written in, modulo 2^16, counted from 0.
    pub boot: u16,
    /// Whether text was cut off to make the record fit.
    pub is_cut: bool,
    /// Whether its time counts from the Unix epoch, rather than from that boot.
    pub is_since_epoch: bool,
    /// Ticks of its time per second, 0 if there was no clock.
    pub ticks_per_second: u32,
    /// The portable frame, and zeros up to a word.
    pub frame: &'a [u8],
}

impl<'a> Retained<'a> {
    /// Reads the frame that `bytes` begins with, from a target whose words have `word_bytes` bytes
    /// (4 or 8); `None` if there is none, or a damaged one. Total: any bytes will do.
    ///
    /// A damaged frame passes as whole once in 2^32 times, one with a single damaged unit never.
    #[must_use]
    pub fn read(bytes: &'a [u8], word_bytes: usize) -> Option<Self> {
        let (header, _) = bytes.split_first_chunk()?;
        let length = length_of(u32::from_le_bytes(*header), word_bytes)?;
        let (whole, frame) = bytes.get(..length)?.split_at_checked(word_bytes + FIXED_BYTES)?;
        let (header, fixed) = whole.split_at(word_bytes);
        let (fixed, _) = fixed.as_chunks();
        let [check, position, boot_and_flags, rate] = *fixed else { return None };
        let mut expected = Check::new();
        for unit in header.as_chunks().0.iter().chain(&fixed[1..]).chain(frame.as_chunks().0) {
            expected.unit(u32::from_le_bytes(*unit));
        }
        if expected.0 != u32::from_le_bytes(check) {
            return None;
        }
        let boot_and_flags = u32::from_le_bytes(boot_and_flags);
        Some(Self {
            position: u32::from_le_bytes(position),
            boot: boot_and_flags as u16,
            is_cut: boot_and_flags & IS_CUT != 0,
            is_since_epoch: boot_and_flags & IS_SINCE_EPOCH != 0,
            ticks_per_second: u32::from_le_bytes(rate),
            frame,
        })
    }

    /// Reads the record.
    ///
    /// # Errors
    /// [`FrameError`] if the frame, whole as it is, is of a version that this crate does not know.
    pub fn portable(&self) -> Result<Portable<'a>, FrameError> {
        Portable::read(self.frame)
    }

    /// Writes the frame into room that was claimed for it, the header at last.
    pub(crate) fn write(&self, header: Word, room: &[AtomicWord]) {
        let flag = |is_set, flag| if is_set { flag } else { 0 };
        let flags = flag(self.is_cut, IS_CUT) | flag(self.is_since_epoch, IS_SINCE_EPOCH);
        let boot_and_flags = u32::from(self.boot) | flags;
        let mut check = Check::new();
        check.word(header);
        check.unit(self.position);
        check.unit(boot_and_flags);
        check.unit(self.ticks_per_second);
        let (chunks, _) = self.frame.as_chunks();
        for (slot, chunk) in room.iter().skip(FIXED_WORDS).zip(chunks) {
            let word = Word::from_le_bytes(*chunk);
            check.word(word);
            slot.store(word, Ordering::Relaxed);
        }
        let mut fixed = Writer::new(room);
        fixed.wide(u64::from(check.0) | u64::from(self.position) << 32);
        fixed.wide(u64::from(boot_and_flags) | u64::from(self.ticks_per_second) << 32);
        if let [first, ..] = room {
            first.store(header, Ordering::Release);
        }
    }
}

/// Finds the frames in a dump of RAM, in the order of their addresses.
///
/// The dump may begin anywhere at or before the ring, as long as it begins at a multiple of four; it
/// may be all of a target's RAM. Sort by [`Retained::position`] for the order of writing (mind that it
/// wraps).
///
/// # Examples
/// ```
/// use femto_core::frame::retained::Dump;
///
/// let dump = [0x55; 4096];
/// assert_eq!(Dump::new(&dump).count(), 0);
/// ```
#[derive(Clone, Debug)]
pub struct Dump<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Dump<'a> {
    /// All frames of `bytes`.
    #[must_use]
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    /// Where the search goes on, in bytes: behind the frame that was found last.
    #[must_use]
    pub const fn at(&self) -> usize {
        self.at
    }
}

impl<'a> Iterator for Dump<'a> {
    type Item = Retained<'a>;

    fn next(&mut self) -> Option<Retained<'a>> {
        loop {
            let rest = self.bytes.get(self.at..).filter(|rest| !rest.is_empty())?;
            for word_bytes in [4, 8] {
                if let Some(found) = Retained::read(rest, word_bytes) {
                    self.at += word_bytes + FIXED_BYTES + found.frame.len();
                    return Some(found);
                }
            }
            self.at += 4;
        }
    }
}

/// The length in bytes that a header tells, of a frame of this encoding.
fn length_of(header: u32, word_bytes: usize) -> Option<usize> {
    let bits = if word_bytes == 8 { 16 } else { 12 };
    // Behind length and level: no values, and the kind.
    if header >> (bits + 8) != (Kind::Portable as u32) << (21 - bits) {
        return None;
    }
    Some((header as usize & ((1 << bits) - 1)) * word_bytes)
}

/// Bytes between the header and the portable frame.
const FIXED_BYTES: usize = 16;
/// Words before the portable frame.
pub(crate) const FIXED_WORDS: usize = 1 + FIXED_BYTES / WORD_BYTES;

const IS_CUT: u32 = 1 << 16;
const IS_SINCE_EPOCH: u32 = 2 << 16;

/// A checksum over units of 32 bits.
///
/// Each step is a bijection of the state and of the unit, so that one wrong unit never passes, and spreads
/// each bit of the unit over many of the state, so that no other bit or two hide it. It is half of the
/// finalizer of MurmurHash3: a caller has no time for a CRC without a table, nor the flash for the table.
pub(crate) struct Check(u32);

impl Check {
    pub(crate) const fn new() -> Self {
        Self(SEED)
    }

    #[inline(always)]
    pub(crate) const fn unit(&mut self, unit: u32) {
        let mixed = (self.0 ^ unit).wrapping_mul(0x85eb_ca6b);
        self.0 = (mixed ^ mixed >> 16).wrapping_mul(0xc2b2_ae35);
    }

    #[inline(always)]
    const fn word(&mut self, word: Word) {
        self.unit(word as u32);
        #[cfg(target_pointer_width = "64")]
        self.unit((word >> 32) as u32);
    }

    pub(crate) const fn sum(&self) -> u32 {
        self.0
    }
}

/// Stands for the layout of this file: another one needs another seed.
const SEED: u32 = 0x6674_6c32;

#[cfg(test)]
mod tests {
    use super::*;

    fn sum(units: [u32; 2]) -> u32 {
        let mut check = Check::new();
        units.iter().for_each(|unit| check.unit(*unit));
        check.sum()
    }

    /// Whatever one flipped bit changes, up to three flipped bits of the next unit do not take it back.
    #[test]
    fn a_flipped_bit_is_not_hidden_by_few_of_the_next_unit() {
        let bits = || (0..32).map(|bit| 1_u32 << bit);
        for start in [0, 0x1234_5678, u32::MAX] {
            let right = sum([start, start]);
            for flip in bits() {
                for (a, b, c) in bits()
                    .flat_map(|a| bits().map(move |b| (a, b)))
                    .flat_map(|(a, b)| bits().map(move |c| (a, b, c)))
                {
                    assert_ne!(
                        sum([start ^ flip, start ^ (a | b | c)]),
                        right,
                        "{flip:x} {a:x} {b:x} {c:x}"
                    );
                }
            }
        }
    }
}
