//! Allocation: how often the calling thread asks for memory.
//!
//! Counts only in `femto-bench-allocations`, whose allocator calls [`count`]; the other program
//! keeps the system's allocator, so that counting costs nobody anything there.

use core::cell::Cell;
use core::sync::atomic::{AtomicBool, Ordering};

thread_local! {
    static COUNT: Cell<u64> = const { Cell::new(0) };
}

static IS_COUNTING: AtomicBool = AtomicBool::new(false);

/// Counts one for the calling thread. Allocates nothing itself.
pub fn count() {
    IS_COUNTING.store(true, Ordering::Relaxed);
    // A thread that is ending counts nothing.
    let _ = COUNT.try_with(|count| count.set(count.get() + 1));
}

/// The calling thread's allocations so far; `None` in a program that does not count.
#[must_use]
pub fn so_far() -> Option<u64> {
    IS_COUNTING.load(Ordering::Relaxed).then(|| COUNT.with(Cell::get))
}
