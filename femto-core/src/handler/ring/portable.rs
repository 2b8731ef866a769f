//! Records of others: without a static logger or call site of ours, as those of the `log` crate. Kept
//! spelled out by the *caller*, read back by the *drain*. Compiled in where there can be such records.

use super::{MAX_WORDS, RingHandler};
use crate::atomic::WORD_BYTES;
use crate::call::Cutting;
use crate::frame::portable::{Portable, Style};
use crate::frame::{Header, Kind, MAX_VALUES, Writer, words_for};
use crate::{Details, Record, Value};

impl<const WORDS: usize> RingHandler<WORDS> {
    /// Keeps a record of which nothing is a static: name, message and key-values. Its place is not
    /// kept, which would take more room than most messages. What does not fit is cut from the message,
    /// or, where key-values leave no room for one, they are left out.
    #[cold]
    #[inline(never)]
    pub(super) fn put_portable(&self, record: &Record<'_>) {
        let mut text = heapless::String::<TEXT_BYTES>::new();
        let mut out = Cutting { text: &mut text, is_cut: false };
        // A `Display` that fails leaves what it wrote.
        let _ = record.write_message(&mut out);
        let is_cut = out.is_cut || record.is_cut();

        let mut bytes = [0; MAX_WORDS * WORD_BYTES];
        let room = &mut bytes[..(Self::LIMIT - 1) * WORD_BYTES];
        let mut fitting = write(record, &text, true, room).map(|length| (length, is_cut));
        for has_pairs in [true, false] {
            if fitting.is_none()
                && let Some(without) = write(record, "", has_pairs, room)
            {
                let fits = &text[..text.floor_char_boundary(room.len() - without)];
                fitting = write(record, fits, has_pairs, room).map(|length| (length, true));
            }
        }
        let Some((length, is_cut)) = fitting else { return self.count_dropped() };

        let flag = |is_set: bool, flag| if is_set { flag } else { 0 };
        let values = flag(is_cut, Header::IS_CUT)
            | flag(record.is_in_nanos(), Header::IN_NANOS)
            | flag(record.is_since_boot(), Header::SINCE_BOOT)
            | flag(record.is_recovered(), Header::IS_RECOVERED);
        let (level, kind) = (record.level(), Kind::Portable);
        let header = Header { words: 1 + words_for(length), level, values, kind, site: 0 };
        self.put_frame(header, |to: &mut Writer<'_>| to.bytes(&bytes[..length]));
    }
}

/// Writes the frame; its length in bytes, `None` if there is no room for it.
fn write(record: &Record<'_>, message: &str, has_pairs: bool, room: &mut [u8]) -> Option<usize> {
    let size = room.len();
    let mut left = &mut *room;
    let frame = Portable {
        level: record.level(),
        style: Style::Ready,
        time: record.ticks(),
        name: record.logger_name(),
        template: message,
        arguments: &[][..],
        mapping: None,
        key_values: (has_pairs && record.has_key_values()).then_some(record),
        location: None,
        function: None,
        level_name: record.level_name(),
        thread: None,
        process: None,
        task: None,
        exception: None,
        stack: None,
    };
    let as_written = None::<fn(&mut &mut [u8]) -> _>;
    frame.write_with(&mut left, as_written, |record| record.key_values()).ok()?;
    Some(size - left.len())
}

/// Lends `take` the record that a portable frame holds, given its header and all of its words; `None`
/// if it holds none.
pub(super) fn read<T>(
    header: Header,
    words: &[u8],
    take: impl FnOnce(&Record<'_>) -> T,
) -> Option<T> {
    let frame = Portable::read(words.get(WORD_BYTES..)?).ok()?;
    let mut room = [("", Value::None); MAX_VALUES];
    let mut pairs = frame.key_values.into_iter().flatten();
    let count = room.iter_mut().zip(&mut pairs).map(|(slot, pair)| *slot = pair).count();
    let details =
        Details { key_values: &room[..count], level_name: frame.level_name, ..Details::default() };
    let (name, message, level, time) = (frame.name, &frame.template, frame.level, frame.time);
    let has = |flag| header.values & flag != 0;
    let mut record = if has(Header::IN_NANOS) {
        Record::from_message(name, message, level, time, &details)
    } else {
        Record::of_ticks(name, message, level, time, &details)
    };
    if has(Header::IS_CUT) {
        record = record.cut();
    }
    if has(Header::SINCE_BOOT) {
        record = record.since_boot();
    }
    if has(Header::IS_RECOVERED) {
        record = record.recovered();
    }
    Some(take(&record))
}

/// The longest message, in bytes.
const TEXT_BYTES: usize = 192;
