//! The rings, model-checked: `RUSTFLAGS="--cfg loom" cargo test -p femto-core --release --test loom`,
//! and once more with `--cfg femto_critical_section`, which takes the way of targets without
//! compare-and-swap.
#![cfg(loom)]
#![allow(clippy::unwrap_used, reason = "a failure is what a test reports")]

use core::array;

use femto_core::frame::{Header, Kind, Writer};
use femto_core::ring::{Consumer, Full, Lane, Producer, SharedRing};
use femto_core::{AtomicWord, Level, Word};
use loom::model::Builder;
use loom::sync::Arc;
use loom::thread;

#[test]
fn a_lane_in_loom_hands_over_whole_frames_in_order() {
    // Wherever the ring is when it begins: in the middle, before the end, where padding is needed.
    for before in [0, 5, 6] {
        model(5, move || {
            let lane = Arc::new(Lane::new(storage()));
            let (mut producer, mut consumer) = Lane::split(lane).unwrap();
            if before != 0 {
                producer.push(before, header(before, 0), nothing).unwrap();
                consume(&mut consumer, &mut Vec::new());
            }
            let writer = thread::spawn(move || {
                let made = [1, 2, 3].into_iter().filter(|&n| push_lane(&mut producer, n).is_ok());
                made.collect::<Vec<_>>()
            });
            let mut seen = Vec::new();
            consume(&mut consumer, &mut seen);
            consume(&mut consumer, &mut seen);
            let made = writer.join().unwrap();
            consume(&mut consumer, &mut seen);
            assert_eq!(seen, made);
        });
    }
}

#[test]
fn a_shared_ring_in_loom_takes_from_two_producers_and_accounts_for_all() {
    for before in [0, 6] {
        model(2, move || {
            let ring = Arc::new(SharedRing::new(storage()));
            if before != 0 {
                ring.push(before, header(before, 0), nothing).unwrap();
                drain(&ring, &mut Vec::new());
            }
            let produce = |numbers: &'static [u8]| {
                let ring = Arc::clone(&ring);
                thread::spawn(move || {
                    let made = numbers.iter().copied().filter(|&n| push_shared(&ring, n).is_ok());
                    made.collect::<Vec<_>>()
                })
            };
            let (a, b) = (produce(&[1, 2]), produce(&[11]));
            // A thread of its own: whichever goes first costs no preemption.
            let consumer = {
                let ring = Arc::clone(&ring);
                thread::spawn(move || {
                    let mut seen = Vec::new();
                    assert!(drain(&ring, &mut seen));
                    seen
                })
            };
            let (a, b) = (a.join().unwrap(), b.join().unwrap());
            let mut seen = consumer.join().unwrap();
            assert!(drain(&ring, &mut seen));
            assert!(ring.is_empty());
            let of =
                |low: bool| seen.iter().copied().filter(|&n| (n < 10) == low).collect::<Vec<_>>();
            assert_eq!((of(true), of(false)), (a, b));
            assert_eq!(seen.len() + ring.refused(), 3);
        });
    }
}

#[test]
fn two_consumers_in_loom_never_take_the_same_frame() {
    model(4, || {
        let ring = Arc::new(SharedRing::new(storage()));
        push_shared(&ring, 1).unwrap();
        let other = {
            let ring = Arc::clone(&ring);
            thread::spawn(move || {
                let mut seen = Vec::new();
                drain(&ring, &mut seen);
                push_shared(&ring, 2).unwrap();
                seen
            })
        };
        let mut seen = Vec::new();
        drain(&ring, &mut seen);
        drain(&ring, &mut seen);
        let others = other.join().unwrap();
        assert!(drain(&ring, &mut seen), "{seen:?} {others:?} {ring:?}");
        seen.extend(others);
        seen.sort_unstable();
        assert_eq!(seen, [1, 2]);
    });
}

#[test]
fn overwriting_in_loom_accounts_for_all_beside_a_consumer() {
    model(4, || {
        // The end that is left is too short: the next frame needs padding, and so two in a row go.
        let ring = Arc::new(SharedRing::new(storage()));
        push_shared(&ring, 1).unwrap();
        push_shared(&ring, 2).unwrap();
        let producer = {
            let ring = Arc::clone(&ring);
            thread::spawn(move || usize::from(push_over(&ring, 3).is_err()))
        };
        let mut seen = Vec::new();
        pop_all(&ring, &mut seen);
        let refused = producer.join().unwrap();
        pop_all(&ring, &mut seen);
        assert_accounted(&ring, &seen, refused, 3);
    });
}

#[test]
fn two_that_overwrite_in_loom_evict_each_frame_once() {
    model(3, || {
        let ring = Arc::new(SharedRing::new(storage()));
        push_shared(&ring, 1).unwrap();
        push_shared(&ring, 2).unwrap();
        let other = {
            let ring = Arc::clone(&ring);
            thread::spawn(move || usize::from(push_over(&ring, 11).is_err()))
        };
        let refused = usize::from(push_over(&ring, 3).is_err()) + other.join().unwrap();
        let mut seen = Vec::new();
        pop_all(&ring, &mut seen);
        assert_accounted(&ring, &seen, refused, 4);
    });
}

/// Made = taken + overwritten + refused, and the frames of each producer in order.
fn assert_accounted(ring: &SharedRing<Words>, seen: &[u8], refused: usize, made: usize) {
    assert!(ring.is_empty());
    assert_eq!(refused, ring.refused());
    assert_eq!(seen.len() + ring.overwritten() + refused, made);
    for low in [true, false] {
        let own: Vec<_> = seen.iter().filter(|&&n| (n < 10) == low).collect();
        assert!(own.is_sorted_by(|a, b| a < b), "{seen:?}");
    }
}

