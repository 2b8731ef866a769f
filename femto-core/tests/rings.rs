//! The rings on real threads, and at their edges.
#![cfg(not(loom))]
#![allow(clippy::unwrap_used, reason = "a failure is what a test reports")]

use core::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::Barrier;
use std::thread;

use femto_core::frame::{Header, Kind, Writer};
use femto_core::ring::{Full, Lane, SharedRing, Storage, boxed};
use femto_core::{AtomicWord, Level, WORD_BYTES, Word};

#[test]
fn a_full_shared_ring_refuses_the_newest_and_counts_it() {
    let ring = SharedRing::new(words::<16>());
    for number in 1..=4 {
        push(&ring, 4, number).unwrap();
    }
    assert_eq!(push(&ring, 1, 5), Err(Full));
    assert_eq!(push(&ring, 4, 6), Err(Full));
    assert_eq!(ring.refused(), 2);
    assert_eq!(drained(&ring), [1, 2, 3, 4]);
    assert!(ring.is_empty());
    push(&ring, 16, 7).unwrap();
    assert_eq!(drained(&ring), [7]);
}

#[test]
fn a_full_shared_ring_that_is_pushed_over_loses_its_oldest() {
    let ring = SharedRing::new(words::<16>());
    (1..=4).for_each(|number| push_over(&ring, 4, number).unwrap());
    push_over(&ring, 4, 5).unwrap();
    assert_eq!(ring.overwritten(), 1);
    // As many as it takes.
    push_over(&ring, 6, 6).unwrap();
    assert_eq!(ring.overwritten(), 3);
    // Six words before the end are filled first, which counts for nothing.
    push_over(&ring, 8, 7).unwrap();
    assert_eq!((ring.overwritten(), ring.refused()), (6, 0));
    assert_eq!(drained(&ring), [7]);
    push_over(&ring, 8, 8).unwrap();
    push_over(&ring, 8, 9).unwrap();
    push_over(&ring, 8, 10).unwrap();
    assert_eq!((ring.overwritten(), ring.refused(), ring.high_water()), (7, 0, 16));
    assert_eq!(drained(&ring), [9, 10]);
}

#[test]
fn a_frame_that_is_being_written_is_not_overwritten() {
    let ring = SharedRing::new(words::<16>());
    let outer = ring.push(8, header(8, 1), |_: &mut Writer<'_>| {
        // An interrupt, while the first frame is being written.
        push_over(&ring, 8, 2).unwrap();
        assert_eq!(push_over(&ring, 1, 3), Err(Full));
        assert_eq!(ring.pop(ring.mark(), &mut [0; 64]), None);
    });
    assert_eq!((outer, ring.refused(), ring.overwritten()), (Ok(()), 1, 0));
    assert_eq!(drained(&ring), [1, 2]);
}

#[test]
fn a_frame_too_large_for_what_is_left_is_refused_though_the_ring_is_empty() {
    let ring = SharedRing::new(words::<16>());
    push(&ring, 9, 1).unwrap();
    assert_eq!(drained(&ring), [1]);
    assert_eq!(push_over(&ring, 10, 2), Err(Full));
    assert_eq!((ring.refused(), ring.overwritten(), drained(&ring)), (1, 0, vec![]));
}

#[test]
fn a_frame_that_no_ring_can_hold_is_refused() {
    for words in [17, 1000, Header::MAX_WORDS, usize::MAX / 2, usize::MAX - 20, usize::MAX] {
        let ring = SharedRing::new(self::words::<16>());
        push(&ring, 3, 1).unwrap();
        assert_eq!(ring.push(words, 1, unreachable), Err(Full));
        assert_eq!(ring.refused(), 1);
        assert_eq!(drained(&ring), [1]);

        let lane = Lane::new(self::words::<16>());
        let (mut producer, _consumer) = Lane::split(&lane).unwrap();
        assert_eq!(producer.push(words, 1, unreachable), Err(Full));
    }
}

#[test]
fn a_frame_longer_than_a_header_can_tell_is_refused() {
    let large = (Header::MAX_WORDS + 1).next_power_of_two() * 4;
    let ring = SharedRing::new(boxed(large));
    assert_eq!(push(&ring, Header::MAX_WORDS + 1, 1), Err(Full));
    push(&ring, Header::MAX_WORDS, 2).unwrap();
    assert_eq!(drained(&ring), [2]);
    let lane = Lane::new(boxed(large));
    let (mut producer, _consumer) = Lane::split(&lane).unwrap();
    assert_eq!(producer.push(Header::MAX_WORDS + 1, 1, nothing), Err(Full));
}

#[test]
fn a_frame_of_no_words_is_refused() {
    let ring = SharedRing::new(words::<16>());
    assert_eq!(ring.push(0, 1, nothing), Err(Full));
    let lane = Lane::new(words::<16>());
    let (mut producer, _consumer) = Lane::split(&lane).unwrap();
    assert_eq!(producer.push(0, 1, nothing), Err(Full));
}

