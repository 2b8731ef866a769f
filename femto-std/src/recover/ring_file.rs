//! The mapped file of this process: its lanes, and what a commit of the *collector* publishes.
//!
//! Lanes are made on the *caller*, at a thread's first record and when it needs a larger one.

use core::sync::atomic::{AtomicU32, AtomicU64, Ordering, fence};
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{SystemTime, UNIX_EPOCH};

use femto_core::{CallSite, WORD_BYTES, Word};

use super::arena::Arena;
use super::journal::Journal;
use super::layout::{self, header, lane};
use super::map::Map;
use super::spelled::{self, Spelled};
use crate::clock::Conversion;
use crate::handler::{Handler, Way};
use crate::lane::Words;
use crate::route::Destination;
use crate::{report, state};

/// The mapped file of this process.
pub(crate) struct RingFile {
    path: PathBuf,
    /// Of the process that made it.
    epoch: u32,
    /// Locked as long as it is open; `None` in a forked child.
    file: Mutex<Option<File>>,
    map: Map,
    header: &'static [AtomicU64],
    lanes: &'static [AtomicU64],
    handlers: &'static [AtomicU64],
    /// Frames kept beside it so far.
    large: AtomicU32,
    tables: Mutex<Tables>,
}

/// What the file's tables hold, and is not read from them.
struct Tables {
    arena: Arena,
    free_lanes: Vec<u32>,
    /// Rings made so far.
    rings: u64,
    journals: Vec<Option<Kept>>,
    statements: Spelled,
    routes: Spelled,
}

/// A handler, its number, and its lines.
type Kept = (Weak<Handler>, u32, Arc<Journal>);

impl RingFile {
    /// Makes `file` one, which is empty and locked.
    pub(super) fn begin(path: &Path, file: File, bytes: usize) -> io::Result<Self> {
        let bytes = bytes.next_multiple_of(super::arena::PAGE);
        let map = Map::allocate(&file, bytes)?;
        let header = map.numbers(0, header::NUMBERS);
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos();
        let process = u64::from(std::process::id());
        let fixed = [
            layout::MAGIC,
            layout::VERSION | (WORD_BYTES as u64) << 32,
            bytes as u64,
            now as u64 ^ process << 44,
            process,
            now as u64,
            layout::LANES as u64,
            layout::HANDLERS as u64,
            layout::ARENA_AT as u64,
        ];
        let mut arena = Arena::new(layout::ARENA_AT, bytes);
        let statements = Spelled::new(&map, &mut arena, &header[header::STATEMENTS])?;
        let routes = Spelled::new(&map, &mut arena, &header[header::ROUTES])?;
        let file = Self {
            path: path.to_owned(),
            epoch: state::epoch(),
            file: Mutex::new(Some(file)),
            map,
            header,
            lanes: map.numbers(layout::LANES_AT, layout::LANES * lane::NUMBERS),
            handlers: map.numbers(layout::HANDLERS_AT, layout::HANDLERS * layout::handler::NUMBERS),
            large: AtomicU32::new(0),
            tables: Mutex::new(Tables {
                arena,
                free_lanes: (0..layout::LANES as u32).rev().collect(),
                rings: 0,
                journals: Vec::new(),
                statements,
                routes,
            }),
        };
        let mut clock = Conversion::new();
        clock.refresh();
        for half in 0..2 {
            put(&header[header::clock(half)..], clock.parts());
        }
        header[header::MAGIC].store(layout::MAGIC, Ordering::Relaxed);
        // With the mark and no checksum, it is one that was not begun.
        fence(Ordering::Release);
        put(header, fixed);
        header[header::CHECK].store(layout::check(fixed), Ordering::Release);
        Ok(file)
    }

    /// Whether this process made it, rather than one that it was forked from: then another thread may
    /// have had it locked, for ever.
    pub(crate) fn is_own(&self) -> bool {
        self.epoch == state::epoch()
    }

