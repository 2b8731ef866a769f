//! The ring of calls that have no lane: a signal handler that interrupts a claim, a thread whose
//! locals are gone.

use std::sync::OnceLock;

use femto_core::AtomicWord;
use femto_core::frame::Writer;
use femto_core::ring::{self, SharedRing};

use super::{Outgoing, Refused};
use crate::state;

/// A ring for each generation of forks, so that a child does not find one that its parent's
/// collector was reading; they are taken in turn.
static SIDES: [OnceLock<SharedRing<Box<[AtomicWord]>>>; 16] = [const { OnceLock::new() }; 16];

fn side() -> &'static OnceLock<SharedRing<Box<[AtomicWord]>>> {
    &SIDES[state::generation() % SIDES.len()]
}

/// Makes the ring. Called when an engine starts, so that a signal handler finds it there.
pub(crate) fn prepare() {
    side().get_or_init(|| SharedRing::new(ring::boxed(WORDS)));
}

/// Puts a frame into the ring, or refuses it: it never waits.
#[cold]
pub(super) fn push<F: Fn(&mut Writer<'_>)>(outgoing: &Outgoing<F>) -> Result<(), Refused> {
    let ring = side().get().ok_or(Refused::Full)?;
    if outgoing.words > WORDS / 4 {
        return Err(Refused::Full);
    }
    ring.push(outgoing.words, outgoing.header, &outgoing.write).map_err(|_| Refused::Full)?;
    Ok(())
}

/// Whether nothing waits.
pub(crate) fn is_empty() -> bool {
    side().get().is_none_or(SharedRing::is_empty)
}

/// Takes all frames out.
pub(crate) fn drain(mut take: impl FnMut(&[u8])) {
    if let Some(ring) = side().get() {
        let mut scratch = vec![0; WORDS / 4 * size_of::<AtomicWord>()];
        ring.drain(&mut scratch, |_, bytes| {
            take(bytes);
            true
        });
    }
}

/// 64 KiB.
const WORDS: usize = (64 << 10) / size_of::<AtomicWord>();
