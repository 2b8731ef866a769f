//! Records from a copy of a microcontroller's memory.

use femto_core::Record;
use femto_core::frame::retained;

use super::image::Image;
use super::retained::Retained;
use super::ring::{Frame, WORD};

/// The records in a memory dump, oldest first: what a crash log kept (`RetainedHandler`), then what is in
/// the rings.
///
/// A frame of a crash log is known by its checksum, and spelled out: no image is needed. One of a
/// `RingHandler` is known by what it refers to: the address of a statement and that of a logger, both of
/// which the program's image must have, and a length that fits its values. So it does not matter where in
/// the dump a ring begins, or whether some of it was overwritten; drained frames leave nothing behind. A
/// ring that wrapped around is put in order by the times of its frames; without a clock its newest may
/// come first. Two crash logs in one dump are mixed.
#[derive(Debug)]
pub struct Dump<'d> {
    ticks_per_second: Option<u64>,
    retained: Vec<Retained<'d>>,
    frames: Vec<Frame<'d>>,
}

impl<'d> Dump<'d> {
    /// Looks for frames of the program `image` in `memory`: a ring, or all of RAM, from a word's boundary
    /// on. `ticks_per_second` is that of the program's clock, for those of rings; without it they have no
    /// times.
    #[must_use]
    pub fn new(image: Option<&'d Image>, memory: &'d [u8], ticks_per_second: Option<u64>) -> Self {
        let retained = Retained::in_order(retained::Dump::new(memory).collect());
        let frames = image.map(|image| find_frames(image, memory)).unwrap_or_default();
        Self { ticks_per_second, retained, frames }
    }

    /// How many records there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.retained.len() + self.frames.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether there are records whose times are ticks. (A clock that was never set says 0.)
    #[must_use]
    pub fn has_ticks(&self) -> bool {
        self.frames.iter().any(|frame| frame.ticks() != Some(0))
    }

    /// Gives each record to `take`.
    pub fn for_each(&self, mut take: impl FnMut(&Record<'_>)) {
        self.retained.iter().for_each(|frame| frame.with_record(|record| take(&record)));
        let rate = self.ticks_per_second.filter(|_| self.has_ticks());
        let clock = |ticks| (rate.map(|rate| super::duration(ticks, rate)), true);
        self.frames
            .iter()
            .for_each(|frame| frame.with_record(frame.time(clock), |record| take(&record)));
    }
}

/// The frames of all rings in `memory`.
fn find_frames<'d>(image: &'d Image, memory: &'d [u8]) -> Vec<Frame<'d>> {
    let mut runs: Vec<Vec<Frame<'d>>> = Vec::new();
    let (mut rest, mut is_in_run) = (memory, false);
    while rest.len() >= WORD {
        let Some(frame) = Frame::read(rest, Some(image)) else {
            // Padding before the end of the ring belongs to neither side.
            rest = &rest[WORD..];
            is_in_run = false;
            continue;
        };
        rest = &rest[frame.words * WORD..];
        // The oldest frame of a ring may lie right behind its newest.
        let starts = |run: &Vec<Frame<'_>>| match (first_ticks(run), frame.ticks()) {
            (Some(first), Some(ticks)) => ticks < first,
            _ => false,
        };
        match runs.last_mut().filter(|run| is_in_run && !starts(run)) {
            Some(run) => run.push(frame),
            None => runs.push(vec![frame]),
        }
        is_in_run = true;
    }
    runs.sort_by_key(|run| first_ticks(run));
    runs.concat()
}

