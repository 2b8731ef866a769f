//! Puts a record that was made into the ring. Runs on the *caller*.

use super::RingHandler;
use super::cut::cut_all;
use super::render::PutRendered;
#[cfg(any(feature = "defmt-global-logger", feature = "log"))]
use crate::atomic::AtomicWord;
use crate::atomic::Ordering;
use crate::frame::local::Event;
#[cfg(any(feature = "defmt-global-logger", feature = "log"))]
use crate::frame::{Encode, Header, Writer};
use crate::frame::{Kind, MAX_VALUES};
use crate::reference::refer;
use crate::{CallSite, Logger, Record, Value};

impl<const WORDS: usize> PutRendered for RingHandler<WORDS> {
    fn put_rendered(&self, event: &Event<'_>, is_cut: bool) {
        self.put_event(event, is_cut, is_cut);
    }
}

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
        match record.render() {
            None => self.put_event(&event, record.is_cut(), false),
            Some(render) => render(&event, self),
        }
    }

    /// Puts a record of which nothing is to be rendered any more; `is_cut_here` if that cut it.
    fn put_event(&self, event: &Event<'_>, is_cut: bool, is_cut_here: bool) {
        let words = event.words_small();
        if words > Self::LIMIT || event.values.len() > MAX_VALUES {
            return self.put_shortened(event, words);
        }
        if is_cut_here {
            self.count_cut();
        }
        self.put_fitting(event, words, is_cut);
    }

    /// Cuts texts until the frame fits, or drops the record.
    #[cold]
    #[inline(never)]
    fn put_shortened(&self, event: &Event<'_>, words: usize) {
        let mut room = [Value::None; MAX_VALUES];
        match cut_all(event.values, words.saturating_sub(Self::LIMIT), &mut room) {
            None => self.count_dropped(),
            Some(values) => {
                self.count_cut();
                let event = Event { values, ..*event };
                self.put_fitting(&event, event.words_small(), true);
            }
        }
    }

    #[inline(never)]
    fn put_fitting(&self, event: &Event<'_>, words: usize, is_cut: bool) {
        let kind = if is_cut { Kind::LocalCut } else { Kind::Local };
        if let Some(room @ [first, ..]) = self.claim_by_policy(words) {
            event.write_small(room);
            first.store(event.header(words, kind), Ordering::Release);
        }
    }

    /// Puts a frame: claims room by the policy, has `frame` write all words but the header, and commits.
    #[cfg(any(feature = "defmt-global-logger", feature = "log"))]
    #[inline(always)]
    pub(crate) fn put_frame(&self, header: Header, frame: impl Encode) {
        let words = header.words;
        if words > Self::LIMIT {
            return self.count_dropped();
        }
        let anew = || self.claim_where_short(words);
        // A refusal is counted by the ring.
        if let Some([first, rest @ ..]) = self.ring.try_claim(words).or_else(anew) {
            frame.encode(&mut Writer::after_header(rest));
            first.store(header.to_word(), Ordering::Release);
        }
    }

    /// Claims where the quick try did not succeed. Apart, so that it costs the common case no registers.
    #[cfg(any(feature = "defmt-global-logger", feature = "log"))]
    #[cold]
    #[inline(never)]
    fn claim_where_short(&self, words: usize) -> Option<&[AtomicWord]> {
        self.claim_by_policy(words)
    }
}
