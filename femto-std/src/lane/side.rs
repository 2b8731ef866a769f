//! The ring of calls that have no lane: a signal handler that interrupts a claim, a thread whose
//! locals are gone.

use std::sync::{Arc, Mutex, OnceLock};
use std::thread::Thread;

use femto_core::AtomicWord;
use femto_core::frame::Encode;
use femto_core::ring::{self, Producer, SharedRing};

use super::{Outgoing, Refused, Ring};
use crate::engine::Engine;
use crate::state;

/// A lane that belongs to nobody; a call that finds it locked takes another.
type SpareLane = Mutex<Producer<Arc<Ring>>>;

/// What a call can reach without a lock.
struct Side {
    ring: SharedRing<Box<[AtomicWord]>>,
    /// In the mapped file, where frames have to be found without the program: lanes that belong to
    /// nobody. A call takes one that no other has.
    lanes: OnceLock<Box<[SpareLane]>>,
    /// The collector's thread.
    collector: OnceLock<Thread>,
}

/// One for each generation of forks, so that a child does not find one that its parent's collector
/// was reading; they are taken in turn.
static SIDES: [OnceLock<Side>; 16] = [const { OnceLock::new() }; 16];

fn side() -> &'static OnceLock<Side> {
    &SIDES[state::generation() % SIDES.len()]
}

/// Makes the ring. Called when an engine starts, so that a signal handler finds it there.
pub(crate) fn prepare() {
    side().get_or_init(|| Side {
        ring: SharedRing::new(ring::boxed(WORDS)),
        lanes: OnceLock::new(),
        collector: OnceLock::new(),
    });
}

/// Says whom to wake.
pub(crate) fn set_collector(thread: &Thread) {
    if let Some(side) = side().get() {
        // Only the first engine of a generation has a thread.
        let _ = side.collector.set(thread.clone());
    }
}

/// Whether a frame of so many words can ever be taken.
pub(super) fn takes(words: usize) -> bool {
    words <= WORDS / 4
}

/// Puts a frame into the ring, or refuses it: it never waits.
#[cold]
pub(super) fn push<E: Encode + Copy>(outgoing: &Outgoing<E>) -> Result<(), Refused> {
    let side = side().get().ok_or(Refused)?;
    if !takes(outgoing.words) {
        return Err(Refused);
    }
    match side.lanes.get() {
        Some(lanes) => push_mapped(lanes, outgoing)?,
        None => {
            let Outgoing { words, header, frame, .. } = *outgoing;
            side.ring.push(words, header, frame).map_err(|_| Refused)?;
        }
    }
    let must_wake = state::clear(state::ASLEEP) || outgoing.level >= state::flush_level();
    if must_wake && let Some(collector) = side.collector.get() {
        collector.unpark();
    }
    Ok(())
}

/// Puts a frame into one of the lanes.
fn push_mapped<E: Encode + Copy>(
    lanes: &[SpareLane],
    outgoing: &Outgoing<E>,
) -> Result<(), Refused> {
    let &Outgoing { words, header, frame, .. } = outgoing;
    for lane in lanes {
        // A call that this one interrupts may have it: it is never waited for.
        if let Ok(mut lane) = lane.try_lock()
            && lane.push(words, header, frame).is_ok()
        {
            return Ok(());
        }
    }
    Err(Refused)
}

/// Has frames go to the mapped file of the engine from now on.
pub(crate) fn map(engine: &Engine) {
    let lanes = (0..LANES).filter_map(|_| super::open(engine, WORDS / 2, None));
    if let Some(side) = side().get() {
        // Once a process, so once a generation.
        let _ = side.lanes.set(lanes.map(|(lane, _)| Mutex::new(lane)).collect());
    }
}

/// Whether nothing waits.
pub(crate) fn is_empty() -> bool {
    side().get().is_none_or(|side| side.ring.is_empty())
}

/// Takes all frames out.
pub(crate) fn drain(mut take: impl FnMut(&[u8])) {
    if let Some(side) = side().get() {
        let mut scratch = vec![0; WORDS / 4 * size_of::<AtomicWord>()];
        side.ring.drain(&mut scratch, |_, bytes| {
            take(bytes);
            true
        });
    }
}

/// Lanes in the mapped file, of 32 KiB: as many calls may interrupt each other.
const LANES: usize = 8;
/// 64 KiB.
const WORDS: usize = (64 << 10) / size_of::<AtomicWord>();
