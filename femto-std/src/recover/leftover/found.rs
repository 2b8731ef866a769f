//! The bytes of a mapped file, and where things lie in them.

use std::collections::HashMap;
use std::fs;
use std::path::Path;

use femto_core::frame::{Header, Kind};
use femto_core::{WORD_BYTES, Word};

use super::frame::Maker;
use super::{LeftRecord, LeftoverError};
use crate::clock::Conversion;
use crate::recover::arena::PAGE;
use crate::recover::layout::{self, handler, header, lane};
use crate::recover::spelled::{self, Route, Statement};
use crate::sink::Place;

/// A file whose header is whole. Nothing else in it is trusted.
pub(super) struct Found<'a> {
    bytes: &'a [u8],
    path: &'a Path,
    /// Which half the last commit wrote.
    half: usize,
}

impl<'a> Found<'a> {
    pub(super) fn new(bytes: &'a [u8], path: &'a Path) -> Result<Self, LeftoverError> {
        let mut found = Self { bytes, path, half: 0 };
        if bytes.iter().take(8 * header::CHECK + 8).all(|byte| *byte == 0) {
            return Err(LeftoverError::NotBegun);
        }
        // The mark is written first, the checksum last; before that, nothing else is.
        if found.number(header::MAGIC) == layout::MAGIC && found.number(header::CHECK) == 0 {
            return Err(LeftoverError::NotBegun);
        }
        let fixed = (0..header::CHECK).map(|index| found.number(index));
        if found.number(header::MAGIC) != layout::MAGIC
            || found.number(header::CHECK) != layout::check(fixed)
        {
            return Err(LeftoverError::Header);
        }
        let version = found.number(header::VERSION);
        let word_bytes = (version >> 32) as u32;
        if version as u32 != layout::VERSION as u32 || word_bytes as usize != WORD_BYTES {
            return Err(LeftoverError::Version { version: version as u32, word_bytes });
        }
        let own = [layout::LANES, layout::HANDLERS, layout::ARENA_AT];
        let told = [header::LANES, header::HANDLERS, header::ARENA_AT];
        if bytes.len() < layout::ARENA_AT
            || !told.iter().zip(own).all(|(&index, own)| found.number(index) == own as u64)
        {
            return Err(LeftoverError::Header);
        }
        found.half = (found.number(header::COMMIT) & 1) as usize;
        Ok(found)
    }

    /// A number of the header.
    pub(super) fn number(&self, index: usize) -> u64 {
        self.number_at(8 * index)
    }

    /// 0 where there is none.
    fn number_at(&self, at: usize) -> u64 {
        let number = self.bytes.get(at..).and_then(<[u8]>::first_chunk);
        number.map_or(0, |number| u64::from_ne_bytes(*number))
    }

    pub(super) fn process(&self) -> u32 {
        self.number(header::PROCESS) as u32
    }

    pub(super) fn progress(&self) -> Vec<(u64, u64)> {
        let at = header::progress(self.half);
        let pairs = (0..layout::LEFTOVERS)
            .map(|pair| (self.number(at + 2 * pair), self.number(at + 2 * pair + 1)));
        pairs.filter(|(identity, _)| *identity != 0).collect()
    }

