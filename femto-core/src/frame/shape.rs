//! Shape: what the compiler knows of a local frame where its statement stands.
//!
//! Made on the *caller*: kinds and number of the values are known when a statement is compiled, so
//! that length, header and kinds are constants there, but for the lengths of texts.

use super::local::{FIXED_WORDS, tag_words, value_words};
use super::{Header, tag};
use crate::atomic::{WORD_BYTES, Word};
use crate::{Level, Value};

/// Where the kinds begin in [`Shape::fixed`], if there is room for them.
const KINDS: u32 = if WORD_BYTES == 8 { 32 } else { 0 };

/// Length, level, number and kinds of the values of a frame that is still to be written.
#[derive(Clone, Copy, Debug)]
pub struct Shape {
    /// A header without call site; of length 0 if the length has yet to be found out.
    head: u32,
    /// The kinds of up to four values.
    kinds: u32,
}

impl Shape {
    /// The shape of a record. More than four values, and those that have to be rendered, are left
    /// to be looked at later.
    #[inline(always)]
    #[must_use]
    pub fn of<const N: usize>(level: Level, values: &[Value<'_>; N]) -> Self {
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
            Some(words) if words <= Header::MAX_WORDS - fixed => words + fixed,
            _ => 0,
        };
        let count = if N < 32 { N as u32 } else { 31 };
        let head = words as u32
            | u32::from(level.number()) << Header::LENGTH_BITS
            | count << (Header::LENGTH_BITS + 8);
        Self { head, kinds }
    }

    /// The frame's length in words, 0 if it has yet to be found out.
    #[inline(always)]
    pub(crate) const fn words(self) -> usize {
        self.head as usize & Header::MAX_WORDS
    }

    /// The record's level.
    #[inline(always)]
    pub(crate) const fn level(self) -> Level {
        Level::new((self.head >> Header::LENGTH_BITS) as u8)
    }

    /// What a handler has to know before the values: the header's half without the call site, and
    /// the kinds where they share a word with the route.
    #[inline(always)]
    pub(crate) const fn fixed(self) -> Word {
        if WORD_BYTES == 8 {
            self.head as Word | (self.kinds as Word) << KINDS
        } else {
            self.head as Word
        }
    }

    /// The shape that [`Shape::fixed`] was made of, so far as that tells.
    #[inline(always)]
    pub(crate) const fn from_fixed(word: Word) -> Self {
        Self { head: word as u32, kinds: (word >> KINDS) as u32 }
    }

    /// The header's half without the call site.
    #[inline(always)]
    pub(crate) const fn head(self) -> u32 {
        self.head
    }

    /// The kinds of the values.
    #[inline(always)]
    pub(crate) const fn kinds(self) -> u32 {
        self.kinds
    }
}

/// The words of a value, `None` if it has to be rendered or is far too long.
#[inline(always)]
fn size(value: &Value<'_>) -> Option<usize> {
    match value {
        Value::Arguments(_) => None,
        // Texts are the only ones with a length; so bounded, no sum overflows.
        other => Some(value_words(other)).filter(|&words| words <= Header::MAX_WORDS),
    }
}

#[inline(always)]
fn sum(a: Option<usize>, b: Option<usize>) -> Option<usize> {
    Some(a? + b?)
}

#[inline(always)]
fn kind(value: &Value<'_>, index: u32) -> u32 {
    u32::from(tag::of(value)) << (5 * index)
}