    fn tables(&self) -> MutexGuard<'_, Tables> {
        self.tables.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Room for a ring of `words` words, for frames of the lane of this number; `None` if there is
    /// none.
    pub(crate) fn new_lane(
        &self,
        words: usize,
        number: u64,
        thread: Option<&(u64, String)>,
    ) -> Option<Words> {
        let words = words.next_power_of_two();
        let mut tables = self.tables();
        let slot = tables.free_lanes.pop()?;
        let Some(at) = tables.arena.take(words * WORD_BYTES) else {
            tables.free_lanes.push(slot);
            return None;
        };
        tables.rings += 1;
        let ring = tables.rings;
        drop(tables);
        let room = self.map.words(at, words);
        for word in room {
            word.store(0, Ordering::Relaxed);
        }
        let numbers = self.lane(slot);
        numbers[lane::AT].store(at as u64, Ordering::Relaxed);
        numbers[lane::CAPACITY].store(words as u64, Ordering::Relaxed);
        numbers[lane::consumed(0)].store(0, Ordering::Relaxed);
        numbers[lane::consumed(1)].store(0, Ordering::Relaxed);
        numbers[lane::LANE].store(number, Ordering::Relaxed);
        let (id, name) = thread.map_or((0, ""), |(id, name)| (*id, name));
        numbers[lane::THREAD].store(id, Ordering::Relaxed);
        let length = spelled::put_bytes(&numbers[lane::NAME..], name.as_bytes());
        let length = if thread.is_some() { length as u64 } else { u64::MAX };
        numbers[lane::NAME_LENGTH].store(length, Ordering::Relaxed);
        // Behind all of it: a slot with a number is whole.
        numbers[lane::NUMBER].store(ring, Ordering::Release);
        Some(Words::mapped(room, slot))
    }

    /// Gives a lane's room back. Everything in it was committed.
    pub(crate) fn free_lane(&self, slot: u32) {
        let numbers = self.lane(slot);
        let at = numbers[lane::AT].load(Ordering::Relaxed) as usize;
        let words = numbers[lane::CAPACITY].load(Ordering::Relaxed) as usize;
        numbers[lane::NUMBER].store(0, Ordering::Release);
        fence(Ordering::SeqCst);
        let mut tables = self.tables();
        tables.arena.give_back(at, words * WORD_BYTES);
        tables.free_lanes.push(slot);
    }

