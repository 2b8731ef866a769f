//! What a ring in RAM that outlives a reset needs beside the rest: to begin with what is there, and
//! to show a frame before it is taken, so that a reset meanwhile does not lose it.

use super::take::Oldest;
use super::{SharedRing, Storage, claim};
use crate::atomic::{AtomicWord, Ordering, WORD_BYTES};

impl<S: Storage> SharedRing<S> {
    /// Begins with the frames between two positions, all else being zeros. Before anybody else uses
    /// the ring.
    pub(crate) fn restore(&self, tail: usize, head: usize) {
        self.head.store(head, Ordering::Relaxed);
        self.next.store(tail, Ordering::Relaxed);
        self.tail.store(tail, Ordering::Release);
    }

    /// The position of room that was claimed and not committed yet.
    pub(crate) fn position(&self, room: &[AtomicWord]) -> usize {
        let ring = self.words.words();
        let at = (room.as_ptr().addr() - ring.as_ptr().addr()) / WORD_BYTES;
        // The head is behind it, by no more than the ring, since nobody takes it before the commit.
        let head = self.head.load(Ordering::Relaxed);
        let mask = ring.len() - 1;
        head.wrapping_sub((head.wrapping_sub(at).wrapping_sub(1) & mask) + 1)
    }

    /// The oldest frame and a copy of its words, as [`SharedRing::pop`] gives it, but not taken yet.
    ///
    /// Beside whoever overwrites it the copy may be damaged, which its contents have to tell.
    pub(crate) fn peek<'r, 's>(
        &'r self,
        mark: usize,
        scratch: &'s mut [u8],
    ) -> Option<(Oldest<'r>, &'s [u8])> {
        let (chunks, _) = scratch.as_chunks_mut();
        let (oldest, copied) = loop {
            let oldest = self.oldest(mark, false)?;
            if oldest.is_padding() {
                self.take(&oldest);
                continue;
            }
            let copied = oldest.copy(chunks);
            // Not of the frame that came into its place a turn later.
            if claim::advance(&self.next, oldest.at, oldest.at) {
                break (oldest, copied);
            }
        };
        Some((oldest, chunks[..copied].as_flattened()))
    }
}

#[cfg(all(test, loom))]
mod tests {
    use std::vec::Vec;

    use loom::model::Builder;
    use loom::sync::Arc;
    use loom::thread;

    use super::*;
    use crate::Level;
    use crate::atomic::Word;
    use crate::frame::{Header, Kind};

    type Ring = SharedRing<[AtomicWord; 16]>;

    #[test]
    fn a_frame_in_loom_is_shown_whole_or_known_to_be_damaged() {
        model(|| {
            let ring = ring();
            (1..=2).for_each(|number| put(&ring, number));
            let producer = {
                let ring = Arc::clone(&ring);
                thread::spawn(move || (3..=4).filter(|&number| try_put(&ring, number)).count())
            };
            let mut scratch = [0; FRAME * WORD_BYTES];
            let mark = ring.mark();
            let (mut shown, mut taken) = (Vec::new(), 0);
            while let Some((oldest, bytes)) = ring.peek(mark, &mut scratch) {
                let word = |at: usize| Word::from_le_bytes(bytes.as_chunks().0[at]);
                if word(2) == word(1) * 3 && word(1) != 0 {
                    shown.push(word(1));
                }
                taken += usize::from(ring.take(&oldest));
            }
            let made = 2 + producer.join().unwrap();
            while let Some((oldest, _)) = ring.peek(ring.mark(), &mut scratch) {
                taken += usize::from(ring.take(&oldest));
            }
            assert_eq!(taken + ring.overwritten(), made);
            assert!(shown.is_sorted_by(|a, b| a < b), "{shown:?}");
        });
    }

    #[test]
    fn positions_in_loom_are_those_of_the_claims() {
        model(|| {
            let ring = ring();
            (0..2).for_each(|_| put(&ring, 1));
            let claim = |ring: &Ring| {
                let room = ring.claim_over(FRAME)?;
                let position = ring.position(room);
                let index = position & (ring.capacity() - 1);
                assert!(core::ptr::eq(&raw const room[0], &raw const ring.storage()[index]));
                room[0].store(header(), Ordering::Release);
                Some(position)
            };
            let other = {
                let ring = Arc::clone(&ring);
                thread::spawn(move || claim(&ring))
            };
            let positions = [claim(&ring), other.join().unwrap()];
            if let [Some(one), Some(other)] = positions {
                assert!(one.abs_diff(other) >= FRAME);
                assert!(one.min(other) >= 2 * FRAME);
            }
        });
    }

    /// Two fit, with padding behind them.
    const FRAME: usize = 6;

    fn model(f: impl Fn() + Sync + Send + 'static) {
        let mut builder = Builder::new();
        builder.preemption_bound = Some(2);
        builder.check(f);
    }

    fn ring() -> Arc<Ring> {
        Arc::new(SharedRing::new(core::array::from_fn(|_| AtomicWord::new(0))))
    }

    fn header() -> Word {
        let (level, kind) = (Level::INFO, Kind::Portable);
        Header { words: FRAME, level, values: 0, kind, site: 0 }.to_word()
    }

    fn put(ring: &Ring, number: Word) {
        assert!(try_put(ring, number));
    }

    fn try_put(ring: &Ring, number: Word) -> bool {
        let Some(room) = ring.claim_over(FRAME) else { return false };
        room[1].store(number, Ordering::Relaxed);
        room[2].store(number * 3, Ordering::Relaxed);
        room[0].store(header(), Ordering::Release);
        true
    }
}
