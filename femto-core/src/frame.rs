//! Frame: the record as it leaves its thread or interrupt, arguments as typed values.
//!
//! Written by the *caller* into room of a ring; read by the *collector* or *drain*. Two encodings:
//! [`local`] in words for readers of the same image, [`portable`] in bytes for everybody else. Both
//! begin with the same words, so that one ring holds both.

pub mod address;
pub mod local;
pub mod portable;
pub mod retained;
mod shape;
pub mod wire;

pub use shape::Shape;
pub(crate) use shape::{ASKING, LOST};

use core::fmt;

use crate::atomic::{AtomicWord, Ordering, WORD_BYTES, Word};
use crate::{Level, Value};

/// The most values, arguments and key-values together, that a local frame carries one by one.
pub const MAX_VALUES: usize = 16;

/// The first word of every frame: its length in words, level, number of values, and flags.
///
/// Zero is no header: it marks room that is claimed and not yet committed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// Length of the frame in words, this one included.
    pub words: usize,
    /// The record's level.
    pub level: Level,
    /// Number of values of a local frame.
    pub values: usize,
    /// What kind of frame it is.
    pub kind: Kind,
    /// The call site's index, where the width of a word leaves room for it.
    pub site: u32,
}

/// What follows a frame's first word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Kind {
    /// A record in words, for readers of the same image.
    Local,
    /// A record in words, whose text was cut to fit.
    LocalCut,
    /// A record in bytes.
    Portable,
    /// Nothing: the rest of the ring before it starts over.
    Padding,
    /// A record too large for the ring, kept beside it.
    Aside,
    /// Bytes of one raw frame of the defmt crate, behind two that are not part of it; `values` says how
    /// many of the last word's bytes are not either.
    Defmt,
    /// A record in words, and behind its values, as a [`portable`] frame, what surrounds it.
    Extended,
}

impl Header {
    /// Whether some of the record's text was cut.
    pub(crate) const fn is_cut(self) -> bool {
        match self.kind {
            Kind::LocalCut => true,
            Kind::Portable => self.values & Self::IS_CUT != 0,
            _ => false,
        }
    }

    /// In `values` of a portable frame of a ring, added up: its text was cut.
    pub const IS_CUT: usize = 1;
    /// Likewise: its time is in nanoseconds since the Unix epoch, not in ticks of the clock.
    pub const IN_NANOS: usize = 2;
    /// Likewise: since the boot of another machine, not since the epoch.
    pub const SINCE_BOOT: usize = 4;
    /// Likewise: it was made before the program last started.
    pub const IS_RECOVERED: usize = 8;

    /// Longest frame that a header can tell, in words.
    pub const MAX_WORDS: usize = if WORD_BYTES == 8 { 0xffff } else { 0xfff };
    pub(crate) const LENGTH_BITS: u32 = Self::MAX_WORDS.trailing_ones();
    /// The bit where the kind begins.
    pub(crate) const KIND_AT: u32 = 29;

    /// The header as a word; never zero.
    #[inline(always)]
    #[must_use]
    pub const fn to_word(self) -> Word {
        let low = self.words as u32
            | (self.level.number() as u32) << Self::LENGTH_BITS
            | (self.values as u32) << (Self::LENGTH_BITS + 8);
        let kind = self.kind as Word;
        #[cfg(target_pointer_width = "64")]
        let word = low as Word | kind << Self::KIND_AT | (self.site as Word) << 32;
        #[cfg(not(target_pointer_width = "64"))]
        let word = low | kind << Self::KIND_AT;
        word
    }

    /// The word of a header of [`Kind::Local`] whose lower half is given.
    #[inline(always)]
    pub(crate) fn word_of(low: u32, site: u32) -> Word {
        #[cfg(target_pointer_width = "64")]
        let word = Word::from(low) | Word::from(site) << 32;
        #[cfg(not(target_pointer_width = "64"))]
        let word = (low, site).0;
        word
    }

    /// The header that `word` holds, `None` if it is not one.
    #[inline]
    #[must_use]
    pub const fn from_word(word: Word) -> Option<Self> {
        let low = word as u32;
        let kind = match low >> Self::KIND_AT {
            0 => Kind::Local,
            1 => Kind::LocalCut,
            2 => Kind::Portable,
            3 => Kind::Padding,
            4 => Kind::Aside,
            5 => Kind::Defmt,
            6 => Kind::Extended,
            _ => return None,
        };
        let words = low as usize & Self::MAX_WORDS;
        if words == 0 {
            return None;
        }
        Some(Self {
            words,
            level: Level::new((low >> Self::LENGTH_BITS) as u8),
            values: (low >> (Self::LENGTH_BITS + 8)) as usize & 0x1f,
            kind,
            #[cfg(target_pointer_width = "64")]
            site: (word >> 32) as u32,
            #[cfg(not(target_pointer_width = "64"))]
            site: 0,
        })
    }
}

