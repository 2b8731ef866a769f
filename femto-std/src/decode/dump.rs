//! Records from a copy of a microcontroller's memory.

use core::time::Duration;

use femto_core::frame::portable::Portable;
use femto_core::frame::{Header, MAX_VALUES};
use femto_core::{Level, Record, Value};

use super::image::Image;
use super::record::{Content, Local};

/// The records of the rings in a memory dump, oldest first.
///
/// A frame is known by what it refers to: the address of a statement and that of a logger, both of which
/// the program's image must have, and a length that fits its values. So it does not matter where in the
/// dump a ring begins, or whether some of it was overwritten; drained frames leave nothing behind. A ring
/// that wrapped around is put in order by the times of its frames; without a clock its newest may come
/// first.
#[derive(Debug)]
pub struct Dump<'d> {
    ticks_per_second: u64,
    frames: Vec<Frame<'d>>,
}

/// A frame that was found.
#[derive(Clone, Debug)]
struct Frame<'d> {
    level: Level,
    is_cut: bool,
    is_recovered: bool,
    is_since_boot: bool,
    time: Time,
    content: Content<'d>,
    /// Length in words.
    words: usize,
}

#[derive(Clone, Copy, Debug)]
enum Time {
    Ticks(u64),
    Nanos(u64),
}

impl<'d> Dump<'d> {
    /// Looks for frames of the program `image` in `memory`: a ring, or all of RAM, from a word's boundary
    /// on. `ticks_per_second` is that of the program's clock.
    #[must_use]
    pub fn new(image: &'d Image, memory: &'d [u8], ticks_per_second: u64) -> Self {
        let mut runs: Vec<Vec<Frame<'d>>> = Vec::new();
        let (mut rest, mut is_in_run) = (memory, false);
        while rest.len() >= WORD {
            let Some(frame) = Frame::read(rest, image) else {
                // Padding before the end of the ring belongs to neither side.
                rest = &rest[WORD..];
                is_in_run = false;
                continue;
            };
            rest = &rest[frame.words * WORD..];
            // The oldest frame of a ring may lie right behind its newest.
            let starts = |run: &Vec<Frame<'_>>| match (first_ticks(run), frame.time) {
                (Some(first), Time::Ticks(ticks)) => ticks < first,
                _ => false,
            };
            match runs.last_mut().filter(|run| is_in_run && !starts(run)) {
                Some(run) => run.push(frame),
                None => runs.push(vec![frame]),
            }
            is_in_run = true;
        }
        runs.sort_by_key(|run| first_ticks(run));
        Self { ticks_per_second, frames: runs.concat() }
    }

    /// How many records there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.frames.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.frames.is_empty()
    }

    /// Gives each record to `take`.
    pub fn for_each(&self, mut take: impl FnMut(&Record<'_>)) {
        // A clock that was never set says 0.
        let has_clock = self.frames.iter().any(|frame| !matches!(frame.time, Time::Ticks(0)));
        for frame in &self.frames {
            let time = match frame.time {
                Time::Nanos(nanos) => Some(Duration::from_nanos(nanos)),
                Time::Ticks(ticks) => has_clock.then(|| duration(ticks, self.ticks_per_second)),
            };
            frame.with_record(time, |record| take(&record));
        }
    }
}

impl<'d> Frame<'d> {
    /// The frame that begins with the first word of `memory`, if one does.
    fn read(memory: &'d [u8], image: &'d Image) -> Option<Self> {
        let header = u32::from_le_bytes(*memory.first_chunk()?);
        let words = header as usize & 0xfff;
        let level = Level::new((header >> 12) as u8);
        let count = (header >> 20) as usize & 0x1f;
        let kind = header >> 29;
        let frame = memory.get(WORD..words.checked_mul(WORD)?)?;
        match kind {
            LOCAL | LOCAL_CUT if count <= MAX_VALUES => {
                let (time, content) = read_local(level, count, frame, image)?;
                Some(Self {
                    level,
                    is_cut: kind == LOCAL_CUT,
                    is_recovered: false,
                    is_since_boot: true,
                    time,
                    content,
                    words,
                })
            }
            PORTABLE => {
                let portable = Portable::read(frame).ok().filter(|frame| frame.level == level)?;
                let in_nanos = count & Header::IN_NANOS != 0;
                let time = if in_nanos { Time::Nanos } else { Time::Ticks };
                Some(Self {
                    level,
                    is_cut: count & Header::IS_CUT != 0,
                    is_recovered: count & Header::IS_RECOVERED != 0,
                    is_since_boot: !in_nanos || count & Header::SINCE_BOOT != 0,
                    time: time(portable.time),
                    content: Content::Portable(portable),
                    words,
                })
            }
            _ => None,
        }
    }

