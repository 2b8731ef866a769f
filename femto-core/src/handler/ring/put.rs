//! Puts a record that was made into the ring. Runs on the *caller*.

use super::RingHandler;
use crate::Record;
use crate::atomic::AtomicWord;
#[cfg(any(feature = "defmt-global-logger", feature = "log"))]
use crate::atomic::{Ordering, WORD_BYTES, Word};
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

    /// Puts a frame of the given header and words.
    #[cfg(any(feature = "defmt-global-logger", feature = "log"))]
    #[inline(always)]
    pub(crate) fn put_words(&self, header: Header, words: &[[u8; WORD_BYTES]]) {
        if header.words > Self::LIMIT {
            return self.count_dropped();
        }
        self.put_frame(header.words, header.to_word(), |to: &mut Writer<'_>| {
            words.iter().for_each(|word| to.word(Word::from_le_bytes(*word)));
        });
    }

    /// Claims room by the policy, writes, and commits. A refusal is counted by the ring.
    #[cfg(any(feature = "defmt-global-logger", feature = "log"))]
    #[inline(always)]
    fn put_frame(&self, words: usize, header: Word, frame: impl Encode) {
        let anew = || self.claim_by_policy(words);
        if let Some([first, rest @ ..]) = self.ring.try_claim(words).or_else(anew) {
            frame.encode(&mut Writer::after_header(rest));
            first.store(header, Ordering::Release);
        }
    }
}
