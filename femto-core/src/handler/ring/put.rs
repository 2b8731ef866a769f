//! Puts a record that was made into the ring. Runs on the *caller*.

use super::RingHandler;
#[cfg(any(feature = "defmt-global-logger", feature = "log"))]
use crate::atomic::WORD_BYTES;
use crate::atomic::{Ordering, Word};
#[cfg(any(feature = "defmt-global-logger", feature = "log"))]
use crate::frame::Header;
use crate::frame::local::Event;
use crate::frame::{Encode, Kind, MAX_VALUES, Writer};
use crate::reference::refer;
use crate::{CallSite, Logger, Record, Value};

impl<const WORDS: usize> RingHandler<WORDS> {
    /// Puts a record of which nothing is known yet.
    pub(super) fn put(&self, record: &Record<'_>) {
        match record.statics() {
            Some((logger, site)) => self.put_local(logger, site, record),
            #[cfg(feature = "log")]
            None => self.put_portable(record),
            #[cfg(not(feature = "log"))]
            None => self.count_dropped(),
        }
    }

    #[inline(never)]
    fn put_local(&self, logger: &'static Logger, site: &'static CallSite, record: &Record<'_>) {
        let (Some(site), Some(route)) = (refer(site), refer(logger)) else {
            return self.count_dropped();
        };
        let (level, time, values) = (record.level(), record.ticks(), record.values());
        let event = Event { level, site, route, time, values };
        if values.len() > MAX_VALUES || values.iter().any(is_unrendered) {
            return self.put_rendered(event);
        }
        let kind = if record.is_cut() { Kind::LocalCut } else { Kind::Local };
        match event.words() {
            words if words <= Self::LIMIT => self.put_event(&event, words, kind),
            _ => self.put_rendered(event),
        }
    }

    pub(super) fn put_event(&self, event: &Event<'_>, words: usize, kind: Kind) {
        self.put_frame(words, event.header(words, kind), *event);
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
    #[inline(always)]
    fn put_frame(&self, words: usize, header: Word, frame: impl Encode) {
        let anew = || self.claim_by_policy(words);
        if let Some([first, rest @ ..]) = self.ring.try_claim(words).or_else(anew) {
            frame.encode(&mut Writer::after_header(rest));
            first.store(header, Ordering::Release);
        }
    }
}

fn is_unrendered(value: &Value<'_>) -> bool {
    matches!(value, Value::Arguments(_))
}
