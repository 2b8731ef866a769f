//! Lane: a thread's own ring, which its calls write frames into.
//!
//! Runs on the *caller*, after the level check; the *collector* reads the other end. The common
//! case is one look at the state, a claim, a few stores and a publishing store.

pub(crate) mod side;
mod words;

use core::cell::Cell;
use core::mem;
use core::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, AtomicUsize, Ordering, compiler_fence};
use core::time::Duration;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use femto_core::frame::{Encode, Header, Kind, Writer};
use femto_core::ring::{Consumer, Lane, Producer};
use femto_core::{AtomicWord, Level, WORD_BYTES, Word};

use crate::engine::{self, Engine};
use crate::{os, registry, state};

pub(crate) use words::Words;

pub(crate) type Ring = Lane<Words>;
type Ends = (Producer<Arc<Ring>>, Consumer<Arc<Ring>>);

/// What a thread's lane and the collector share beside the ring.
#[derive(Debug)]
pub(crate) struct Link {
    /// Identifier and name of the thread; `None` if calls of several threads come here.
    pub(crate) thread: Option<(u64, String)>,
    /// The lane's number among all.
    number: u64,
    /// Rings that the thread went on to, oldest first. All that comes is in the newest.
    next: Mutex<VecDeque<Consumer<Arc<Ring>>>>,
    /// Whether `next` has one.
    has_next: AtomicBool,
    /// Frames too large for the ring; a mark in the ring stands for each.
    aside: Mutex<VecDeque<Box<[Word]>>>,
    /// Whether the thread has ended: nothing more comes.
    pub(crate) has_ended: AtomicBool,
}

impl Link {
    /// Whether the thread went on to another ring that was not taken yet.
    pub(crate) fn has_more(&self) -> bool {
        self.has_next.load(Ordering::Acquire)
    }

    pub(crate) fn take_next(&self) -> Option<Consumer<Arc<Ring>>> {
        let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        let taken = next.pop_front();
        self.has_next.store(!next.is_empty(), Ordering::Release);
        taken
    }

    pub(crate) fn take_aside(&self) -> Option<Box<[Word]>> {
        let taken = self.aside.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
        ASIDE.fetch_sub(taken.as_ref().map_or(0, |words| words.len()), Ordering::Relaxed);
        taken
    }

    /// Takes the newest back: its mark found no room.
    fn drop_aside(&self) {
        let dropped = self.aside.lock().unwrap_or_else(PoisonError::into_inner).pop_back();
        ASIDE.fetch_sub(dropped.map_or(0, |words| words.len()), Ordering::Relaxed);
    }
}

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
    /// [`IN_USE`] while a call of this thread is at its lane; [`SCOPED`] while its records are
    /// surrounded by something. One byte, so that a signal handler that logs in between finds it one
    /// way or the other, and a call looks at both at once.
    static MARKS: AtomicU8 = const { AtomicU8::new(0) };
}

const IN_USE: u8 = 1;
const SCOPED: u8 = 1 << 1;

/// The use of the thread's lane; ends when it is dropped.
pub(crate) struct Use {
    /// The thread's marks as they are without it.
    marks: u8,
}

impl Use {
    /// `None` if a call that this one interrupts is at it, or the thread has a scope.
    #[inline(always)]
    fn begin() -> Option<Self> {
        Self::begin_besides(0)
    }

    /// Begins if no mark is set but those given.
    #[inline(always)]
    fn begin_besides(allowed: u8) -> Option<Self> {
        let marks = MARKS.with(|marks| {
            let before = marks.load(Ordering::Relaxed);
            if before & !allowed != 0 {
                return None;
            }
            marks.store(before & allowed | IN_USE, Ordering::Relaxed);
            Some(before & allowed)
        });
        // The interrupted call is on the same thread: keeping the compiler's order is enough.
        compiler_fence(Ordering::SeqCst);
        marks.map(|marks| Self { marks })
    }
}

impl Drop for Use {
    #[inline(always)]
    fn drop(&mut self) {
        compiler_fence(Ordering::SeqCst);
        MARKS.with(|marks| marks.store(self.marks, Ordering::Relaxed));
    }
}

/// Whether the thread's records are surrounded by something, and no call is at the lane.
pub(crate) fn is_scoped() -> bool {
    MARKS.with(|marks| marks.load(Ordering::Relaxed)) == SCOPED
}

/// Whether the thread's records are surrounded by something, also where a call is at the lane: in a
/// signal handler that interrupted it.
pub(crate) fn has_scope() -> bool {
    MARKS.with(|marks| marks.load(Ordering::Relaxed)) & SCOPED != 0
}

/// Says whether the thread's records are surrounded by something.
pub(crate) fn set_scoped(is_scoped: bool) {
    MARKS.with(|marks| {
        let others = marks.load(Ordering::Relaxed) & !SCOPED;
        marks.store(if is_scoped { others | SCOPED } else { others }, Ordering::Relaxed);
    });
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
        let mut next = self.link.next.lock().unwrap_or_else(PoisonError::into_inner);
        next.push_back(consumer);
        self.link.has_next.store(true, Ordering::Release);
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
        let has_room = || {
            let used = ASIDE.load(Ordering::Relaxed);
            (used == 0 || used + length <= MAX_ASIDE_WORDS).then_some(())
        };
        engine.wait_until(patience, has_room).ok_or(Refused)?;
        let frame: Vec<_> = (0..length).map(|_| AtomicWord::new(0)).collect();
        outgoing.frame.encode(&mut Writer::new(&frame));
        // In the same place: it may be megabytes, and is there until the sink has room.
        let mut words: Box<[Word]> = frame.into_iter().map(AtomicWord::into_inner).collect();
        words[0] = outgoing.header;
        let number = self.engine.ring_file().map_or(0, |file| file.keep_large(&words));
        ASIDE.fetch_add(words.len(), Ordering::Relaxed);
        self.link.aside.lock().unwrap_or_else(PoisonError::into_inner).push_back(words);
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
    static NUMBERS: AtomicU64 = AtomicU64::new(1);
    let link = Arc::new(Link {
        thread,
        number: NUMBERS.fetch_add(1, Ordering::Relaxed),
        next: Mutex::default(),
        has_next: AtomicBool::new(false),
        aside: Mutex::default(),
        has_ended: AtomicBool::new(false),
    });
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
/// Words of all frames that are kept aside.
static ASIDE: AtomicUsize = AtomicUsize::new(0);

/// A lane begins with 4 KiB ...
const FIRST_WORDS: usize = 4096 / WORD_BYTES;
/// ... and may grow to 256 KiB ...
const MAX_WORDS: usize = (256 << 10) / WORD_BYTES;
/// ... as long as all of them take no more than 64 MiB.
const MAX_TOTAL_WORDS: usize = (64 << 20) / WORD_BYTES;
/// Frames kept beside them take 32 MiB at most, or one frame that is larger.
const MAX_ASIDE_WORDS: usize = (32 << 20) / WORD_BYTES;
/// Words between two looks at the collector at least.
const LEAST_LOOK: usize = 64;
/// Length of the mark for a frame kept aside: its header and time.
const ASIDE_WORDS: usize = 1 + 8 / WORD_BYTES;
