//! Shortens the texts of a record that is too long for its ring. Runs on the *caller*.

use crate::Value;
use crate::atomic::WORD_BYTES;
use crate::frame::{MAX_VALUES, words_for};

/// Shortens the last of the values by `excess` words in all, into `room`; `None` if there is not that
/// much text, or there are too many values.
pub(super) fn cut_all<'a, 'r>(
    values: &[Value<'a>],
    mut excess: usize,
    room: &'r mut [Value<'a>; MAX_VALUES],
) -> Option<&'r [Value<'a>]> {
    let room = room.get_mut(..values.len())?;
    // From the end: what comes first in a message says most.
    for (short, value) in room.iter_mut().zip(values).rev() {
        *short = *value;
        excess -= cut(short, excess);
    }
    (excess == 0).then_some(room)
}

/// Shortens a text by up to `excess` words, at a character boundary; answers by how many.
fn cut(value: &mut Value<'_>, excess: usize) -> usize {
    let keep = |length| words_for(length).saturating_sub(excess) * WORD_BYTES;
    let (before, after) = match value {
        Value::Str(text) | Value::Rendered(text) => {
            let before = text.len();
            *text = text.get(..text.floor_char_boundary(keep(before))).unwrap_or("");
            (before, text.len())
        }
        Value::Bytes(bytes) | Value::Hexdump(bytes) => {
            let before = bytes.len();
            *bytes = bytes.get(..keep(before)).unwrap_or(bytes);
            (before, bytes.len())
        }
        _ => return 0,
    };
    (words_for(before) - words_for(after)).min(excess)
}

#[cfg(test)]
mod tests {
    use std::string::String;

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
    }
}