    fn lane(&self, slot: u32) -> &'static [AtomicU64] {
        &self.lanes[slot as usize * lane::NUMBERS..][..lane::NUMBERS]
    }

    /// Where the lines of a queued handler are kept until they are written; `None` if there is no room
    /// for another handler.
    pub(crate) fn journal(&self, handler: &Arc<Handler>) -> Option<Arc<Journal>> {
        let mut tables = self.tables();
        let known = tables.journals.iter().flatten().find(|(_, id, _)| *id == handler.id());
        if let Some((_, _, journal)) = known {
            return Some(journal.clone());
        }
        let tables = &mut *tables;
        // Handlers that are gone make room.
        for slot in &mut tables.journals {
            if let Some((_, _, journal)) = slot
                .take_if(|(handler, _, journal)| handler.strong_count() == 0 && journal.is_done())
            {
                let (at, bytes) = journal.close();
                tables.arena.give_back(at, bytes);
            }
        }
        let slot = tables.journals.iter().position(Option::is_none).unwrap_or_else(|| {
            tables.journals.push(None);
            tables.journals.len() - 1
        });
        if slot >= layout::HANDLERS {
            tables.journals.truncate(layout::HANDLERS);
            return None;
        }
        // As much as the handler may keep waiting, so that it never makes others wait for its room;
        // but no more than an eighth of the file.
        let mut bytes = (handler.capacity() + SLACK).min(self.map.bytes() / 8);
        let at = loop {
            match tables.arena.take(bytes) {
                Some(at) => break at,
                None if bytes >= 2 * SLACK => bytes /= 2,
                None => return None,
            }
        };
        let bytes = bytes.next_multiple_of(super::arena::PAGE);
        let numbers = &self.handlers[slot * layout::handler::NUMBERS..][..layout::handler::NUMBERS];
        let ring = self.map.numbers(at, bytes / 8);
        let journal =
            Arc::new(Journal::begin(&self.path, slot, numbers, ring, at, &handler.name()));
        tables.journals[slot] = Some((Arc::downgrade(handler), handler.id(), journal.clone()));
        Some(journal)
    }

    /// Spells a statement out. False if there is no room for that.
    pub(super) fn add_statement(&self, index: u32, site: &CallSite) -> bool {
        let tables = &mut *self.tables();
        tables.statements.add(&self.map, &mut tables.arena, index, &spelled::statement(site))
    }

    /// Spells a route out.
    pub(crate) fn add_route(&self, destination: &Destination) {
        let writers = destination.handlers.iter().filter(|handler| handler.way() != Way::Direct);
        let slots: Vec<u8> = writers
            .flat_map(|handler| handler.writers())
            .filter_map(|handler| Some(self.journal(&handler)?.slot()))
            .collect();
        let tables = &mut *self.tables();
        let bytes = spelled::route(&destination.name, &slots);
        // Without it, the records are found all the same, and go to the handlers of the root.
        let _ = tables.routes.add(&self.map, &mut tables.arena, destination.id, &bytes);
    }

    /// Publishes that the frames before these positions are consumed, lanes given by their slots, and
    /// that all lines kept since the last commit count in their stead.
    pub(crate) fn commit(
        &self,
        positions: impl Iterator<Item = (u32, usize)>,
        clock: &Conversion,
        progress: &[(u64, u64)],
    ) {
        let number = self.header[header::COMMIT].load(Ordering::Relaxed) + 1;
        let half = (number & 1) as usize;
        for (slot, position) in positions {
            self.lane(slot)[lane::consumed(half)].store(position as u64, Ordering::Relaxed);
        }
        for (_, _, journal) in self.tables().journals.iter().flatten() {
            journal.seal(half);
        }
        put(&self.header[header::clock(half)..], clock.parts());
        let mut progress = progress.iter().copied().chain(core::iter::repeat((0, 0)));
        let room = &self.header[header::progress(half)..][..2 * layout::LEFTOVERS];
        for pair in room.chunks(2) {
            let (identity, items) = progress.next().unwrap_or_default();
            put(pair, [identity, items]);
        }
        self.header[header::COMMIT].store(number, Ordering::Release);
        // The compiler may not move what follows (the clearing of frames) before it. Of the processor,
        // a process that is killed has done what comes first in the program, whatever others see when.
        fence(Ordering::SeqCst);
    }

    /// Whether nothing waits to be written. Everything was committed.
    pub(crate) fn is_done(&self) -> bool {
        self.tables().journals.iter().flatten().all(|(_, _, journal)| journal.is_done())
    }

    /// Keeps a frame that is too large for a ring in a file of its own; answers its number, 0 if that
    /// is not possible: then it is lost if the process is killed.
    pub(crate) fn keep_large(&self, words: &[Word]) -> u32 {
        // One byte order and width, as in the rings.
        let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_ne_bytes()).collect();
        let number = self.large.fetch_add(1, Ordering::Relaxed).wrapping_add(1).max(1);
        let path = layout::beside(&self.path, "large", number.into());
        let written = super::write_beside(&path, &bytes);
        match written {
            Ok(()) => number,
            Err(error) => {
                report::unprotected(&self.path, &error);
                0
            }
        }
    }

    /// Removes such files: lines were made of the frames.
    pub(crate) fn forget_large(&self, numbers: &mut Vec<u32>) {
        for number in numbers.drain(..) {
            // It is removed with the mapped file otherwise.
            let _ = fs::remove_file(layout::beside(&self.path, "large", number.into()));
        }
    }

    /// Takes the file away: everything is written. What is logged yet is, when its call returns.
    pub(crate) fn remove(&self) {
        super::remove(&self.path);
    }

    /// Lets go of the parent's file, in a forked child. A child that is forked by a child has nothing to
    /// let go of any more: the descriptor may be the application's by then.
    pub(crate) fn detach(&self) {
        if let Some(file) = self.file.lock().unwrap_or_else(PoisonError::into_inner).take() {
            self.map.detach();
            drop(file);
        }
    }
}

impl core::fmt::Debug for RingFile {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "RingFile({})", self.path.display())
    }
}

fn put(room: &[AtomicU64], numbers: impl IntoIterator<Item = u64>) {
    for (slot, number) in room.iter().zip(numbers) {
        slot.store(number, Ordering::Relaxed);
    }
}

/// What lines a handler may have beyond its capacity: those of a pass, or of one long record.
const SLACK: usize = 128 << 10;
