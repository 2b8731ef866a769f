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
    /// The shape of a record, and the kinds of its values. More than four values, those that have to
    /// be rendered, and very long texts are left to be looked at later.
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
            Some(words) if words <= Header::MAX_WORDS - fixed => words + fixed,
            _ => 0,
        };
        let count = if N < 32 { N as u32 } else { 31 };
        let head = words as u32
            | u32::from(level.number()) << Header::LENGTH_BITS
            | count << (Header::LENGTH_BITS + 8);
        (Self(head), kinds)
    }

    /// The frame's length in words, 0 if it has yet to be found out.
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

/// The words of a value, `None` if it has to be rendered or is far too long.
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
    if bytes <= LONGEST_TEXT { Some(1 + words_for(bytes)) } else { None }
}

/// Far more than any handler takes uncut, in bytes. So bounded, no sum of lengths overflows.
const LONGEST_TEXT: usize = 1000;

#[inline(always)]
fn sum(a: Option<usize>, b: Option<usize>) -> Option<usize> {
    Some(a? + b?)
}

#[inline(always)]
fn kind(value: &Value<'_>, index: u32) -> u32 {
    u32::from(tag::of(value)) << (5 * index)
}
