//! Shape: what the compiler knows of a local frame where its statement stands.
//!
//! Made on the *caller*: kinds and number of the values are known when a statement is compiled, so
//! that length, header and kinds are constants there, but for the lengths of texts.

use super::local::{FIXED_WORDS, tag_words, value_words};
use super::{Header, Kind, tag, words_for};
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

    /// The shape of a record whose length was found out.
    pub(crate) const fn with(level: Level, words: usize) -> Self {
        let words = if words < LOST { words } else { 0 };
        Self(words as u32 | (level.number() as u32) << Header::LENGTH_BITS)
    }

    /// The shape of a record that is cut.
    pub(crate) const fn cut(self) -> Self {
        Self(self.0 | (Kind::LocalCut as u32) << Header::KIND_AT)
    }

    /// The claim of a record that cannot be kept. The handler counts it.
    pub(crate) const fn lost(level: Level) -> Self {
        Self(Self::with(level, 0).0 | LOST as u32)
    }

    /// The claim of somebody who asks how many words the handler takes: so many are the answer.
    pub(crate) const fn asking(level: Level) -> Self {
        Self(Self::with(level, 0).0 | ASKING as u32)
    }

    /// The frame's length in words, 0 if it has yet to be found out. [`LOST`] and [`ASKING`] are none.
    #[inline(always)]
    pub(crate) const fn words(self) -> usize {
        self.0 as usize & Header::MAX_WORDS
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

/// The length of [`Shape::asking`]: far more than any handler takes, as is the next.
pub(crate) const ASKING: usize = Header::MAX_WORDS;
/// The length of [`Shape::lost`].
pub(crate) const LOST: usize = ASKING - 1;

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

/// Far more than any handler takes, in bytes. So bounded, four of them are less than [`LOST`].
const LONGEST_TEXT: usize = 1000;

#[inline(always)]
fn sum(a: Option<usize>, b: Option<usize>) -> Option<usize> {
    Some(a? + b?)
}

#[inline(always)]
fn kind(value: &Value<'_>, index: u32) -> u32 {
    u32::from(tag::of(value)) << (5 * index)
}
