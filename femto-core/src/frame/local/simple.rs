//! Frames of a few numbers, which the statement writes itself. Runs on the *caller*.

use super::read::{Reader, scalar};
use super::{FIXED_WORDS, References, tag_words};
use crate::Value;
use crate::atomic::{AtomicWord, Ordering, Word};
use crate::call::MAX_SIMPLE;

/// Writes all but header and time of a frame whose values are [`simple_words`]; `false`, and nothing,
/// if `room` is not what was claimed for them.
#[inline(always)]
pub(crate) fn write_simple<const N: usize>(
    room: &[AtomicWord],
    references: References,
    kinds: u32,
    words: &[Word; N],
) -> bool {
    let values = FIXED_WORDS + tag_words(N);
    if room.len() != values + N {
        return false;
    }
    references.write(room, kinds);
    let put = |slot: &AtomicWord, word| slot.store(word, Ordering::Relaxed);
    if tag_words(N) > 0 {
        put(&room[FIXED_WORDS], kinds as Word);
    }
    // Spelled out, as no loop is unrolled when optimising for size.
    match (&room[values..], words.as_slice()) {
        ([x], &[a]) => put(x, a),
        ([x, y], &[a, b]) => (put(x, a), put(y, b)).0,
        ([x, y, z], &[a, b, c]) => (put(x, a), put(y, b), put(z, c)).0,
        ([x, y, z, w], &[a, b, c, d]) => (put(x, a), put(y, b), put(z, c), put(w, d)).0,
        _ => {}
    }
    true
}

/// The values as words, if each is one word in a frame and there are few of them.
#[inline(always)]
pub(crate) fn simple_words<const N: usize>(values: &[Value<'_>; N]) -> Option<[Word; N]> {
    let mut words = [0; N];
    // Spelled out, as no loop becomes a constant when optimising for size.
    match (words.as_mut_slice(), values.as_slice()) {
        ([], []) => {}
        ([x], [a]) => *x = simple_word(a)?,
        ([x, y], [a, b]) => (*x, *y) = (simple_word(a)?, simple_word(b)?),
        ([x, y, z], [a, b, c]) => {
            (*x, *y, *z) = (simple_word(a)?, simple_word(b)?, simple_word(c)?);
        }
        ([x, y, z, w], [a, b, c, d]) => {
            (*x, *y) = (simple_word(a)?, simple_word(b)?);
            (*z, *w) = (simple_word(c)?, simple_word(d)?);
        }
        _ => return None,
    }
    Some(words)
}

/// Reads back what [`simple_words`] made.
pub(crate) fn simple_values<'a, 'r>(
    words: &[Word],
    kinds: u32,
    room: &'r mut [Value<'a>; MAX_SIMPLE],
) -> &'r [Value<'a>] {
    for (index, (value, word)) in room.iter_mut().zip(words).enumerate() {
        let tag = (kinds >> (5 * index)) as u8 & 0x1f;
        let _ = scalar(&mut Reader(&word.to_le_bytes()), tag, value);
    }
    &room[..words.len().min(MAX_SIMPLE)]
}

/// The value's word in a frame, if it is one word.
#[inline(always)]
fn simple_word(value: &Value<'_>) -> Option<Word> {
    Some(match *value {
        Value::I8(n) => n as Word,
        Value::I16(n) => n as Word,
        Value::I32(n) => n as Word,
        Value::U8(n) => n.into(),
        Value::U16(n) => n.into(),
        Value::U32(n) => n.into(),
        #[cfg(target_pointer_width = "64")]
        Value::I64(n) => n as Word,
        #[cfg(target_pointer_width = "64")]
        Value::U64(n) => n,
        Value::Char(c) => u32::from(c).into(),
        #[cfg(feature = "float")]
        Value::F32(n) => n.to_bits().into(),
        #[cfg(all(feature = "float", target_pointer_width = "64"))]
        Value::F64(n) => n.to_bits(),
        _ => return None,
    })
}
