//! Room in the mapped file, handed out in pages.

use std::collections::BTreeMap;

/// What is free, by offset. The file itself does not know: whoever reads it later goes by the tables.
#[derive(Debug)]
pub(super) struct Arena {
    free: BTreeMap<usize, usize>,
}

impl Arena {
    /// All from `start` to `end` is free.
    pub(super) fn new(start: usize, end: usize) -> Self {
        let (start, end) = (start.next_multiple_of(PAGE), end / PAGE * PAGE);
        Self { free: BTreeMap::from([(start, end.saturating_sub(start))]) }
    }

    /// The offset of `bytes` bytes, rounded up to pages; `None` if there is no such room in one piece.
    pub(super) fn take(&mut self, bytes: usize) -> Option<usize> {
        let bytes = bytes.next_multiple_of(PAGE);
        let (&at, &length) = self.free.iter().find(|&(_, &length)| length >= bytes)?;
        self.free.remove(&at);
        if length > bytes {
            self.free.insert(at + bytes, length - bytes);
        }
        Some(at)
    }

    /// Gives back what [`Arena::take`] gave.
    pub(super) fn give_back(&mut self, at: usize, bytes: usize) {
        let (mut at, mut bytes) = (at, bytes.next_multiple_of(PAGE));
        if let Some(behind) = self.free.remove(&(at + bytes)) {
            bytes += behind;
        }
        if let Some((&before, &length)) = self.free.range(..at).next_back()
            && before + length == at
        {
            self.free.remove(&before);
            (at, bytes) = (before, length + bytes);
        }
        self.free.insert(at, bytes);
    }
}

pub(super) const PAGE: usize = 4096;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn room_given_back_grows_together_again() {
        let mut arena = Arena::new(1, 11 * PAGE);
        let pieces: Vec<_> = (0..5).map(|_| arena.take(2 * PAGE - 1).unwrap()).collect();
        assert_eq!(pieces, [1, 3, 5, 7, 9].map(|page| page * PAGE));
        assert_eq!(arena.take(1), None);
        for at in [3, 1, 9, 7, 5] {
            arena.give_back(at * PAGE, 2 * PAGE);
        }
        assert_eq!(arena.take(10 * PAGE), Some(PAGE));
    }
}