/// Puts words into claimed room, one after the other.
///
/// Room is claimed for the exact length beforehand; what would go beyond it is left out.
#[derive(Debug)]
pub struct Writer<'r> {
    room: &'r [AtomicWord],
}

impl<'r> Writer<'r> {
    /// Writes to `room`, leaving out its first word: the header, which the ring writes at last.
    #[inline(always)]
    #[must_use]
    pub fn new(room: &'r [AtomicWord]) -> Self {
        Self::after_header(room.get(1..).unwrap_or_default())
    }

    /// Writes to `rest`, which the header is not part of.
    #[inline(always)]
    pub(crate) fn after_header(rest: &'r [AtomicWord]) -> Self {
        Self { room: rest }
    }

    /// Puts one word.
    #[inline(always)]
    pub fn word(&mut self, word: Word) {
        if let [slot, rest @ ..] = self.room {
            slot.store(word, Ordering::Relaxed);
            self.room = rest;
        }
    }

    /// Puts words that hold little-endian bytes, all or nothing.
    #[cfg(feature = "defmt-global-logger")]
    #[inline(always)]
    pub(crate) fn words(&mut self, words: &[Word]) {
        let Some((room, left)) = self.room.split_at_checked(words.len()) else { return };
        self.room = left;
        for (slot, word) in room.iter().zip(words) {
            slot.store(Word::from_le(*word), Ordering::Relaxed);
        }
    }

    /// Puts 64 bits: one word or two, low half first.
    #[inline(always)]
    pub fn wide(&mut self, wide: u64) {
        self.word(wide as Word);
        if WORD_BYTES == 4 {
            self.word((wide >> 32) as Word);
        }
    }

    /// Puts the length and the bytes of a text, all or nothing: one check, for all of its words.
    #[inline(always)]
    pub(crate) fn text(&mut self, bytes: &[u8]) {
        let (chunks, rest) = bytes.as_chunks();
        let words = 1 + words_for(bytes.len());
        let Some((room, left)) = self.room.split_at_checked(words) else { return };
        self.room = left;
        let [length, room @ ..] = room else { return };
        length.store(bytes.len() as Word, Ordering::Relaxed);
        for (slot, chunk) in room.iter().zip(chunks) {
            slot.store(Word::from_le_bytes(*chunk), Ordering::Relaxed);
        }
        if let ([_, ..], [.., last]) = (rest, room) {
            last.store(partial_word(rest), Ordering::Relaxed);
        }
    }

    /// Puts bytes, filled up with zeros to whole words.
    #[inline(always)]
    pub fn bytes(&mut self, bytes: &[u8]) {
        let (chunks, rest) = bytes.as_chunks();
        // One check for all of them, where there is room for all.
        let (room, left) = self.room.split_at(chunks.len().min(self.room.len()));
        for (slot, chunk) in room.iter().zip(chunks) {
            slot.store(Word::from_le_bytes(*chunk), Ordering::Relaxed);
        }
        self.room = left;
        if !rest.is_empty() {
            self.word(last_word(bytes, rest));
        }
    }
}

/// Puts the words of a frame, all but the first, into claimed room.
///
/// A trait rather than a closure, so that [`local::Event`]'s is compiled into each statement, where
/// the kinds of its values are known.
pub trait Encode {
    /// Puts the words.
    fn encode(self, to: &mut Writer<'_>);
}

impl<F: FnOnce(&mut Writer<'_>)> Encode for F {
    #[inline(always)]
    fn encode(self, to: &mut Writer<'_>) {
        self(to);
    }
}

/// Up to a word's bytes as a word, zeros above.
#[inline(always)]
fn partial_word(bytes: &[u8]) -> Word {
    bytes.iter().rev().fold(0, |word, &byte| word << 8 | Word::from(byte))
}

/// [`partial_word`] of the `rest` that `bytes` end with.
#[inline(always)]
fn last_word(bytes: &[u8], rest: &[u8]) -> Word {
    match bytes.last_chunk() {
        // Bytes that are in the word before are shifted out.
        Some(last) if WORD_BYTES == 8 => {
            Word::from_le_bytes(*last) >> (8 * (WORD_BYTES - rest.len()))
        }
        _ => partial_word(rest),
    }
}

/// Words that `bytes` bytes fill.
#[inline(always)]
pub(crate) const fn words_for(bytes: usize) -> usize {
    bytes.div_ceil(WORD_BYTES)
}

/// The bytes are not a frame of this version, or a damaged one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FrameError {
    /// The frame ends before its contents do.
    Short,
    /// A version that this decoder does not know.
    Version(u8),
    /// A value of a kind that this decoder does not know.
    Kind(u8),
    /// A style of template that this decoder does not know.
    Style(u8),
    /// A text that is not UTF-8, or a character that does not exist.
    Text,
    /// A reference to a call site or logger that this image does not have.
    Reference,
    /// A reference by an index into a table of the program that wrote it, as those of 64 bits have.
    Index,
}

