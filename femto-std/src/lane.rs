//! Lane: a thread's own ring, which its calls write frames into.
//!
//! Runs on the *caller*, after the level check; the *collector* reads the other end. The common
//! case is one look at the state, a claim, a few stores and a publishing store.

mod link;
mod marks;
pub(crate) mod side;
mod words;

use core::cell::Cell;
use core::mem;
use core::sync::atomic::{AtomicUsize, Ordering};
use core::time::Duration;
use std::sync::Arc;
use std::time::Instant;

use femto_core::frame::{Encode, Header, Kind, Writer};
use femto_core::ring::{Consumer, Lane, Producer};
use femto_core::{AtomicWord, Level, WORD_BYTES, Word};

use crate::engine::{self, Engine};
use crate::{os, registry, state};

pub(crate) use link::Link;
use marks::{SCOPED, Use};
pub(crate) use marks::{has_scope, is_scoped, set_scoped};
pub(crate) use words::Words;

pub(crate) type Ring = Lane<Words>;
type Ends = (Producer<Arc<Ring>>, Consumer<Arc<Ring>>);

/// The writing end, in the thread's local storage.
pub(crate) struct ThreadLane {
    producer: Producer<Arc<Ring>>,
    /// The state word that means: nothing to mind.
    normal: u32,
    link: Arc<Link>,
    engine: Arc<Engine>,
    /// Where the thread last looked how far the collector is. Looking costs as much as a few calls:
    /// the collector writes there all the time.
    looked_at: usize,
    /// After how many words it looks again.
    look_after: usize,
}

thread_local! {
    static LANE: Cell<Option<Box<ThreadLane>>> = const { Cell::new(None) };
}

/// What of the thread's lane was there.
pub(crate) enum Slot {
    /// The thread has not logged yet.
    Vacant(Use),
    Ready(Box<ThreadLane>, Use),
    /// A call that this one interrupts is at it; or nobody is, and the thread has a scope.
    InUse,
    /// The thread is ending.
    Gone,
}

/// A frame about to be written.
pub(crate) struct Outgoing<E> {
    /// Length in words.
    pub(crate) words: usize,
    /// The word that commits it.
    pub(crate) header: Word,
    pub(crate) level: Level,
    /// What it is ordered by.
    pub(crate) time: u64,
    /// Number of the route.
    pub(crate) route: u32,
    /// Whether the call may wait for room.
    pub(crate) may_wait: bool,
    /// The other words.
    pub(crate) frame: E,
}

/// There was no room for a frame within the patience.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Refused;

/// Puts a frame into the thread's lane, whether the thread has a scope or not.
pub(crate) fn push<E: Encode + Copy>(outgoing: &Outgoing<E>) -> Result<(), Refused> {
    let &Outgoing { words, header, level, frame, .. } = outgoing;
    try_push_in(Use::begin_besides(SCOPED), words, header, level, frame)
        .or_else(|slot| push_slowly(slot, outgoing))
}

/// Puts a frame into the thread's lane if there is nothing to mind; else gives back what of the lane
/// was there, for [`push_slowly`].
///
/// Compiled into every statement. What goes on to `push_slowly` should be a copy: values whose
/// address is taken would live in memory here too.
#[inline(always)]
pub(crate) fn try_push<E: Encode>(
    words: usize,
    header: Word,
    level: Level,
    frame: E,
) -> Result<(), Slot> {
    try_push_in(Use::begin(), words, header, level, frame)
}

#[inline(always)]
fn try_push_in<E: Encode>(
    in_use: Option<Use>,
    words: usize,
    header: Word,
    level: Level,
    frame: E,
) -> Result<(), Slot> {
    let Some(in_use) = in_use else { return Err(Slot::InUse) };
    let Ok(taken) = LANE.try_with(Cell::take) else { return Err(Slot::Gone) };
    let Some(mut lane) = taken else { return Err(Slot::Vacant(in_use)) };
    if state::load() != lane.normal || lane.producer.push(words, header, frame).is_err() {
        return Err(Slot::Ready(lane, in_use));
    }
    let minds = state::load() != lane.normal
        || level >= state::flush_level()
        || lane.producer.position().wrapping_sub(lane.looked_at) > lane.look_after;
    if minds {
        lane.wake(level);
    }
    give_back(lane);
    Ok(())
}

/// Puts the thread's lane back.
#[inline(always)]
fn give_back(lane: Box<ThreadLane>) {
    // The thread's locals were there a moment ago; else the lane ends here. There is no other lane
    // to be dropped while this one was out.
    let _ = LANE.try_with(|cell| mem::forget(cell.replace(Some(lane))));
}

/// Whether the thread's frames would go through without waiting, as far as can be told.
pub(crate) fn is_ready() -> bool {
    state::load() & (state::PRESSURE | state::STOPPED) == 0
}

