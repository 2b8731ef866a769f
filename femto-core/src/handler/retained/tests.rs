//! Resets, simulated: RAM is copied at a moment, spoilt, and started anew.
#![allow(clippy::unwrap_used, reason = "a failure is what a test reports")]

use core::fmt;
use std::boxed::Box;
use std::string::{String, ToString};
use std::sync::Mutex;
use std::vec::Vec;

use proptest::prelude::*;

use super::*;
use crate::atomic::{AtomicWord, Word};
use crate::frame::retained::Dump;
use crate::{Filter, LevelFilter, TextFormatter};

#[test]
fn what_was_logged_comes_back_after_a_reset_and_says_from_where() {
    let ram = new_ram::<256>();
    let (first, recovery) = boot(ram);
    assert_eq!(recovery, Recovery::default());
    let pairs =
        [("rpm", Value::U32(1200)), ("why", Value::Arguments(&format_args!("{:?}", "hot")))];
    let details = Details { key_values: &pairs, ..Details::default() };
    let record = Record::from_message("motor", &"stalled", Level::ERROR, 3_500_000_000, &details);
    first.handle(&record.since_boot());
    first.handle(&record);
    put(first, 2, 0);

    let (second, recovery) = boot(reset(ram));
    assert_eq!(recovery, Recovery { resets: 1, is_same_build: true, records: 3, torn: 0 });
    put(second, 3, 0);
    let lines = "[   3.500000] ERROR motor: stalled boot=0 rpm=1200 why=\"hot\" [recovered]\n\
                 1970-01-01T00:00:03.500000Z ERROR motor: stalled boot=0 rpm=1200 why=\"hot\" [recovered]\n\
                 [   0.000000] INFO  test: 2 boot=0 [recovered]\n\
                 [   0.000000] INFO  test: 3\n";
    assert_eq!(text_of(second), lines);
    assert_eq!(text_of(second), "");

    let (third, recovery) = boot(reset(second.ring.storage().0));
    assert_eq!((recovery.resets, recovery.records), (2, 0));
    assert_eq!(text_of(third), "");
}

#[test]
fn another_build_reads_what_was_logged() {
    let ram = new_ram::<64>();
    put(boot(ram).0, 1, 0);
    let other: &RetainedHandler<64> = handler(reset(ram));
    let recovery = other.start("another");
    assert!(!recovery.is_same_build);
    assert_eq!(numbers(other), [1]);
}

#[test]
fn a_ring_of_another_size_in_the_same_place_finds_what_is_in_it() {
    let ram = new_ram::<128>();
    let (small, _) = boot(ram);
    (0..40).for_each(|n| put(small, n, 0));
    let kept = numbers_in(ram);
    let words = words_of(ram);

    let large = new_ram::<256>();
    words_in(large).zip(&words).for_each(|(slot, &word)| slot.store(word, Ordering::Relaxed));
    let (handler, recovery) = boot(large);
    assert_eq!((recovery.records, recovery.resets), (kept.len(), 1));
    put(handler, 40, 0);
    // The end of the small ring is padding in the middle of the large one: room is short still.
    assert_eq!(numbers(handler), [&kept[1..], &[40]].concat());

    let smaller = new_ram::<64>();
    words_in(smaller).zip(&words).for_each(|(slot, &word)| slot.store(word, Ordering::Relaxed));
    let (handler, recovery) = boot(smaller);
    assert!(recovery.records > 1 && recovery.records < kept.len());
    let found = numbers(handler);
    assert_eq!(found.len(), recovery.records);
    assert!(found.iter().all(|n| kept.contains(n)));
}

#[test]
fn before_the_start_records_are_dropped_and_counted() {
    let handler = handler(new_ram::<64>());
    put(handler, 1, 0);
    assert_eq!(text_of(handler), "");
    assert_eq!(handler.others_dropped.load(Ordering::Relaxed), 1);
    handler.start(BUILD);
    assert_eq!(handler.start("another"), Recovery::default());
    assert!(numbers(handler).is_empty());
}