fn first_ticks(run: &[Frame<'_>]) -> Option<u64> {
    run.iter().find_map(Frame::ticks)
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use femto_core::frame::portable::Portable;
    use femto_core::{Level, Value};

    use super::*;

    const FLASH: u32 = 0x0800_0000;
    const SITE: u32 = FLASH;
    const KEYED_SITE: u32 = FLASH + 64;
    const LOGGER: u32 = FLASH + 128;

    /// Flash with two statements and a logger.
    fn image() -> Image {
        let mut flash = vec![0; 512];
        let mut next = 256;
        let mut put = |at: usize, words: &[u32]| {
            for (index, word) in words.iter().enumerate() {
                flash[at + 4 * index..][..4].copy_from_slice(&word.to_le_bytes());
            }
        };
        let mut texts = Vec::new();
        let mut text = |text: &'static str| {
            let at = next;
            texts.push((at, text));
            next += text.len();
            [FLASH + at as u32, text.len() as u32]
        };
        let [module, file] = [text("m"), text("main.rs")];
        let [plain, template, key, name] =
            [text("plain"), text("{} and {:>4}"), text("k"), text("net")];
        let facts = [20, 0, 0, module[0], module[1], file[0], file[1]];
        put(0, &[7, FLASH + 16, plain[0], plain[1]]);
        put(16, &[&facts[..], &[4, 0]].concat());
        put(64, &[7, FLASH + 80, template[0], template[1]]);
        put(80, &[&facts[..], &[FLASH + 200, 1]].concat());
        put(128, &name);
        put(200, &key);
        for (at, text) in texts {
            flash[at..at + text.len()].copy_from_slice(text.as_bytes());
        }
        Image::of_segment(FLASH.into(), flash)
    }

    fn frame(site: u32, time: u32, kinds: &[u32], values: &[u32]) -> Vec<u32> {
        let tags =
            kinds.iter().enumerate().fold(0, |tags, (index, kind)| tags | kind << (5 * index));
        let mut words = vec![0, site, LOGGER, time, 0];
        words.extend((!kinds.is_empty()).then_some(tags));
        words.extend(values);
        words[0] = words.len() as u32 | 20 << 12 | (kinds.len() as u32) << 20;
        words
    }

    fn messages(memory: &[u32]) -> Vec<String> {
        let (image, memory) =
            (image(), memory.iter().flat_map(|word| word.to_le_bytes()).collect::<Vec<u8>>());
        let mut seen = Vec::new();
        Dump::new(Some(&image), &memory, Some(1)).for_each(|record| {
            let mut text = String::new();
            record.write_message(&mut text).unwrap();
            for (key, value) in record.key_values() {
                text.push_str(&format!(" {key}={value}"));
            }
            let time = record.time().map(|time| time.as_secs());
            seen.push(format!("{time:?} {} {text}", record.logger_name()));
        });
        seen
    }

    #[test]
    fn a_ring_that_wrapped_is_in_order() {
        let keyed = frame(KEYED_SITE, 1, &[9, 16, 13], &[5, 2, 0x6261, 'c' as u32]);
        let memory = [
            &frame(SITE, 3, &[], &[])[..],
            &frame(SITE, 4, &[], &[]),
            &[0; 9],
            &keyed,
            &frame(SITE, 2, &[], &[]),
            &[3 << 29 | 2, 0], // padding
        ];
        let plain = |time| format!("Some({time}) net plain");
        let expected = ["Some(1) net 5 and   ab k=c".to_owned(), plain(2), plain(3), plain(4)];
        assert_eq!(messages(&memory.concat()), expected);
        // Full: the oldest frame lies right behind the newest.
        assert_eq!(messages(&[memory[0], memory[1], memory[3], memory[4]].concat()), expected);
    }

    #[test]
    fn records_of_others_are_spelled_out() {
        let portable = |text: &str| {
            let mut bytes = Vec::new();
            let frame = Portable::<&[Value<'_>], &[(&str, Value<'_>)]> {
                level: Level::INFO,
                time: 3_000_000_000,
                name: "other",
                template: text,
                ..Default::default()
            };
            frame.write(&mut bytes).unwrap();
            bytes.resize(bytes.len().next_multiple_of(4), 0);
            let words = bytes.as_chunks().0.iter().map(|word| u32::from_le_bytes(*word));
            let mut words: Vec<u32> = [0].into_iter().chain(words).collect();
            words[0] = words.len() as u32 | 20 << 12 | 2 << 20 | 2 << 29;
            words
        };
        let memory = [&portable("{a}")[..], &frame(SITE, 7, &[], &[]), &portable("b")].concat();
        let expected = ["Some(3) other {a}", "Some(7) net plain", "Some(3) other b"];
        assert_eq!(messages(&memory), expected);
    }

    #[test]
    fn without_a_clock_there_are_no_times() {
        assert_eq!(messages(&frame(SITE, 0, &[], &[])), ["None net plain"]);
    }

    proptest! {
        #[test]
        fn frames_are_found_between_anything(
            garbage in vec(vec(any::<u32>(), 0..20), 1..9),
        ) {
            let mut memory = Vec::new();
            let mut expected = Vec::new();
            for (index, garbage) in garbage.iter().enumerate() {
                memory.extend(garbage);
                memory.extend(frame(SITE, index as u32 + 1, &[], &[]));
                expected.push(format!("Some({}) net plain", index + 1));
            }
            prop_assert_eq!(messages(&memory), expected);
        }

        #[test]
        fn no_memory_makes_a_panic(
            words in vec(prop_oneof![
                any::<u32>(), 0..40_u32, Just(SITE), Just(KEYED_SITE), Just(LOGGER),
                (5..20_u32, 0..20_u32).prop_map(|(words, values)| words | 20 << 12 | values << 20),
            ], 0..200),
        ) {
            let _ = messages(&words);
        }

        #[test]
        fn no_elf_makes_a_panic(bytes in vec(any::<u8>(), 0..200), is_elf: bool) {
            let mut bytes = bytes;
            if is_elf && bytes.len() > 16 {
                bytes[..7].copy_from_slice(b"\x7fELF\x01\x01\x01");
            }
            let _ = Image::read(&bytes).map(|image| Dump::new(Some(&image), &bytes, Some(0)).len());
        }
    }
}
