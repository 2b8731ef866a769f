//! Extra: what surrounds a record (context, span fields, the fields of another interface's event), as
//! it lies behind the frame's own values.
//!
//! Encoded on the *caller*, once where it can be; merged with the record's own key-values on the
//! *collector*, and for filters on the *caller*.

use core::fmt;

use femto_core::frame::portable::{Pairs, Portable, write_pair};
use femto_core::{Details, Value};
use smallvec::SmallVec;

/// Key-values, and a place in the source, as a portable frame that says nothing else.
#[derive(Clone, Default)]
pub(crate) struct Extra(Vec<u8>);

impl Extra {
    pub(crate) const fn new() -> Self {
        Self(Vec::new())
    }

    pub(crate) fn clear(&mut self) {
        self.0.truncate(HEAD.len());
        if let Some(count) = self.0.get_mut(COUNT_AT) {
            *count = 0;
        }
        if let Some(sections) = self.0.get_mut(SECTIONS_AT) {
            *sections = KEY_VALUES;
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.len() <= HEAD.len()
    }

    /// The frame; nothing if there is nothing in it.
    pub(crate) fn bytes(&self) -> &[u8] {
        if self.is_empty() { &[] } else { &self.0 }
    }

    /// Adds a pair, rendered already.
    pub(crate) fn push(&mut self, key: &str, value: &Value<'_>) {
        if self.count() < u8::MAX {
            self.begin();
            let Ok(()) = write_pair(key, value, &mut self.0);
            self.0[COUNT_AT] += 1;
        }
    }

    /// Adds a pair that something not typed is rendered for.
    pub(crate) fn push_rendered(
        &mut self,
        key: &str,
        value: fmt::Arguments<'_>,
        room: &mut String,
    ) {
        room.clear();
        crate::unwind::render(room, value);
        self.push(key, &Value::Str(room));
    }

    /// Adds all pairs of another, whatever their keys: who reads takes the first of each key.
    pub(crate) fn append(&mut self, other: &Self) {
        let count = self.count().checked_add(other.count());
        if let (Some(count), Some(pairs)) = (count, other.0.get(HEAD.len()..)) {
            self.begin();
            self.0.extend_from_slice(pairs);
            self.0[COUNT_AT] = count;
        } else {
            other.pairs().for_each(|(key, value)| self.push(key, &value));
        }
    }

    /// Adds those pairs of another whose keys are not here.
    pub(crate) fn append_missing(&mut self, other: &Self) {
        if self.is_empty() {
            return self.append(other);
        }
        other.pairs().for_each(|(key, value)| self.push_missing(key, &value));
    }

    /// Adds a pair if its key is not here.
    pub(crate) fn push_missing(&mut self, key: &str, value: &Value<'_>) {
        if self.pairs().all(|(known, _)| known != key) {
            self.push(key, value);
        }
    }

    /// Says where the record's statement stands. No pair may follow.
    pub(crate) fn set_location(&mut self, file: &str, line: u32) {
        self.begin();
        self.0[SECTIONS_AT] |= LOCATION;
        self.0.extend_from_slice(&(file.len() as u32).to_le_bytes());
        self.0.extend_from_slice(file.as_bytes());
        self.0.extend_from_slice(&line.to_le_bytes());
    }

    /// Keeps the pairs of those keys.
    #[cfg(feature = "tracing")]
    pub(crate) fn retain(&mut self, keep: impl Fn(&str) -> bool) {
        let all = core::mem::take(self);
        all.pairs().filter(|(key, _)| keep(key)).for_each(|(key, value)| self.push(key, &value));
    }

    /// Bytes that there is room for.
    pub(crate) fn capacity(&self) -> usize {
        self.0.capacity()
    }

    /// Gives up room beyond so many bytes, and what is in it.
    pub(crate) fn shrink(&mut self, bytes: usize) {
        if self.0.capacity() > bytes {
            *self = Self::new();
        }
    }

    pub(crate) fn pairs(&self) -> Pairs<'_> {
        Pairs::new(self.0.get(HEAD.len()..).unwrap_or_default())
    }

    fn count(&self) -> u8 {
        self.0.get(COUNT_AT).copied().unwrap_or(0)
    }

    fn begin(&mut self) {
        if self.0.is_empty() {
            self.0.reserve(ROOM);
            self.0.extend_from_slice(&HEAD);
        }
    }
}

impl fmt::Debug for Extra {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.pairs()).finish()
    }
}

/// The pairs of a record: few, most of the time.
pub(crate) type FewPairs<'a> = SmallVec<[(&'a str, Value<'a>); 8]>;

/// Completes a record's details by what `extra` says. Of pairs with one key the first counts: `own`
/// are the keys that the record has before those of `pairs`.
pub(crate) fn read<'a>(
    extra: &'a [u8],
    own: &[&str],
    pairs: &mut FewPairs<'a>,
    details: &mut Details<'a>,
) {
    let [head @ .., count] = extra.get(..HEAD.len()).unwrap_or_default() else { return };
    // A place comes behind the pairs, and is rare.
    if head[SECTIONS_AT] & LOCATION != 0
        && let Ok(frame) = Portable::read(extra)
    {
        details.location = frame.location;
    }
    pairs.reserve((*count).into());
    for (key, value) in Pairs::new(&extra[HEAD.len()..]).take((*count).into()) {
        if !own.contains(&key) && pairs.iter().all(|(known, _)| *known != key) {
            pairs.push((key, value));
        }
    }
}

/// Version 1, no level, a finished template, no arguments, a section of key-values; no time, name or
/// template; no pair yet.
const HEAD: [u8; 23] =
    [1, 0, 0, 0, KEY_VALUES, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
/// Bytes to begin with: enough for a few pairs.
const ROOM: usize = 160;
const SECTIONS_AT: usize = 4;
const COUNT_AT: usize = 22;
const KEY_VALUES: u8 = 1 << 1;
const LOCATION: u8 = 1 << 2;

#[cfg(test)]
mod tests {
    use super::*;

    fn all(extra: &Extra) -> String {
        let (mut pairs, mut details) = (FewPairs::new(), Details::default());
        read(extra.bytes(), &["own"], &mut pairs, &mut details);
        format!("{pairs:?} {:?}", details.location)
    }

    #[test]
    fn what_is_put_in_is_read_back_the_first_of_each_key() {
        let mut extra = Extra::new();
        assert!(extra.bytes().is_empty());
        extra.push("a", &Value::U8(1));
        extra.push("own", &Value::U8(1));
        let mut outer = Extra::new();
        outer.push("a", &Value::U8(2));
        outer.push("b", &Value::Str("x"));
        extra.append(&outer);
        assert_eq!(extra.pairs().count(), 4);
        extra.set_location("a.rs", 7);
        assert_eq!(all(&extra), r#"[("a", 1), ("b", "x")] Some(("a.rs", 7))"#);
        extra.clear();
        assert!(extra.bytes().is_empty());
        extra.append_missing(&outer);
        extra.append_missing(&outer);
        assert_eq!(all(&extra), r#"[("a", 2), ("b", "x")] None"#);
    }

    #[test]
    fn no_more_pairs_go_in_than_a_frame_can_count() {
        let (mut extra, mut more) = (Extra::new(), Extra::new());
        for number in 0..200u8 {
            extra.push("k", &Value::U8(number));
            more.push("l", &Value::U8(number));
        }
        extra.append(&more);
        assert_eq!(extra.count(), 255);
        assert_eq!(extra.pairs().count(), 255);
        assert_eq!(all(&extra), r#"[("k", 0), ("l", 0)] None"#);
    }
}