#[test]
fn a_record_too_long_is_cut_at_a_character_boundary_and_says_so() {
    let (handler, _) = boot(new_ram::<256>());
    let message = "é".repeat(300);
    log(handler, Level::INFO, &message);
    let text = text_of(handler);
    let kept =
        text.strip_prefix("[   0.000000] INFO  test: ").unwrap().strip_suffix(" [cut]\n").unwrap();
    assert!(kept.len() > 200 && kept.chars().all(|c| c == 'é'), "{text}");

    let pairs = [("a", Value::Bool(true)), ("b", Value::Str(&message)), ("c", Value::Bool(true))];
    let details = Details { key_values: &pairs, ..Details::default() };
    let record = Record::from_message("n", &"m", Level::INFO, Record::NO_TIME, &details);
    handler.handle(&record);
    assert_eq!(text_of(handler), "INFO  n: m a=true [cut]\n");
    handler.handle(&Record::from_message(&message, &"m", Level::INFO, 0, &details));
    let text = text_of(handler);
    assert!(text.contains("éé: ") && text.ends_with(" [cut]\n") && text.len() > 200, "{text}");
    assert_eq!(handler.cut.load(Ordering::Relaxed), 3);
}

#[test]
fn a_record_stays_until_the_sink_has_it() {
    let (handler, _) = boot(new_ram::<256>());
    (1..=3).for_each(|n| put(handler, n, 0));
    let mut room = [0; 60];
    let mut sink = &mut room[..]; // two lines and a half
    assert!(handler.drain(&TextFormatter::new(), &mut sink).is_err());
    assert_eq!(numbers(handler), [3]);
}

#[test]
fn filters_and_levels_are_minded() {
    static ONLY: LevelFilter = LevelFilter::new(Level::INFO..=Level::WARN);
    static FILTERS: [&dyn Filter; 1] = [&ONLY];
    let builder = RetainedHandlerBuilder::new().with_level(Level::DEBUG).with_filters(&FILTERS);
    let handler = Box::leak(Box::new(builder.build_static(new_ram::<64>())));
    handler.start(BUILD);
    assert_eq!(handler.level(), Level::DEBUG);
    put(handler, 1, 0);
    log(handler, Level::ERROR, "2");
    assert_eq!(numbers(handler), [1]);
    assert_eq!(handler.statistics().rejected, 1);
    handler.set_level(Level::WARN);
    assert_eq!(handler.level(), Level::WARN);
}

#[test]
fn recovered_records_are_handed_to_other_handlers_by_level() {
    struct Kept(Mutex<Vec<(u32, bool)>>);
    impl Handler for Kept {
        fn level(&self) -> Level {
            Level::INFO
        }
        fn handle(&self, record: &Record<'_>) {
            self.0.lock().unwrap().push((number_of(record), record.is_recovered()));
        }
    }
    let ram = new_ram::<256>();
    put(boot(ram).0, 1, 0);
    let (handler, _) = boot(reset(ram));
    log(handler, Level::TRACE, "2");
    put(handler, 3, 0);
    let kept = Kept(Mutex::new(Vec::new()));
    assert_eq!(handler.forward(&[&kept]).written, 3);
    assert_eq!(*kept.0.lock().unwrap(), [(1, true), (3, false)]);
}

#[test]
fn a_second_drain_at_the_same_time_does_nothing() {
    let (handler, _) = boot(new_ram::<256>());
    put(handler, 1, 0);
    let mut inner = None;
    handler
        .take_each(|_| {
            inner = Some(numbers(handler));
            Ok::<_, fmt::Error>(())
        })
        .unwrap();
    assert_eq!(inner, Some(Vec::new()));
    put(handler, 2, 0);
    assert_eq!(numbers(handler), [2]);
}

#[test]
fn what_is_overwritten_while_it_is_shown_is_shown() {
    let (handler, _) = boot(new_ram::<64>());
    put(handler, 0, 0);
    let mut seen = Vec::new();
    let drained = handler
        .take_each(|record| {
            seen.push(number_of(record));
            if seen == [0] {
                (1..20).for_each(|n| put(handler, n, 0));
            }
            Ok::<_, fmt::Error>(())
        })
        .unwrap()
        .unwrap();
    assert_eq!(seen, [0]);
    let left = numbers(handler);
    assert_eq!(left.last(), Some(&19));
    // Shown, but overwritten before it could be taken.
    let overwritten = handler.ring.overwritten();
    assert_eq!((drained.written, overwritten), (0, 20 - left.len()));
    assert_eq!(handler.take_unreported(), overwritten - 1);
}