#[test]
fn a_copy_in_loom_is_never_of_two_frames_that_look_alike() {
    // Two frames fill the ring, and all have the same header: a consumer that was overtaken by a
    // whole turn of the ring finds what it saw before.
    model(3, || {
        let ring = Arc::new(SharedRing::new(storage()));
        let push =
            |number| ring.push_over(4, header(4, 1), |to: &mut Writer<'_>| write(number, to));
        push(1).unwrap();
        let consumer = {
            let ring = Arc::clone(&ring);
            thread::spawn(move || pop_alike(&ring))
        };
        // Refused while the consumer takes one: then there is no room to be had.
        let made = (2..=3).filter(|&number| push(number).is_ok()).count();
        let mut seen: Vec<_> = consumer.join().unwrap().into_iter().collect();
        seen.extend(core::iter::from_fn(|| pop_alike(&ring)));
        assert_eq!(seen.len() + ring.overwritten(), 1 + made);
        seen.sort_unstable();
        assert!(seen.is_sorted_by(|a, b| a < b), "{seen:?}");
    });
}

#[test]
fn who_pops_last_in_loom_gets_what_is_behind_a_frame_being_taken() {
    model(4, || {
        let ring = Arc::new(SharedRing::new(storage()));
        push_shared(&ring, 1).unwrap();
        push_shared(&ring, 2).unwrap();
        let other = {
            let ring = Arc::clone(&ring);
            thread::spawn(move || {
                let mut seen = Vec::new();
                pop_all(&ring, &mut seen);
                seen
            })
        };
        let mut seen = Vec::new();
        let mut scratch = [0; 3 * size_of::<Word>()];
        let mark = ring.mark();
        while let Some((header, bytes)) = ring.pop_beside(mark, &mut scratch) {
            see(header, bytes, &mut seen);
        }
        seen.extend(other.join().unwrap());
        seen.sort_unstable();
        assert_eq!(seen, [1, 2]);
    });
}

type Words = [AtomicWord; 8];
type LaneRef = Arc<Lane<Words>>;

/// Words of a frame; two of them fill the ring to the last word but two.
const FRAME: usize = 3;

fn model(preemptions: usize, f: impl Fn() + Send + Sync + 'static) {
    let mut builder = Builder::new();
    builder.preemption_bound = Some(preemptions);
    builder.max_branches = 10_000;
    builder.check(f);
}

fn storage() -> Words {
    array::from_fn(|_| AtomicWord::new(0))
}

fn header(words: usize, number: u8) -> Word {
    Header { words, level: Level::new(number), values: 0, kind: Kind::Local, site: 0 }.to_word()
}

/// The words of frame `number`, all but the first; those between stay as they are.
fn write(number: u8, to: &mut Writer<'_>) {
    to.word(number.into());
    to.word(Word::from(number) * 3);
}

fn push_lane(producer: &mut Producer<LaneRef>, number: u8) -> Result<(), Full> {
    producer.push(FRAME, header(FRAME, number), |to: &mut Writer<'_>| write(number, to))
}

fn push_shared(ring: &SharedRing<Words>, number: u8) -> Result<(), Full> {
    ring.push(FRAME, header(FRAME, number), |to: &mut Writer<'_>| write(number, to))
}

fn consume(consumer: &mut Consumer<LaneRef>, seen: &mut Vec<u8>) {
    let mark = consumer.mark();
    while let Some((header, frame)) = consumer.front(mark) {
        let number = header.level.number();
        if number != 0 {
            let word = |at: usize| frame[at].load(loom::sync::atomic::Ordering::Relaxed);
            assert_eq!((word(1), word(2)), (number.into(), Word::from(number) * 3));
            seen.push(number);
        }
        consumer.release(header.words);
    }
}

fn push_over(ring: &SharedRing<Words>, number: u8) -> Result<(), Full> {
    ring.push_over(FRAME, header(FRAME, number), |to: &mut Writer<'_>| write(number, to))
}

fn drain(ring: &SharedRing<Words>, seen: &mut Vec<u8>) -> bool {
    let mut scratch = [0; 3 * size_of::<Word>()];
    ring.drain(&mut scratch, |header, bytes| {
        see(header, bytes, seen);
        true
    })
}

fn pop_all(ring: &SharedRing<Words>, seen: &mut Vec<u8>) {
    let mut scratch = [0; 3 * size_of::<Word>()];
    let mark = ring.mark();
    while let Some((header, bytes)) = ring.pop(mark, &mut scratch) {
        see(header, bytes, seen);
    }
}

/// Checks that a frame is as it was made.
fn see(header: Header, bytes: &[u8], seen: &mut Vec<u8>) {
    let number = header.level.number();
    if number != 0 {
        assert_eq!(words(bytes), [number.into(), Word::from(number) * 3]);
        seen.push(number);
    }
}

/// Pops a frame whose number is in its words alone.
fn pop_alike(ring: &SharedRing<Words>) -> Option<Word> {
    let mut scratch = [0; 3 * size_of::<Word>()];
    let (_, bytes) = ring.pop(ring.mark(), &mut scratch)?;
    let [number, check] = words(bytes);
    assert_eq!(check, number * 3);
    Some(number)
}

/// The words of a frame behind its header.
fn words(bytes: &[u8]) -> [Word; 2] {
    [1, 2].map(|at| Word::from_le_bytes(bytes.as_chunks().0[at]))
}

fn nothing(_: &mut Writer<'_>) {}
