//! Frames of a microcontroller's ring, wherever they were found: in its memory or on a wire.

use core::time::Duration;

use femto_core::frame::portable::Portable;
use femto_core::frame::{Header, MAX_VALUES};
use femto_core::{Level, Record, Value};

use super::image::Image;
use super::record::{Content, Local};

/// A frame of a ring of 32-bit words.
#[derive(Clone, Debug)]
pub(super) struct Frame<'d> {
    level: Level,
    is_cut: bool,
    is_recovered: bool,
    time: Time,
    content: Content<'d>,
    /// Length in words.
    pub(super) words: usize,
}

#[derive(Clone, Copy, Debug)]
enum Time {
    /// Of the program's clock.
    Ticks(u64),
    /// In nanoseconds, since boot or the Unix epoch.
    Nanos { nanos: u64, is_since_boot: bool },
}

impl<'d> Frame<'d> {
    /// The frame that begins with the first word of `memory`, if one does. Without the program's image
    /// it can only be one that is spelled out.
    pub(super) fn read(memory: &'d [u8], image: Option<&'d Image>) -> Option<Self> {
        let header = u32::from_le_bytes(*memory.first_chunk()?);
        let words = header as usize & 0xfff;
        let level = Level::new((header >> 12) as u8);
        let count = (header >> 20) as usize & 0x1f;
        let kind = header >> 29;
        let frame = memory.get(WORD..words.checked_mul(WORD)?)?;
        match kind {
            LOCAL | LOCAL_CUT if count <= MAX_VALUES => {
                let (time, content) = read_local(level, count, frame, image?)?;
                Some(Self {
                    level,
                    is_cut: kind == LOCAL_CUT,
                    is_recovered: false,
                    time,
                    content,
                    words,
                })
            }
            PORTABLE => {
                let portable = Portable::read(frame).ok().filter(|frame| frame.level == level)?;
                let has = |flag| count & flag != 0;
                let time = if has(Header::IN_NANOS) {
                    let is_since_boot = has(Header::SINCE_BOOT);
                    Time::Nanos { nanos: portable.time, is_since_boot }
                } else {
                    Time::Ticks(portable.time)
                };
                Some(Self {
                    level,
                    is_cut: has(Header::IS_CUT),
                    is_recovered: has(Header::IS_RECOVERED),
                    time,
                    content: Content::Portable { frame: portable, boot: None },
                    words,
                })
            }
            _ => None,
        }
    }

    /// The time, and whether it counts from boot; `clock` makes the same of ticks.
    pub(super) fn time(
        &self,
        clock: impl FnOnce(u64) -> (Option<Duration>, bool),
    ) -> (Option<Duration>, bool) {
        match self.time {
            Time::Nanos { nanos, is_since_boot } => {
                (Some(Duration::from_nanos(nanos)), is_since_boot)
            }
            Time::Ticks(ticks) => clock(ticks),
        }
    }

    /// Gives `take` the record, with the [time](Self::time) given.
    pub(super) fn with_record<R>(
        &self,
        (time, is_since_boot): (Option<Duration>, bool),
        take: impl FnOnce(Record<'_>) -> R,
    ) -> R {
        self.content.with_record(self.level, time, |mut record| {
            if is_since_boot {
                record = record.since_boot();
            }
            if self.is_cut {
                record = record.cut();
            }
            take(if self.is_recovered { record.recovered() } else { record })
        })
    }

    /// Ticks of the program's clock, if that is what the time is.
    pub(super) fn ticks(&self) -> Option<u64> {
        match self.time {
            Time::Ticks(ticks) => Some(ticks),
            Time::Nanos { .. } => None,
        }
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

/// Bytes of a word.
pub(super) const WORD: usize = 4;
/// Kinds in a word.
const TAGS: usize = 6;
/// The numbers of kinds of frames.
const LOCAL: u32 = 0;
const LOCAL_CUT: u32 = 1;
const PORTABLE: u32 = 2;