#[test]
fn what_does_not_fit_before_the_end_begins_anew() {
    for start in 0..16 {
        for words in 1..=8 {
            let ring = SharedRing::new(self::words::<16>());
            for _ in 0..start {
                push(&ring, 1, 9).unwrap();
                assert_eq!(drained(&ring), [9]);
            }
            push(&ring, words, 1).unwrap();
            let is_padded = start + words > 16;
            // What is left: all but the frame and its padding.
            let left = 16 - words - if is_padded { 16 - start } else { 0 };
            let mut fitted = 0;
            while push(&ring, 1, 2).is_ok() {
                fitted += 1;
            }
            assert_eq!(fitted, left, "{words} words at {start}");
            assert_eq!(drained(&ring).len(), 1 + left);
        }
    }
}

#[test]
fn a_drain_that_stops_has_taken_what_it_saw() {
    let ring = SharedRing::new(words::<16>());
    (1..=3).for_each(|number| push(&ring, 2, number).unwrap());
    let mut seen = Vec::new();
    ring.drain(&mut [0; 64], |header, _| {
        seen.push(header.level.number());
        seen.len() < 2
    });
    assert_eq!(seen, [1, 2]);
    assert_eq!(drained(&ring), [3]);
}

#[test]
fn a_drain_within_a_drain_answers_that_it_could_not_look() {
    let ring = SharedRing::new(words::<16>());
    push(&ring, 2, 1).unwrap();
    let looked = ring.drain(&mut [0; 64], |_, _| {
        assert!(!ring.drain(&mut [0; 64], |_, _| panic!("taken twice")));
        push(&ring, 2, 2).unwrap();
        true
    });
    // What came during the drain waits for the next one, else this would have no end.
    assert!(looked);
    assert_eq!(drained(&ring), [2]);
}

#[test]
fn scratch_that_is_too_small_cuts_the_frame() {
    let ring = SharedRing::new(words::<16>());
    push(&ring, 4, 1).unwrap();
    push(&ring, 2, 2).unwrap();
    let mut lengths = Vec::new();
    ring.drain(&mut [0; 3 * WORD_BYTES], |_, bytes| {
        lengths.push(bytes.len());
        true
    });
    assert_eq!(lengths, [3 * WORD_BYTES, 2 * WORD_BYTES]);
}

#[test]
fn a_lane_hands_its_ends_out_once() {
    let lane = Lane::new(words::<16>());
    assert!(Lane::split(&lane).is_some());
    assert!(Lane::split(&lane).is_none());
}

#[test]
fn a_full_lane_hands_the_frame_back_until_there_is_room() {
    let lane = Lane::new(words::<16>());
    let (mut producer, mut consumer) = Lane::split(&lane).unwrap();
    (0..2).for_each(|_| producer.push(8, header(8, 1), nothing).unwrap());
    assert_eq!(producer.push(1, header(1, 2), nothing), Err(Full));
    assert_eq!(producer.pending(), 16);
    let mark = consumer.mark();
    assert_eq!(consumer.front(mark).unwrap().0.words, 8);
    consumer.release(8);
    producer.push(1, header(1, 2), nothing).unwrap();
    // Frames behind the mark are not looked at.
    assert_eq!(consumer.front(mark).unwrap().0.words, 8);
    consumer.release(8);
    assert!(consumer.front(mark).is_none());
    assert!(consumer.front(consumer.mark()).is_some());
}

