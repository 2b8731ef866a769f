//! Waiting: how many callers wait for room in the queues of which handlers.
//!
//! Counted on the *caller* while it is detached from the interpreter; looked at where handlers are
//! closed. No new records come then, but those of callers that wait are still to be taken.

use core::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::Arc;

use femto_std::{Handler, Route};

/// A caller that waits for the handlers of a route.
pub(crate) struct Waits(Route);

impl Waits {
    pub(crate) fn new(route: Route) -> Self {
        for handler in route.handlers() {
            count(handler).fetch_add(1, SeqCst);
        }
        Self(route)
    }

    pub(crate) const fn route(&self) -> &Route {
        &self.0
    }
}

impl Drop for Waits {
    fn drop(&mut self) {
        for handler in self.0.handlers() {
            count(handler).fetch_sub(1, SeqCst);
        }
    }
}

/// Whether a caller waits for this handler, or perhaps for another.
pub(crate) fn is_anybody(handler: &Arc<Handler>) -> bool {
    count(handler).load(SeqCst) > 0
}

/// In the child of a fork: the threads that waited are not there.
pub(crate) fn forked() {
    for count in &COUNTS {
        count.store(0, SeqCst);
    }
}

fn count(handler: &Arc<Handler>) -> &'static AtomicUsize {
    &COUNTS[(Arc::as_ptr(handler) as usize >> 6) % COUNTS.len()]
}

/// Handlers share them by their addresses.
static COUNTS: [AtomicUsize; 61] = [const { AtomicUsize::new(0) }; 61];