#[test]
fn what_was_lost_since_the_start_is_said_once_there_is_room() {
    const REPORT: &str = "WARN  femtologging: ";
    let handler: &RetainedHandler<64> = handler(new_ram());
    put(handler, 0, 0);
    handler.start(BUILD);
    (1..=20).for_each(|n| put(handler, n, 0));
    // Room for these records, but not for the report.
    let waiting = numbers_in(handler.ring.storage().0).len();
    let mut room = [0; 512];
    let drained = handler.drain(&TextFormatter::new(), &mut &mut room[..30 * waiting]);
    let Statistics { written, dropped, overwritten, .. } = handler.statistics();
    assert!(drained.is_err(), "{written}");
    assert_eq!((written + overwritten, dropped), (20, 1));
    let text = |handler: &RetainedHandler<64>| {
        let mut text = Vec::new();
        handler.drain(&TextFormatter::new(), &mut SinkOf(&mut text)).unwrap();
        String::from_utf8(text).unwrap()
    };
    assert_eq!(text(handler), format!("{REPORT}{} records dropped\n", dropped + overwritten));
    assert_eq!(text(handler), "");
    assert_eq!(handler.statistics().written, written);

    struct Hears(Mutex<Vec<usize>>);
    impl Handler for Hears {
        fn level(&self) -> Level {
            Level::OFF
        }
        fn handle(&self, _: &Record<'_>) {}
        fn report_dropped(&self, records: usize) {
            self.0.lock().unwrap().push(records);
        }
    }
    let before = handler.overwritten();
    (1..=20).for_each(|n| put(handler, n, 0));
    let hears = Hears(Mutex::default());
    handler.forward(&[&hears]);
    handler.forward(&[&hears]);
    assert_eq!(*hears.0.lock().unwrap(), [handler.overwritten() - before]);
}

#[test]
fn what_was_overwritten_but_not_cleared_does_not_come_between() {
    // A record that needs padding: in that, older ones may be left as they were.
    let mut were_in_padding = 0;
    for few in 12..40 {
        let ram = new_ram::<128>();
        let (handler, _) = boot(ram);
        (0..few).for_each(|n| put(handler, n, 0));
        let (before, places) = (words_of(ram), places_in(ram));
        put(handler, few, 170);
        let (after, kept) = (words_of(ram), places_in(ram));
        let start = after.len() - 128;
        for &(number, at, words) in &places {
            let overlaps = |&(_, other, length): &(u32, usize, usize)| {
                at < other + length && other < at + words
            };
            if kept.iter().any(overlaps) {
                continue;
            }
            let mut image = after.clone();
            let place = start + at..start + at + words;
            image[place.clone()].copy_from_slice(&before[place]);
            let (handler, _) = boot(ram_with::<128>(&image));
            let found = numbers(handler);
            assert!(found.is_sorted_by(|a, b| a < b), "{number} in {found:?}");
            assert!(kept.iter().all(|(number, ..)| found.contains(number)), "{found:?}");
            were_in_padding += u32::from(!found.contains(&number));
        }
    }
    assert!(were_in_padding > 0);
}

proptest! {
    /// Whatever part of a write's stores came through, it costs no other record.
    #[test]
    fn a_reset_in_mid_write_costs_that_record_at_most(
        records in prop::collection::vec(0..180_usize, 0..30),
        last in 0..180_usize,
        mask: [u64; 4],
    ) {
        let ram = new_ram::<128>();
        let (handler, _) = boot(ram);
        for (number, length) in records.iter().enumerate() {
            put(handler, number as u32, *length);
        }
        let (before, kept_before) = (words_of(ram), numbers_in(ram));
        let number = records.len() as u32;
        put(handler, number, last);
        let (after, kept_after) = (words_of(ram), numbers_in(ram));
        prop_assert!(kept_after.ends_with(&[number]));

        let check = |image: Vec<Word>| {
            let (handler, recovery) = boot(ram_with::<128>(&image));
            prop_assert_eq!(recovery.resets, 1);
            let found = numbers(handler);
            prop_assert!(found.is_sorted_by(|a, b| a < b), "{:?}", found);
            for n in &found {
                prop_assert!(kept_before.contains(n) || *n == number);
            }
            // In both images: not overwritten, so never touched.
            for n in kept_before.iter().filter(|n| kept_after.contains(n)) {
                prop_assert!(found.contains(n), "{} is not in {:?}", n, found);
            }
            // And all works again.
            put(handler, 1000, 0);
            prop_assert_eq!(numbers(handler), [1000]);
            Ok(())
        };
        let changed: Vec<usize> = (0..before.len()).filter(|&at| before[at] != after[at]).collect();
        for count in 0..=changed.len() {
            let mut image = before.clone();
            changed[..count].iter().for_each(|&at| image[at] = after[at]);
            check(image)?;
            let mut image = before.clone();
            changed[count..].iter().for_each(|&at| image[at] = after[at]);
            check(image)?;
        }
        let is_stored = |at: usize| mask[at / 64 % 4] >> (at % 64) & 1 == 1;
        check((0..before.len()).map(|at| if is_stored(at) { after[at] } else { before[at] }).collect())?;
    }

    #[test]
    fn flipped_bits_cost_the_records_they_are_in_at_most(
        records in prop::collection::vec(0..180_usize, 1..30),
        flips in prop::collection::vec((0..128_usize, 0..Word::BITS), 0..8),
    ) {
        let ram = new_ram::<128>();
        let (handler, _) = boot(ram);
        for (number, length) in records.iter().enumerate() {
            put(handler, number as u32, *length);
        }
        let places = places_in(ram);
        let mut image = words_of(ram);
        let start = image.len() - 128;
        flips.iter().for_each(|&(at, bit)| image[start + at] ^= 1 << bit);
        let good: Vec<u32> = places
            .iter()
            .filter(|(_, at, words)| (*at..at + words).all(|at| image[start + at] == words_of(ram)[start + at]))
            .map(|&(number, ..)| number)
            .collect();
        let (handler, recovery) = boot(ram_with::<128>(&image));
        prop_assert_eq!(recovery.records, good.len());
        prop_assert_eq!(numbers(handler), good);
        put(handler, 1000, 0);
        prop_assert_eq!(numbers_in(handler.ring.storage().0), [1000]);
    }

    #[test]
    fn random_ram_is_an_empty_log(words in prop::collection::vec(any::<u64>(), 71), dense: bool) {
        // Half of the words made to look like headers.
        let like = |word: u64| (word & 0xff_003f) | (Kind::Portable as u64) << 29;
        let words: Vec<Word> = words
            .iter()
            .map(|&word| if dense && word >> 63 == 0 { like(word) } else { word } as Word)
            .collect();
        let (handler, recovery) = boot(ram_with::<64>(&words));
        prop_assert_eq!(recovery, Recovery::default());
        prop_assert!(numbers(handler).is_empty());
        (1..20).for_each(|n| put(handler, n, 0));
        let (handler, recovery) = boot(reset(handler.ring.storage().0));
        prop_assert_eq!(recovery.resets, 1);
        prop_assert!(numbers(handler).ends_with(&[19]));
    }

    /// Boot after boot: what is not overwritten is there, in order, until it was drained.
    #[test]
    fn a_log_goes_on_from_boot_to_boot(boots in prop::collection::vec((0..25_usize, any::<bool>()), 1..12)) {
        let mut ram = new_ram::<128>();
        let (mut next, mut drained) = (0_u32, 0);
        for (number, &(records, drains)) in boots.iter().enumerate() {
            let (handler, recovery) = boot(ram);
            prop_assert_eq!(recovery.resets as usize, number);
            prop_assert_eq!(recovery.torn, 0);
            if drains {
                let found = numbers(handler);
                prop_assert!(found.iter().copied().eq(next - found.len() as u32..next), "{:?}", found);
                prop_assert_eq!(found.is_empty(), drained == next);
                drained = next;
            }
            for _ in 0..records {
                put(handler, next, next as usize * 7 % 50);
                next += 1;
            }
            ram = reset(ram);
        }
    }

    /// A reset while the boot before it was still sorting things out.
    #[test]
    fn a_reset_in_mid_recovery_costs_nothing(
        records in prop::collection::vec(0..180_usize, 1..30),
        flips in prop::collection::vec((0..128_usize, 0..Word::BITS), 0..4),
        mask: [u64; 4],
    ) {
        let ram = new_ram::<128>();
        let (handler, _) = boot(ram);
        for (number, length) in records.iter().enumerate() {
            put(handler, number as u32, *length);
        }
        let mut before = words_of(ram);
        let start = before.len() - 128;
        flips.iter().for_each(|&(at, bit)| before[start + at] ^= 1 << bit);
        let ram = ram_with::<128>(&before);
        let (handler, recovery) = boot(ram);
        let after = words_of(ram);
        let found = numbers(handler);
        let is_stored = |at: usize| mask[at / 64 % 4] >> (at % 64) & 1 == 1;
        let image: Vec<Word> =
            (0..before.len()).map(|at| if is_stored(at) { after[at] } else { before[at] }).collect();
        let (handler, again) = boot(ram_with::<128>(&image));
        prop_assert_eq!(again.records, recovery.records);
        prop_assert!(again.resets == 1 || again.resets == 2);
        prop_assert_eq!(numbers(handler), found);
    }
}

const BUILD: &str = "test 1.0";

fn new_ram<const WORDS: usize>() -> &'static RetainedRam<WORDS> {
    Box::leak(Box::new(RetainedRam::new()))
}

