//! What a frame takes as text only, or does not take whole. Runs on the *caller*, before the claim
//! of room: whatever a `Display` logs is an ordinary call.

use core::fmt::{self, Write as _};
use core::sync::atomic::Ordering;

use super::RingHandler;
use crate::Value;
use crate::atomic::WORD_BYTES;
use crate::frame::local::Event;
use crate::frame::{Kind, MAX_VALUES, words_for};

impl<const WORDS: usize> RingHandler<WORDS> {
    /// Renders what has no typed encoding, and cuts texts until the frame fits.
    #[cold]
    #[inline(never)]
    pub(super) fn put_rendered(&self, event: Event<'_>) {
        if event.values.len() > MAX_VALUES {
            self.count_dropped();
            return;
        }
        let mut text = heapless::String::<TEXT_BYTES>::new();
        let mut is_cut = false;
        let mut ends = [0; MAX_VALUES];
        for (value, end) in event.values.iter().zip(&mut ends) {
            if let Value::Arguments(arguments) = value {
                let mut out = Cutting { text: &mut text, is_cut };
                // A `Display` that fails leaves what it wrote.
                let _ = out.write_fmt(**arguments);
                is_cut = out.is_cut;
            }
            *end = text.len();
        }
        let mut room = [Value::None; MAX_VALUES];
        let values = &mut room[..event.values.len()];
        let mut start = 0;
        for ((value, &original), &end) in values.iter_mut().zip(event.values).zip(&ends) {
            *value = match original {
                Value::Arguments(_) => Value::Rendered(text.get(start..end).unwrap_or("")),
                other => other,
            };
            start = end;
        }
        let words = Event { values, ..event }.words();
        let mut excess = words.saturating_sub(Self::LIMIT);
        is_cut |= excess > 0;
        // From the end: what comes first in a message says most.
        for value in values.iter_mut().rev() {
            excess -= cut(value, excess);
        }
        if excess > 0 {
            self.count_dropped();
            return;
        }
        if is_cut {
            self.state().cut.fetch_add(1, Ordering::Relaxed);
        }
        let event = Event { values, ..event };
        self.put_event(&event, event.words(), if is_cut { Kind::LocalCut } else { Kind::Local });
    }
}

/// Shortens a text by up to `excess` words, at a character boundary; answers by how many.
fn cut(value: &mut Value<'_>, excess: usize) -> usize {
    let keep = |length| words_for(length).saturating_sub(excess).saturating_mul(WORD_BYTES);
    let (before, after) = match value {
        Value::Str(text) | Value::Rendered(text) => {
            let before = text.len();
            *text = &text[..text.floor_char_boundary(keep(before))];
            (before, text.len())
        }
        Value::Bytes(bytes) | Value::Hexdump(bytes) => {
            let before = bytes.len();
            *bytes = &bytes[..keep(before).min(before)];
            (before, bytes.len())
        }
        _ => return 0,
    };
    (words_for(before) - words_for(after)).min(excess)
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
            let fits = &text[..text.floor_char_boundary(N - self.text.len())];
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
        fn a_cut_text_is_a_prefix_and_saves_what_it_says(text: String, excess in 0..40_usize) {
            let mut value = Value::Str(&text);
            let saved = cut(&mut value, excess);
            let Value::Str(left) = value else { unreachable!() };
            prop_assert!(text.starts_with(left));
            prop_assert_eq!(saved, (words_for(text.len()) - words_for(left.len())).min(excess));
            // As much as was asked, or all there was.
            prop_assert_eq!(saved, excess.min(words_for(text.len())));
            // Not more than a word and a character beyond it.
            let least = (words_for(text.len()) - saved) * WORD_BYTES;
            prop_assert!(left.len() + 3 >= least.min(text.len()));
        }

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
