//! The ring of calls that have no lane: a signal handler that interrupts a claim, a thread whose
//! locals are gone.

use std::sync::OnceLock;
use std::thread::Thread;

use femto_core::AtomicWord;
use femto_core::frame::Encode;
use femto_core::ring::{self, SharedRing};

use super::{Outgoing, Refused};
use crate::state;

/// What a call can reach without a lock.
struct Side {
    ring: SharedRing<Box<[AtomicWord]>>,
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

/// Puts a frame into the ring, or refuses it: it never waits.
#[cold]
pub(super) fn push<E: Encode + Copy>(outgoing: &Outgoing<E>) -> Result<(), Refused> {
    let side = side().get().ok_or(Refused)?;
    if outgoing.words > WORDS / 4 {
        return Err(Refused);
    }
    side.ring.push(outgoing.words, outgoing.header, outgoing.frame).map_err(|_| Refused)?;
    let must_wake = state::clear(state::ASLEEP) || outgoing.level >= state::flush_level();
    if must_wake && let Some(collector) = side.collector.get() {
        collector.unpark();
    }
    Ok(())
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

/// 64 KiB.
const WORDS: usize = (64 << 10) / size_of::<AtomicWord>();