fn handler<const WORDS: usize>(
    ram: &'static RetainedRam<WORDS>,
) -> &'static RetainedHandler<WORDS> {
    Box::leak(Box::new(RetainedHandlerBuilder::new().build_static(ram)))
}

fn boot<const WORDS: usize>(
    ram: &'static RetainedRam<WORDS>,
) -> (&'static RetainedHandler<WORDS>, Recovery) {
    let handler = handler(ram);
    (handler, handler.start(BUILD))
}

/// The same contents, which the boot before cannot write to any more.
fn reset<const WORDS: usize>(ram: &RetainedRam<WORDS>) -> &'static RetainedRam<WORDS> {
    ram_with(&words_of(ram))
}

fn ram_with<const WORDS: usize>(words: &[Word]) -> &'static RetainedRam<WORDS> {
    let ram = new_ram();
    assert_eq!(words_in(ram).count(), words.len());
    words_in(ram).zip(words).for_each(|(slot, &word)| slot.store(word, Ordering::Relaxed));
    ram
}

/// All words in the order of their addresses.
fn words_in<const WORDS: usize>(ram: &RetainedRam<WORDS>) -> impl Iterator<Item = &AtomicWord> {
    ram.head_words().into_iter().chain(ram.words())
}

fn words_of<const WORDS: usize>(ram: &RetainedRam<WORDS>) -> Vec<Word> {
    words_in(ram).map(|word| word.load(Ordering::Relaxed)).collect()
}