impl fmt::Display for FrameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Short => f.write_str("the frame ends before its contents do"),
            Self::Version(version) => {
                write!(f, "frame version {version} is not known, only {}", portable::VERSION)
            }
            Self::Kind(kind) => write!(f, "a value of kind {kind} is not known"),
            Self::Style(style) => write!(f, "a template of style {style} is not known"),
            Self::Text => f.write_str("a text in the frame is not UTF-8"),
            Self::Reference => f.write_str("the frame names a call site of another image"),
            Self::Index => f.write_str(
                "a frame of a 64-bit program names its call site by an index, which only that program knows",
            ),
        }
    }
}

impl core::error::Error for FrameError {}

/// The kinds of values as numbers: five bits, the same in both encodings.
pub(crate) mod tag {
    use super::Value;

    pub(crate) const NONE: u8 = 0;
    pub(crate) const FALSE: u8 = 1;
    pub(crate) const TRUE: u8 = 2;
    pub(crate) const I8: u8 = 3;
    pub(crate) const I16: u8 = 4;
    pub(crate) const I32: u8 = 5;
    pub(crate) const I64: u8 = 6;
    pub(crate) const U8: u8 = 7;
    pub(crate) const U16: u8 = 8;
    pub(crate) const U32: u8 = 9;
    pub(crate) const U64: u8 = 10;
    pub(crate) const F32: u8 = 11;
    pub(crate) const F64: u8 = 12;
    pub(crate) const CHAR: u8 = 13;
    pub(crate) const I128: u8 = 14;
    pub(crate) const U128: u8 = 15;
    pub(crate) const STR: u8 = 16;
    pub(crate) const BYTES: u8 = 17;
    pub(crate) const RENDERED: u8 = 18;
    pub(crate) const HEXDUMP: u8 = 19;
    /// What later versions may add, with a length before it in portable frames.
    pub(crate) const LATER: u8 = 20;
    pub(crate) const LAST: u8 = 31;

    /// The kind of `value`. What is still to be rendered counts as rendered text.
    #[inline(always)]
    pub(crate) const fn of(value: &Value<'_>) -> u8 {
        let kind = match value {
            Value::None => NONE,
            Value::Bool(_) => FALSE,
            Value::I8(_) => I8,
            Value::I16(_) => I16,
            Value::I32(_) => I32,
            Value::I64(_) => I64,
            Value::U8(_) => U8,
            Value::U16(_) => U16,
            Value::U32(_) => U32,
            Value::U64(_) => U64,
            #[cfg(feature = "float")]
            Value::F32(_) => F32,
            #[cfg(feature = "float")]
            Value::F64(_) => F64,
            Value::Char(_) => CHAR,
            #[cfg(feature = "int128")]
            Value::I128(_) => I128,
            #[cfg(feature = "int128")]
            Value::U128(_) => U128,
            Value::Str(_) => STR,
            Value::Bytes(_) => BYTES,
            Value::Hexdump(_) => HEXDUMP,
            Value::Rendered(_) | Value::Arguments(_) => RENDERED,
        };
        // Apart, so that what is above becomes a table.
        if matches!(value, Value::Bool(true)) { TRUE } else { kind }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_reads_back_and_is_never_zero() {
        for tag in 0..=5 {
            let Some(Header { kind, .. }) = Header::from_word(1 | tag << 29) else {
                unreachable!()
            };
            assert_eq!(kind as Word, tag);
            for (words, level, values) in [(1, 0, 0), (Header::MAX_WORDS, 255, 16)] {
                let site = if WORD_BYTES == 8 { 0x89ab_cdef } else { 0 };
                let header = Header { words, level: Level::new(level), values, kind, site };
                assert_ne!(header.to_word(), 0);
                assert_eq!(Header::from_word(header.to_word()), Some(header));
            }
        }
        assert_eq!(Header::from_word(0), None);
    }
}