    fn with_record(&self, time: Option<Duration>, take: impl FnOnce(Record<'_>)) {
        let take = |mut record: Record<'_>| {
            if self.is_since_boot {
                record = record.since_boot();
            }
            if self.is_cut {
                record = record.cut();
            }
            take(if self.is_recovered { record.recovered() } else { record });
        };
        self.content.with_record(self.level, time, take);
    }
}

/// Time and content of a local frame of `count` values, if it can be one.
fn read_local<'d>(
    level: Level,
    count: usize,
    frame: &'d [u8],
    image: &'d Image,
) -> Option<(Time, Content<'d>)> {
    let mut words = Words(frame);
    let (site, logger) = (words.word()?, words.word()?);
    let time = Time::Ticks(words.wide()?);
    // Before anything is collected: most words are no frame.
    image.site(site)?;
    let kinds: Vec<u32> = (0..count.div_ceil(TAGS)).map(|_| words.word()).collect::<Option<_>>()?;
    let kind_of = |index: usize| kinds[index / TAGS] >> (5 * (index % TAGS)) & 0x1f;
    let values = (0..count).map(|index| words.value(kind_of(index))).collect::<Option<_>>()?;
    let local = Local::new(image, level, site, logger, values)?;
    words.0.is_empty().then_some((time, Content::Local(local)))
}

fn first_ticks(run: &[Frame<'_>]) -> Option<u64> {
    run.iter().find_map(|frame| match frame.time {
        Time::Ticks(ticks) => Some(ticks),
        Time::Nanos(_) => None,
    })
}

/// Takes words off the front of a frame: the local encoding, 32 bits wide
/// ([`femto_core::frame::local`]).
struct Words<'d>(&'d [u8]);

impl<'d> Words<'d> {
    fn word(&mut self) -> Option<u32> {
        let (&word, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(u32::from_le_bytes(word))
    }

    fn wide(&mut self) -> Option<u64> {
        let (&wide, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(u64::from_le_bytes(wide))
    }

    fn bytes(&mut self) -> Option<&'d [u8]> {
        let length = self.word()? as usize;
        let padded = length.checked_next_multiple_of(WORD)?;
        let (bytes, rest) = self.0.split_at_checked(padded)?;
        self.0 = rest;
        Some(&bytes[..length])
    }

    fn text(&mut self) -> Option<&'d str> {
        core::str::from_utf8(self.bytes()?).ok()
    }

    /// A value of a kind; the numbers are those of the [portable](femto_core::frame::portable) encoding.
    fn value(&mut self, kind: u32) -> Option<Value<'d>> {
        Some(match kind {
            0 => Value::None,
            1 => Value::Bool(false),
            2 => Value::Bool(true),
            3 => Value::I8(self.word()? as i8),
            4 => Value::I16(self.word()? as i16),
            5 => Value::I32(self.word()? as i32),
            6 => Value::I64(self.wide()? as i64),
            7 => Value::U8(self.word()? as u8),
            8 => Value::U16(self.word()? as u16),
            9 => Value::U32(self.word()?),
            10 => Value::U64(self.wide()?),
            11 => Value::F32(f32::from_bits(self.word()?)),
            12 => Value::F64(f64::from_bits(self.wide()?)),
            13 => Value::Char(char::from_u32(self.word()?)?),
            14 => Value::I128([self.wide()?, self.wide()?]),
            15 => Value::U128([self.wide()?, self.wide()?]),
            16 => Value::Str(self.text()?),
            17 => Value::Bytes(self.bytes()?),
            18 => Value::Rendered(self.text()?),
            19 => Value::Hexdump(self.bytes()?),
            _ => return None,
        })
    }
}

fn duration(ticks: u64, rate: u64) -> Duration {
    let rate = rate.max(1);
    let nanos = u128::from(ticks % rate) * 1_000_000_000 / u128::from(rate);
    Duration::new(ticks / rate, nanos as u32)
}

/// Bytes of a word.
const WORD: usize = 4;
/// Kinds in a word.
const TAGS: usize = 6;
/// The numbers of kinds of frames.
const LOCAL: u32 = 0;
const LOCAL_CUT: u32 = 1;
const PORTABLE: u32 = 2;

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

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
        Dump::new(&image, &memory, 1).for_each(|record| {
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
            let _ = Image::read(&bytes).map(|image| Dump::new(&image, &bytes, 0).len());
        }
    }
}