#[test]
fn a_shared_ring_under_stress_damages_nothing_and_accounts_for_all() {
    stress(1, |ring, frame| {
        ring.push(frame.words(), frame.header(), |to: &mut Writer<'_>| frame.write(to))
    });
}

#[test]
fn overwriting_under_stress_damages_nothing_and_accounts_for_all() {
    stress(2, |ring, frame| {
        ring.push_over(frame.words(), frame.header(), |to: &mut Writer<'_>| frame.write(to))
    });
}

/// Three producers, and consumers that do not wait for each other.
fn stress(
    consumers: usize,
    push: impl Fn(&SharedRing<[AtomicWord; 256]>, Checked) -> Result<(), Full> + Sync,
) {
    const PRODUCERS: usize = 3;
    let ring = SharedRing::new(words::<256>());
    let start = Barrier::new(PRODUCERS + consumers);
    let is_over = AtomicBool::new(false);
    let (ring, push, start, is_over) = (&ring, &push, &start, &is_over);
    let (mut drained, mut refused) = (0, 0);
    thread::scope(|scope| {
        let producers = [0, 1, 2].map(|producer| {
            scope.spawn(move || {
                start.wait();
                let refused = (1..=RECORDS).filter(|&sequence| {
                    let is_refused = push(ring, Checked { producer, sequence }).is_err();
                    if is_refused || sequence % 16 == 0 {
                        thread::yield_now(); // to the consumer: there may be fewer cores
                    }
                    is_refused
                });
                refused.count()
            })
        });
        let consumers: Vec<_> = (0..consumers)
            .map(|_| {
                scope.spawn(move || {
                    start.wait();
                    let (mut scratch, mut drained) = ([0; 32 * WORD_BYTES], 0);
                    let mut last = [0; PRODUCERS];
                    loop {
                        let ends = is_over.load(Relaxed);
                        let mark = ring.mark();
                        while let Some((header, bytes)) = ring.pop(mark, &mut scratch) {
                            let frame = Checked::read(header, bytes);
                            let last = &mut last[frame.producer as usize];
                            assert!(frame.sequence > *last, "out of order");
                            *last = frame.sequence;
                            drained += 1;
                        }
                        if ends && ring.is_empty() {
                            return drained;
                        }
                        thread::yield_now();
                    }
                })
            })
            .collect();
        refused = producers.into_iter().map(|producer| producer.join().unwrap()).sum();
        is_over.store(true, Relaxed);
        drained = consumers.into_iter().map(|consumer| consumer.join().unwrap()).sum();
    });
    assert!(ring.is_empty());
    assert_eq!(refused, ring.refused());
    assert_eq!(drained + ring.overwritten() + refused, PRODUCERS * RECORDS as usize);
    assert!(drained > RECORDS as usize / 100, "hardly anything came through");
}

#[test]
fn a_lane_under_stress_damages_nothing_and_keeps_the_order() {
    let lane = Lane::new(words::<256>());
    let (mut producer, mut consumer) = Lane::split(&lane).unwrap();
    thread::scope(|scope| {
        scope.spawn(move || {
            for sequence in 1..=2 * RECORDS {
                let frame = Checked { producer: 0, sequence };
                while producer
                    .push(frame.words(), frame.header(), |to: &mut Writer<'_>| frame.write(to))
                    .is_err()
                {
                    thread::yield_now();
                }
            }
        });
        let mut last = 0;
        while last < 2 * RECORDS {
            let mark = consumer.mark();
            while let Some((header, words)) = consumer.front(mark) {
                let bytes: Vec<_> =
                    words.iter().flat_map(|word| word.load(Relaxed).to_le_bytes()).collect();
                let frame = Checked::read(header, &bytes);
                assert_eq!(frame.sequence, last + 1);
                last = frame.sequence;
                consumer.release(header.words);
            }
            assert_eq!(consumer.position(), mark);
            thread::yield_now();
        }
    });
}

/// Records of each producer.
const RECORDS: u64 = if cfg!(debug_assertions) { 200_000 } else { 1_000_000 };

/// A frame whose length and every word follow from its producer and sequence number.
struct Checked {
    producer: u64,
    sequence: u64,
}

impl Checked {
    fn words(&self) -> usize {
        3 + (self.sequence.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 60) as usize
    }

    fn header(&self) -> Word {
        header(self.words(), self.producer as u8)
    }

    fn write(&self, to: &mut Writer<'_>) {
        to.word(self.sequence as Word);
        (2..self.words()).for_each(|at| to.word(self.filler(at)));
    }

    fn filler(&self, at: usize) -> Word {
        (self.sequence.wrapping_mul(31) ^ self.producer << 20 ^ (at as u64) << 8) as Word
    }

    #[track_caller]
    fn read(header: Header, bytes: &[u8]) -> Self {
        let words: Vec<_> =
            bytes.as_chunks().0.iter().map(|&word| Word::from_le_bytes(word)).collect();
        let frame = Self { producer: header.level.number().into(), sequence: words[1] };
        assert_eq!(header.words, frame.words(), "damaged");
        assert_eq!(words.len(), header.words);
        (2..words.len()).for_each(|at| assert_eq!(words[at], frame.filler(at), "damaged"));
        frame
    }
}

fn words<const N: usize>() -> [AtomicWord; N] {
    [const { AtomicWord::new(0) }; N]
}

fn header(words: usize, number: u8) -> Word {
    Header { words, level: Level::new(number), values: 0, kind: Kind::Local, site: 0 }.to_word()
}

fn push<S: Storage>(ring: &SharedRing<S>, words: usize, number: u8) -> Result<(), Full> {
    ring.push(words, header(words.min(Header::MAX_WORDS), number), nothing)
}

fn push_over<S: Storage>(ring: &SharedRing<S>, words: usize, number: u8) -> Result<(), Full> {
    ring.push_over(words, header(words, number), nothing)
}

fn drained<S: Storage>(ring: &SharedRing<S>) -> Vec<u8> {
    let mut seen = Vec::new();
    assert!(ring.drain(&mut [0; 64], |header, _| {
        seen.push(header.level.number());
        true
    }));
    seen
}

fn nothing(_: &mut Writer<'_>) {}

fn unreachable(_: &mut Writer<'_>) {
    panic!("nothing to write")
}
