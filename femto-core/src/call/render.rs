//! What a frame takes as text only. Runs on the *caller*, before the claim of room: whatever a
//! `Display` logs is an ordinary call.

use core::fmt::{self, Write as _};

use super::keep::{Claim, keep_values};
use crate::frame::MAX_VALUES;
use crate::{Record, Value};

/// The [`Keep`](super::Keep) of all statements with something to render. Only they refer to it.
pub(super) fn keep_rendered(record: &Record<'_>, claim: Claim<'_, '_>) {
    let values = record.values();
    let mut text = heapless::String::<TEXT_BYTES>::new();
    let mut is_cut = record.is_cut();
    let mut ends = [0; MAX_VALUES];
    for (value, end) in values.iter().zip(&mut ends) {
        if let Value::Arguments(arguments) = value {
            let mut out = Cutting { text: &mut text, is_cut };
            // A `Display` that fails leaves what it wrote.
            let _ = out.write_fmt(**arguments);
            is_cut = out.is_cut;
        }
        *end = text.len();
    }
    let mut room = [Value::None; MAX_VALUES];
    let mut start = 0;
    for ((slot, &value), &end) in room.iter_mut().zip(values).zip(&ends) {
        *slot = match value {
            Value::Arguments(_) => Value::Rendered(text.get(start..end).unwrap_or("")),
            other => other,
        };
        start = end;
    }
    // More than there is room for are given back as they are: nobody keeps so many.
    let values = room.get(..values.len()).unwrap_or(values);
    keep_values(record, values, is_cut, claim);
}

/// Takes what fits, up to a character boundary, and then no more.
///
/// It never fails: a `Display` that unwraps the result of its writes must not panic.
pub(crate) struct Cutting<'t, const N: usize> {
    pub(crate) text: &'t mut heapless::String<N>,
    pub(crate) is_cut: bool,
}

impl<const N: usize> fmt::Write for Cutting<'_, N> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        if !self.is_cut {
            let room = N - self.text.len();
            let fits = text.get(..text.floor_char_boundary(room)).unwrap_or("");
            self.is_cut = fits.len() < text.len();
            let _ = self.text.push_str(fits);
        }
        Ok(())
    }
}

/// Room for the texts that one record has to render.
const TEXT_BYTES: usize = 128;

#[cfg(test)]
mod tests {
    use std::string::String;
    use std::vec::Vec;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_rendered_is_the_longest_prefix_that_fits(texts: Vec<String>) {
            let mut text = heapless::String::<16>::new();
            let mut out = Cutting { text: &mut text, is_cut: false };
            let whole = texts.concat();
            texts.iter().for_each(|text| out.write_str(text).unwrap());
            let is_cut = out.is_cut;
            prop_assert_eq!(text.as_str(), &whole[..whole.floor_char_boundary(16)]);
            prop_assert_eq!(is_cut, whole.len() > 16);
        }
    }
}