/// Puts a frame into the thread's lane, or beside it, after minding what there is to mind.
#[cold]
#[inline(never)]
pub(crate) fn push_slowly<E: Encode + Copy>(
    slot: Slot,
    outgoing: &Outgoing<E>,
) -> Result<(), Refused> {
    // A call that interrupts one of the slow paths on its own thread must not take its locks.
    let is_interrupt = registry::is_locked_here();
    let (mut lane, _in_use) = match slot {
        Slot::InUse => return side::push(outgoing),
        Slot::Vacant(_) if is_interrupt => return side::push(outgoing),
        Slot::Ready(lane, _in_use) if is_interrupt => {
            give_back(lane);
            return side::push(outgoing);
        }
        Slot::Gone => {
            side::push(outgoing)?;
            if state::load() & state::STOPPED != 0 && !is_interrupt {
                engine::current().work_inline();
            }
            return Ok(());
        }
        // A lane of before a fork is the parent's, one of before `recover` is not in the mapped file.
        Slot::Ready(lane, in_use) if lane.normal == state::normal() => (lane, in_use),
        Slot::Ready(_, in_use) | Slot::Vacant(in_use) => match ThreadLane::new() {
            Ok(lane) => (Box::new(lane), in_use),
            Err(engine) => return push_without_lane(outgoing, &engine),
        },
    };
    let pushed = lane.push_patiently(outgoing);
    give_back(lane);
    pushed
}

/// Puts a frame where calls without a lane do, for the mapped file has no room for another lane.
fn push_without_lane<E: Encode + Copy>(
    outgoing: &Outgoing<E>,
    engine: &Arc<Engine>,
) -> Result<(), Refused> {
    let destination = registry::lock().routes.get(outgoing.route).cloned();
    let patience = match &destination {
        Some(destination) if outgoing.may_wait && side::takes(outgoing.words) => {
            destination.patience
        }
        _ => Some(Duration::ZERO),
    };
    engine.wait_until(patience, || side::push(outgoing).ok()).ok_or(Refused)?;
    if state::load() & state::STOPPED != 0 {
        engine.work_inline();
    }
    Ok(())
}

impl ThreadLane {
    /// Pushes, waiting as the handlers' policies say.
    fn push_patiently<E: Encode + Copy>(&mut self, outgoing: &Outgoing<E>) -> Result<(), Refused> {
        if !outgoing.may_wait && !is_ready() {
            return Err(Refused);
        }
        let destination = registry::lock().routes.get(outgoing.route).cloned();
        let patience = match &destination {
            Some(destination) if outgoing.may_wait => destination.patience,
            _ => Some(Duration::ZERO),
        };
        // Held until the frame is in, so that its number stays the route's.
        if let Some(destination) = &destination
            && state::load() & state::PRESSURE != 0
        {
            // Out of patience: the collector decides, handler by handler, what becomes of the record.
            let (engine, start) = (self.engine.clone(), Instant::now());
            let _ = engine
                .wait_until(patience, || (!destination.makes_wait(start.elapsed())).then_some(()));
        }
        let words = outgoing.words;
        let fits = words <= self.producer.lane().capacity() / 2 || self.grow(words);
        if !fits || words > MAX_WORDS / 4 || words > Header::MAX_WORDS {
            return self.push_aside(outgoing, patience);
        }
        self.push_when_room(words, outgoing.header, patience, outgoing.frame)?;
        self.wake(outgoing.level);
        Ok(())
    }

    /// The engine if there is no room for another lane in the mapped file.
    fn new() -> Result<Self, Arc<Engine>> {
        let engine = engine::current();
        let normal = state::normal();
        let thread = std::thread::current();
        let thread = (os::thread_id(), thread.name().unwrap_or("unnamed").to_owned());
        let Some((producer, link)) = open(&engine, FIRST_WORDS, Some(thread)) else {
            return Err(engine);
        };
        Ok(Self { producer, normal, link, engine, looked_at: 0, look_after: FIRST_WORDS / 2 })
    }

    /// Pushes, in a larger ring if this one is full, and waits if no larger one is allowed.
    fn push_when_room(
        &mut self,
        words: usize,
        header: Word,
        patience: Option<Duration>,
        frame: impl Encode + Copy,
    ) -> Result<(), Refused> {
        loop {
            if self.producer.push(words, header, frame).is_ok() {
                return Ok(());
            }
            if !self.grow(words) {
                break;
            }
        }
        if words > self.producer.lane().capacity() / 2 {
            // Even an empty ring may have no room for it in one piece.
            return Err(Refused);
        }
        let engine = self.engine.clone();
        // With time to wait, it is better spent once for many records than for each.
        let enough = match patience {
            None => self.producer.lane().capacity() / 4 * 3,
            Some(_) => usize::MAX,
        };
        let pushed = engine.wait_until(patience, || {
            let has_room = self.producer.refresh_pending() <= enough;
            (has_room && self.producer.push(words, header, frame).is_ok()).then_some(())
        });
        pushed.ok_or(Refused)
    }

