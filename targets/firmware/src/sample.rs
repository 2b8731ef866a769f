//! What several programs log: times that are the same in every run, a type of the application's own, an interruption.

use core::fmt;
use core::sync::atomic::{AtomicU32, Ordering};

use femto_core::Clock;

use crate::interrupt;

/// A clock that goes on by a millisecond whenever somebody looks.
#[derive(Debug)]
pub struct Milliseconds;

impl Clock for Milliseconds {
    fn now(&self) -> u64 {
        static NOW: AtomicU32 = AtomicU32::new(0);
        critical_section::with(|_| {
            let now = NOW.load(Ordering::Relaxed) + 1;
            NOW.store(now, Ordering::Relaxed);
            now.into()
        })
    }

    fn ticks_per_second(&self) -> u64 {
        1000
    }
}

/// An application's own type: rendered by the caller.
#[derive(Debug)]
pub struct Limit(pub u8);

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<={}", self.0)
    }
}

/// Is interrupted while it is rendered.
#[derive(Debug)]
pub struct Interrupting;

impl fmt::Display for Interrupting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        interrupt::LOW.raise();
        f.write_str("interrupted while it is rendered")
    }
}
