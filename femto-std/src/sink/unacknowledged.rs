//! What a peer has not acknowledged yet.

use std::collections::VecDeque;

/// Frames that were sent, oldest first.
#[derive(Debug, Default)]
pub(super) struct Unacknowledged {
    bytes: VecDeque<u8>,
    lengths: VecDeque<usize>,
}

impl Unacknowledged {
    pub(super) fn is_empty(&self) -> bool {
        self.lengths.is_empty()
    }

    /// Adds frames; `ends` are where they end in `bytes`.
    pub(super) fn add(&mut self, bytes: &[u8], ends: impl Iterator<Item = usize>) {
        self.bytes.extend(bytes);
        let mut start = 0;
        self.lengths.extend(ends.map(|end| end - core::mem::replace(&mut start, end)));
    }

    /// Forgets frames that lie wholly before the last `bytes` bytes.
    pub(super) fn keep_last(&mut self, bytes: usize) {
        while let Some(&oldest) = self.lengths.front()
            && self.bytes.len() - oldest >= bytes
        {
            self.bytes.drain(..oldest);
            self.lengths.pop_front();
        }
    }

    /// All frames.
    pub(super) fn bytes(&mut self) -> &[u8] {
        self.bytes.make_contiguous()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_are_kept_whole_as_long_as_any_of_their_bytes_is_not_acknowledged() {
        let mut sent = Unacknowledged::default();
        sent.add(b"abcdef", [1, 3, 6].into_iter());
        sent.add(b"gh", [2].into_iter());
        sent.keep_last(100);
        assert_eq!(sent.bytes(), b"abcdefgh");
        sent.keep_last(7);
        assert_eq!(sent.bytes(), b"bcdefgh");
        sent.keep_last(4);
        assert_eq!(sent.bytes(), b"defgh");
        sent.keep_last(2);
        assert_eq!(sent.bytes(), b"gh");
        sent.keep_last(0);
        assert!(sent.is_empty() && sent.bytes().is_empty());
    }
}