    /// What is in a range of the file, whole or not at all.
    fn range(&self, at: u64, bytes: u64) -> Option<&'a [u8]> {
        let at = usize::try_from(at).ok()?;
        self.bytes.get(at..at.checked_add(usize::try_from(bytes).ok()?)?)
    }

    /// A handler's name; `None` for a slot that is free.
    pub(super) fn handler(&self, slot: usize) -> Option<String> {
        let at = layout::HANDLERS_AT + 8 * handler::NUMBERS * slot;
        let number = |index: usize| self.number_at(at + 8 * index);
        if number(handler::IS_USED) == 0 {
            return None;
        }
        let length = number(handler::NAME_LENGTH).min(handler::NAME_BYTES as u64);
        let name = self.range((at + 8 * handler::NAME) as u64, length)?;
        Some(String::from_utf8_lossy(name).into_owned())
    }

    /// The lines of a handler that were committed and are not known to be written, and where the write
    /// was that may have been under way. `None` if that is damaged.
    pub(super) fn lines(&self, slot: usize) -> Option<(Vec<u8>, Option<Place>)> {
        let at = layout::HANDLERS_AT + 8 * handler::NUMBERS * slot;
        let number = |index: usize| self.number_at(at + 8 * index);
        let sealed = handler::sealed(self.half);
        let [end, start, from, to] = [0, 1, 2, 3].map(|index| number(sealed + index));
        let written = number(handler::WRITTEN).max(start);
        let place = handler::place((number(handler::PLACE) & 1) as usize);
        let [device, inode, length, position] = [0, 1, 2, 3].map(|index| number(place + index));
        // One of an earlier write says nothing.
        let place = (position == written + 1).then_some(Place { device, inode, length });
        if written >= end {
            return Some((Vec::new(), place));
        }
        let ring = self.range(number(handler::RING_AT), number(handler::RING_BYTES))?;
        if ring.is_empty() {
            return None;
        }
        let mut lines = Vec::new();
        let mut at = written;
        if from <= at && at < to {
            // Without the file, they were written: it is removed then.
            let beside = fs::read(layout::beside(self.path, "lines", slot as u64));
            let beside = beside.unwrap_or_default();
            lines.extend(beside.get((at - from) as usize..).unwrap_or_default());
            at = to.min(end);
        }
        if end - at > ring.len() as u64 {
            return None;
        }
        let (before, behind) = ring.split_at((at % ring.len() as u64) as usize);
        let count = (end - at) as usize;
        lines.extend(behind.iter().chain(before).take(count));
        Some((lines, place))
    }

    /// The entries of a region.
    fn spelled(&self, index: usize) -> HashMap<u32, &'a [u8]> {
        let root = self.number(index);
        let region = self.range(root & ((1 << 48) - 1), (root >> 48) * PAGE as u64);
        spelled::read(region.unwrap_or_default()).collect()
    }

    /// The records that no commit consumed, in order of time, and how many things were damaged.
    pub(super) fn records(&self) -> (Vec<LeftRecord>, usize) {
        let statements = self.spelled(header::STATEMENTS);
        let statements =
            statements.iter().filter_map(|(id, bytes)| Some((*id, Statement::read(bytes)?)));
        let routes = self.spelled(header::ROUTES);
        let routes = routes.iter().filter_map(|(id, bytes)| Some((*id, Route::read(bytes)?)));
        let clock = header::clock(self.half);
        let mut maker = Maker {
            statements: statements.collect(),
            routes: routes.collect(),
            conversion: Conversion::of_parts([0, 1, 2].map(|part| self.number(clock + part))),
            process: self.process(),
            thread: None,
        };
        let mut rings: Vec<_> = (0..layout::LANES)
            .map(|slot| layout::LANES_AT + 8 * lane::NUMBERS * slot)
            .filter(|at| self.number_at(at + 8 * lane::NUMBER) != 0)
            .collect();
        // Those of a lane one after the other, the oldest first.
        let key = |at: &usize| {
            (self.number_at(at + 8 * lane::LANE), self.number_at(at + 8 * lane::NUMBER))
        };
        rings.sort_by_key(key);
        let (mut records, mut damaged, mut last) = (Vec::new(), 0, None);
        for at in rings {
            let number = key(&at).0;
            // Within a lane the order is that of the calls, whatever the clock did.
            let mut latest = last.filter(|(lane, _)| *lane == number).map_or(0, |(_, time)| time);
            maker.thread = self.thread(at);
            let is_whole = self.frames(at, |frame, header| {
                let read = match header.kind {
                    Kind::Aside => self.beside(header.site).and_then(|frame| maker.record(&frame)),
                    _ => maker.record(frame),
                };
                match read {
                    Some(mut record) => {
                        latest = record.time.max(latest);
                        record.time = latest;
                        records.push(record);
                    }
                    None => damaged += 1,
                }
            });
            damaged += usize::from(!is_whole);
            last = Some((number, latest));
        }
        records.sort_by_key(|record| record.time);
        (records, damaged)
    }

    /// A lane's thread: its identifier and name.
    fn thread(&self, at: usize) -> Option<(u64, String)> {
        let length = self.number_at(at + 8 * lane::NAME_LENGTH);
        if length > lane::NAME_BYTES as u64 {
            return None;
        }
        let name = self.range((at + 8 * lane::NAME) as u64, length)?;
        let id = self.number_at(at + 8 * lane::THREAD);
        Some((id, String::from_utf8_lossy(name).into_owned()))
    }

    /// Gives the frames of a ring that no commit consumed; false if it is damaged from some point on.
    fn frames(&self, slot: usize, mut take: impl FnMut(&'a [u8], Header)) -> bool {
        let number = |index: usize| self.number_at(slot + 8 * index);
        let capacity = number(lane::CAPACITY);
        let words = capacity.checked_mul(WORD_BYTES as u64);
        let ring = words.and_then(|bytes| self.range(number(lane::AT), bytes));
        let Some(ring) = ring.filter(|ring| ring.len() / WORD_BYTES >= 16) else { return false };
        if !capacity.is_power_of_two() {
            return false;
        }
        let capacity = capacity as usize;
        let mut position = number(lane::consumed(self.half)) as usize;
        let mut left = capacity;
        loop {
            let at = position & (capacity - 1);
            let Some(first) = ring.get(at * WORD_BYTES..).and_then(<[u8]>::first_chunk) else {
                return false;
            };
            let first = Word::from_ne_bytes(*first);
            // Nobody consumed it, nobody wrote it: here is the end.
            if first == 0 || left == 0 {
                return true;
            }
            let Some(header) = Header::from_word(first) else { return false };
            let end = at + header.words;
            if end > capacity || header.words > left {
                return false;
            }
            if header.kind != Kind::Padding {
                take(&ring[at * WORD_BYTES..end * WORD_BYTES], header);
            }
            position = position.wrapping_add(header.words);
            left -= header.words;
        }
    }

    /// A frame that was too large for its ring.
    fn beside(&self, number: u32) -> Option<Vec<u8>> {
        fs::read(layout::beside(self.path, "large", number.into())).ok()
    }
}
