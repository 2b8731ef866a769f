//! Shape: what the compiler knows of a local frame where its statement stands.
//!
//! Made on the *caller*: kinds and number of the values are known when a statement is compiled, so
//! that length, header and kinds are constants there, but for the lengths of texts.

use super::local::{FIXED_WORDS, tag_words, value_words};
use super::{Header, tag, words_for};
use crate::{Level, Value};

/// Length, level and number of the values of a frame that is still to be written: a header without
/// call site, of length 0 if the length has yet to be found out.
#[derive(Clone, Copy, Debug)]
pub struct Shape(u32);

impl Shape {
    /// The shape of a record, and the kinds of its values. More than four values, and those that have
    /// to be rendered, are left to be looked at later.
    #[inline(always)]
    pub(crate) fn of<const N: usize>(level: Level, values: &[Value<'_>; N]) -> (Self, u32) {
        // Spelled out, as no loop becomes a constant when optimising for size.
        let (words, kinds) = match values.as_slice() {
            [] => (Some(0), 0),
            [a] => (size(a), kind(a, 0)),
            [a, b] => (sum(size(a), size(b)), kind(a, 0) | kind(b, 1)),
            [a, b, c] => {
                (sum(sum(size(a), size(b)), size(c)), kind(a, 0) | kind(b, 1) | kind(c, 2))
            }
            [a, b, c, d] => (
                sum(sum(size(a), size(b)), sum(size(c), size(d))),
                kind(a, 0) | kind(b, 1) | kind(c, 2) | kind(d, 3),
            ),
            _ => (None, 0),
        };
        let fixed = FIXED_WORDS + tag_words(N);
        let words = match words {
            Some(words) => words + fixed,
            None => 0,
        };
        let count = if N < 32 { N as u32 } else { 31 };
        let head = words as u32
            | u32::from(level.number()) << Header::LENGTH_BITS
            | count << (Header::LENGTH_BITS + 8);
        (Self(head), kinds)
    }

    /// The shape of a record whose length was found out. What is longer than any frame asks in vain.
    pub(crate) fn with(level: Level, words: usize) -> Self {
        Self(words.min(LONGEST) as u32 | u32::from(level.number()) << Header::LENGTH_BITS)
    }

    /// The shape of a record that is cut. A handler that takes it counts that.
    pub(crate) const fn cut(self) -> Self {
        Self(self.0 | CUT as u32)
    }

    /// The claim of a record that cannot be kept. The handler counts it.
    pub(crate) fn lost(level: Level) -> Self {
        Self::with(level, 0).cut()
    }

    /// The claim of somebody who asks how many words the handler takes: so many are the answer.
    pub(crate) fn asking(level: Level) -> Self {
        Self(Self::with(level, 0).0 | Header::MAX_WORDS as u32)
    }

    /// The frame's length in words, 0 if it has yet to be found out; more than any frame's for
    /// [`Shape::rare`].
    #[inline(always)]
    pub(crate) const fn words(self) -> usize {
        self.0 as usize & Header::MAX_WORDS
    }

    /// What a shape means whose length is that of no frame.
    pub(crate) const fn rare(self) -> Rare {
        match self.words() {
            Header::MAX_WORDS => Rare::Asking,
            CUT => Rare::Lost,
            words if words & CUT != 0 => Rare::Cut(words & !CUT),
            _ => Rare::TooLong,
        }
    }

    /// The record's level.
    #[inline(always)]
    pub(crate) const fn level(self) -> Level {
        Level::new((self.0 >> Header::LENGTH_BITS) as u8)
    }

    /// The header's half without the call site.
    #[inline(always)]
    pub(crate) const fn head(self) -> u32 {
        self.0
    }
}

/// A claim that is out of the ordinary.
pub(crate) enum Rare {
    /// [`Shape::asking`].
    Asking,
    /// [`Shape::lost`].
    Lost,
    /// [`Shape::cut`], and the words left.
    Cut(usize),
    /// More than fits into a frame, or not found out.
    TooLong,
}

/// Added to the length of what is cut.
const CUT: usize = Header::MAX_WORDS / 2 + 1;
/// The longest length that is told, in words.
const LONGEST: usize = CUT - 2;

/// The words of a value, `None` if it has to be rendered.
#[inline(always)]
fn size(value: &Value<'_>) -> Option<usize> {
    match value {
        Value::Arguments(_) => None,
        Value::Str(text) | Value::Rendered(text) => text_size(text.len()),
        Value::Bytes(bytes) | Value::Hexdump(bytes) => text_size(bytes.len()),
        other => Some(value_words(other)),
    }
}

#[inline(always)]
fn text_size(bytes: usize) -> Option<usize> {
    Some(1 + words_for(if bytes < LONGEST_TEXT { bytes } else { LONGEST_TEXT }))
}

/// Far more than any handler takes uncut, in bytes. So bounded, four of them are told apart from what is
/// cut.
const LONGEST_TEXT: usize = 1000;

#[inline(always)]
fn sum(a: Option<usize>, b: Option<usize>) -> Option<usize> {
    Some(a? + b?)
}

#[inline(always)]
fn kind(value: &Value<'_>, index: u32) -> u32 {
    u32::from(tag::of(value)) << (5 * index)
}
