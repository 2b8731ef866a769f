//! Records of others: without a static logger or call site of ours, as those of the `log` crate. Kept
//! spelled out by the *caller*, read back by the *drain*. Compiled in where there can be such records.

use super::RingHandler;
use crate::atomic::WORD_BYTES;
use crate::frame::portable::Portable;
use crate::frame::{Header, Kind, MAX_VALUES, Writer};
use crate::handler::encode::Encoded;
use crate::handler::message::Message;
use crate::{Details, Record, Value};

impl<const WORDS: usize> RingHandler<WORDS> {
    /// Keeps a record of which nothing is a static. Its place is not kept, which would take more room than
    /// most messages.
    #[cold]
    #[inline(never)]
    pub(super) fn put_portable(&self, record: &Record<'_>) {
        let mut encoded = Encoded::new((Self::LIMIT - 1) * WORD_BYTES);
        encoded.put(record, record.ticks());
        let flag = |is_set: bool, flag| if is_set { flag } else { 0 };
        let values = flag(encoded.is_cut, Header::IS_CUT)
            | flag(record.is_in_nanos(), Header::IN_NANOS)
            | flag(record.is_since_boot(), Header::SINCE_BOOT)
            | flag(record.is_recovered(), Header::IS_RECOVERED);
        let (level, kind, frame) = (record.level(), Kind::Portable, encoded.words());
        let header = Header { words: 1 + frame.len(), level, values, kind, site: 0 };
        self.put_frame(header, |to: &mut Writer<'_>| to.bytes(frame.as_flattened()));
    }
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
    let (name, message, level, time) = (frame.name, &Message::of(&frame), frame.level, frame.time);
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