/// Logs a message that begins with a number and is so much longer.
fn put<const WORDS: usize>(handler: &RetainedHandler<WORDS>, number: u32, more: usize) {
    log(handler, Level::INFO, &(number.to_string() + &" ".repeat(more)));
}

fn log<const WORDS: usize>(handler: &RetainedHandler<WORDS>, level: Level, message: &str) {
    let details = Details::default();
    let record = Record::from_message("test", &message, level, 0, &details);
    handler.handle(&record.since_boot());
}

fn number_of(record: &Record<'_>) -> u32 {
    let mut message = String::new();
    record.write_message(&mut message).unwrap();
    message.trim_end().parse().unwrap()
}

fn text_of<const WORDS: usize>(handler: &RetainedHandler<WORDS>) -> String {
    let mut text = Vec::new();
    let drained = handler.drain(&TextFormatter::new(), &mut SinkOf(&mut text)).unwrap();
    assert_eq!(
        (drained.written, drained.damaged),
        (text.iter().filter(|&&b| b == b'\n').count(), 0)
    );
    String::from_utf8(text).unwrap()
}

/// Takes all out: their numbers.
fn numbers<const WORDS: usize>(handler: &RetainedHandler<WORDS>) -> Vec<u32> {
    let mut numbers = Vec::new();
    let drained = handler.take_each(|record| {
        numbers.push(number_of(record));
        Ok::<_, fmt::Error>(())
    });
    assert_eq!(drained.unwrap().unwrap_or_default().damaged, 0);
    numbers
}

/// Number, place and length of the records in RAM, oldest first, as a host finds them in a dump.
fn places_in<const WORDS: usize>(ram: &RetainedRam<WORDS>) -> Vec<(u32, usize, usize)> {
    let bytes: Vec<u8> =
        ram.words().iter().flat_map(|word| word.load(Ordering::Relaxed).to_le_bytes()).collect();
    let mut dump = Dump::new(&bytes);
    let mut found = Vec::new();
    while let Some(retained) = dump.next() {
        let words = FIXED_WORDS + retained.frame.len() / WORD_BYTES;
        let number = retained.portable().unwrap().template.trim_end().parse().unwrap();
        found.push((retained.position, (number, dump.at() / WORD_BYTES - words, words)));
    }
    found.sort_by_key(|(position, _)| *position);
    found.into_iter().map(|(_, place)| place).collect()
}

fn numbers_in<const WORDS: usize>(ram: &RetainedRam<WORDS>) -> Vec<u32> {
    places_in(ram).into_iter().map(|(number, ..)| number).collect()
}

/// `Vec` is a sink with the feature `alloc` only.
struct SinkOf<'v>(&'v mut Vec<u8>);

impl embedded_io::ErrorType for SinkOf<'_> {
    type Error = core::convert::Infallible;
}

impl Write for SinkOf<'_> {
    fn write(&mut self, bytes: &[u8]) -> Result<usize, Self::Error> {
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> Result<(), Self::Error> {
        Ok(())
    }
}
