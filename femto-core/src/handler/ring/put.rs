//! Puts a record that was made into the ring. Runs on the *caller*.

use super::RingHandler;
use crate::Record;
use crate::atomic::AtomicWord;
#[cfg(any(feature = "defmt-global-logger", feature = "log"))]
use crate::atomic::Ordering;
use crate::frame::Shape;
use crate::frame::local::FIXED_WORDS;
#[cfg(any(feature = "defmt-global-logger", feature = "log"))]
use crate::frame::{Encode, Header, Writer};

impl<const WORDS: usize> RingHandler<WORDS> {
    /// Puts a record of which nothing is known yet.
    pub(super) fn put(&self, record: &Record<'_>) {
        match record.keep() {
            Some(keep) => keep(record, &|shape| self.claim_at(shape, record.ticks())),
            #[cfg(feature = "log")]
            None => self.put_portable(record),
            #[cfg(not(feature = "log"))]
            None => self.count_dropped(),
        }
    }

    /// [`Handler::claim`](crate::Handler::claim) for a record of that time.
    #[inline(never)]
    pub(super) fn claim_at(&self, shape: Shape, time: u64) -> &[AtomicWord] {
        let words = shape.words();
        if (FIXED_WORDS..=Self::LIMIT).contains(&words) {
            return self.claim_anew(words, time);
        }
        self.words(self.answer(words))
    }

    /// Puts a frame: claims room by the policy, has `frame` write all words but the header, and commits.
    #[cfg(any(feature = "defmt-global-logger", feature = "log"))]
    #[inline(always)]
    pub(crate) fn put_frame(&self, header: Header, frame: impl Encode) {
        let words = header.words;
        if words > Self::LIMIT {
            return self.count_dropped();
        }
        let anew = || self.claim_where_short(words);
        // A refusal is counted by the ring.
        if let Some([first, rest @ ..]) = self.ring.try_claim(words).or_else(anew) {
            frame.encode(&mut Writer::after_header(rest));
            first.store(header.to_word(), Ordering::Release);
        }
    }

    /// Claims where the quick try did not succeed. Apart, so that it costs the common case no registers.
    #[cfg(any(feature = "defmt-global-logger", feature = "log"))]
    #[cold]
    #[inline(never)]
    fn claim_where_short(&self, words: usize) -> Option<&[AtomicWord]> {
        self.claim_by_policy(words)
    }
}