    /// Goes on to a ring of twice the size; false if it is as large as it may be.
    fn grow(&mut self, words: usize) -> bool {
        let capacity = self.producer.lane().capacity();
        let larger = (capacity * 2).max((words * 4).next_power_of_two());
        // Who reads the lanes cannot wait for itself: what it logs is bounded by the budget alone.
        let is_bounded = larger > MAX_WORDS && !os::is_engine_thread();
        if is_bounded || !budget_allows(larger - capacity) {
            return false;
        }
        let Some((producer, consumer)) = new_ring(&self.engine, larger, &self.link) else {
            return false;
        };
        self.producer = producer;
        (self.looked_at, self.look_after) = (0, larger / 2);
        // The smaller ring goes as soon as it is read.
        BUDGET.fetch_sub(capacity, Ordering::Relaxed);
        self.link.add_next(consumer);
        true
    }

    /// Keeps a frame that is too large for any ring beside it, and puts a mark for it.
    fn push_aside<E: Encode + Copy>(
        &mut self,
        outgoing: &Outgoing<E>,
        patience: Option<Duration>,
    ) -> Result<(), Refused> {
        let length = outgoing.words;
        let engine = self.engine.clone();
        engine.wait_until(patience, || link::takes_aside(length).then_some(())).ok_or(Refused)?;
        let frame: Vec<_> = (0..length).map(|_| AtomicWord::new(0)).collect();
        outgoing.frame.encode(&mut Writer::new(&frame));
        // In the same place: it may be megabytes, and is there until the sink has room.
        let mut words: Box<[Word]> = frame.into_iter().map(AtomicWord::into_inner).collect();
        words[0] = outgoing.header;
        let number = self.engine.ring_file().map_or(0, |file| file.keep_large(&words));
        self.link.put_aside(words);
        let mark = Header {
            words: ASIDE_WORDS,
            level: outgoing.level,
            values: 0,
            kind: Kind::Aside,
            site: number,
        };
        let time = outgoing.time;
        let write = |to: &mut Writer<'_>| to.wide(time);
        let pushed = self.push_when_room(ASIDE_WORDS, mark.to_word(), patience, write);
        match pushed {
            Ok(()) => self.wake(outgoing.level),
            Err(_) => self.link.drop_aside(),
        }
        pushed
    }

    /// Looks whether the collector has fallen behind, and says when to look again: when it may have,
    /// or, if it has, a good while later.
    fn look(&mut self) -> bool {
        let capacity = self.producer.lane().capacity();
        let room = (capacity / 2).checked_sub(self.producer.refresh_pending());
        self.looked_at = self.producer.position();
        self.look_after = room.map_or(capacity / 4, |room| room.max(LEAST_LOOK));
        room.is_none()
    }

    /// Tells the collector what it may have to know now.
    #[cold]
    fn wake(&mut self, level: Level) {
        let state = state::load();
        // A larger ring costs less than to wake the collector.
        let is_half_full = self.look() && !self.grow(1);
        if state & state::STOPPED != 0 {
            self.engine.work_inline();
        } else if state & state::ASLEEP != 0 || level >= state::flush_level() || is_half_full {
            self.engine.wake();
        }
    }
}

impl Drop for ThreadLane {
    fn drop(&mut self) {
        BUDGET.fetch_sub(self.producer.lane().capacity(), Ordering::Relaxed);
        self.link.has_ended.store(true, Ordering::Release);
    }
}

/// A new lane of the engine; `None` if the mapped file has no room for one.
fn open(
    engine: &Engine,
    words: usize,
    thread: Option<(u64, String)>,
) -> Option<(Producer<Arc<Ring>>, Arc<Link>)> {
    let link = Arc::new(Link::new(thread));
    let (producer, consumer) = new_ring(engine, words, &link)?;
    engine.add_lane(consumer, link.clone());
    Some((producer, link))
}

/// A new ring, in the mapped file if there is one; `None` if that has no room.
fn new_ring(engine: &Engine, words: usize, link: &Link) -> Option<Ends> {
    let place = match engine.ring_file() {
        Some(file) => file.new_lane(words, link.number, link.thread.as_ref())?,
        None => Words::boxed(words),
    };
    BUDGET.fetch_add(words, Ordering::Relaxed);
    Lane::split(Arc::new(Lane::new(place)))
}

/// Whether all lanes together may grow by `words`.
fn budget_allows(words: usize) -> bool {
    BUDGET.load(Ordering::Relaxed) + words <= MAX_TOTAL_WORDS
}

/// Words of all lanes together.
static BUDGET: AtomicUsize = AtomicUsize::new(0);

/// A lane begins with 4 KiB ...
const FIRST_WORDS: usize = 4096 / WORD_BYTES;
/// ... and may grow to 256 KiB ...
const MAX_WORDS: usize = (256 << 10) / WORD_BYTES;
/// ... as long as all of them take no more than 64 MiB.
const MAX_TOTAL_WORDS: usize = (64 << 20) / WORD_BYTES;
/// Words between two looks at the collector at least.
const LEAST_LOOK: usize = 64;
/// Length of the mark for a frame kept aside: its header and time.
const ASIDE_WORDS: usize = 1 + 8 / WORD_BYTES;
