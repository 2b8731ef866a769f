//! Route: which handlers a logger's records reach, flattened.
//!
//! Made when configuration changes; the *caller* puts its number into the frame, the *collector*
//! looks the handlers up by it. A record thus goes to the handlers that were there when it was
//! logged, whatever changes later.

use core::fmt;
use core::sync::atomic::{AtomicBool, Ordering};
use core::time::Duration;
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::Instant;

use femto_core::Level;

use crate::formatter::CaptureMask;
use crate::handler::{Delivery, Handler};
use crate::recover::RingFile;
use crate::stats::LoggerCounts;
use crate::{registry, state, submit};

/// A logger's name and the handlers its records reach. Cheap to clone.
///
/// When the last clone is gone, the number is given back some seconds later, when no record that
/// carries it can be under way.
#[derive(Clone)]
pub struct Route(Arc<Retiring>);

/// Gives the number back.
struct Retiring(Arc<Destination>);

/// What a route's number stands for.
pub(crate) struct Destination {
    pub(crate) id: u32,
    pub(crate) name: Box<str>,
    pub(crate) handlers: Box<[Arc<Handler>]>,
    pub(crate) mask: CaptureMask,
    pub(crate) has_queued: bool,
    pub(crate) has_direct: bool,
    /// Those of all routes of this name.
    pub(crate) counts: Arc<LoggerCounts>,
    /// How long a caller waits for room: the strictest policy of the handlers; `None` is for ever.
    pub(crate) patience: Option<Duration>,
    /// Whether its handlers take every record, also below their levels.
    pub(crate) at_any_level: bool,
    /// Whether the number may stand for another destination by now.
    retired: AtomicBool,
}

impl Route {
    /// A route from a logger of this name to these handlers.
    #[must_use]
    pub fn new(name: &str, handlers: Vec<Arc<Handler>>) -> Self {
        registry::lock().routes.route(name, handlers, false)
    }

    /// A route to one handler, for records whose levels somebody else has looked at: its own is not asked,
    /// its filters are.
    #[must_use]
    pub fn at_any_level(handler: Arc<Handler>) -> Self {
        registry::lock().routes.route("", vec![handler], true)
    }

    /// Which costly fields the handlers' formatters show.
    #[must_use]
    pub fn mask(&self) -> CaptureMask {
        self.0.0.mask
    }

    /// The handlers.
    #[must_use]
    pub fn handlers(&self) -> &[Arc<Handler>] {
        &self.0.0.handlers
    }

    /// Counts a record that could not be submitted as dropped by each queued handler that takes its
    /// level; their outputs will say so.
    pub fn count_dropped(&self, level: Level) {
        submit::refuse(self.destination(), level);
    }

    pub(crate) fn destination(&self) -> &Arc<Destination> {
        &self.0.0
    }

    /// Whether it goes to these handlers, and knows of their settings all there is now.
    pub(crate) fn is_for(&self, handlers: &[Arc<Handler>]) -> bool {
        let known = &self.0.0.handlers;
        known.len() == handlers.len()
            && known.iter().zip(handlers).all(|(one, other)| Arc::ptr_eq(one, other))
            && self.mask() == mask(handlers)
    }
}

impl fmt::Debug for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Route({} -> {:?})", self.0.0.name, self.0.0.handlers)
    }
}

impl Drop for Retiring {
    fn drop(&mut self) {
        registry::lock().routes.retire(self.0.id);
    }
}

impl Destination {
    /// The lowest level that any of the handlers takes.
    pub(crate) fn lowest_level(&self) -> Level {
        self.handlers.iter().map(|handler| handler.threshold()).min().unwrap_or(Level::OFF)
    }

    /// Whether a handler is over its capacity that makes callers wait who have waited for so long.
    pub(crate) fn makes_wait(&self, waited: Duration) -> bool {
        self.handlers.iter().any(|handler| handler.makes_wait(waited))
    }

    /// Whether its owner is gone, so that the number will be given to another some time.
    pub(crate) fn is_retired(&self) -> bool {
        self.retired.load(Ordering::Relaxed)
    }
}

/// All routes by number.
pub(crate) struct Routes {
    entries: Vec<Option<Arc<Destination>>>,
    free: Vec<u32>,
    /// Numbers without an owner, and since when, the oldest first.
    retired: VecDeque<(u32, Instant)>,
    counts: BTreeMap<Box<str>, Arc<LoggerCounts>>,
    /// The mapped file that they are spelled out in.
    ring_file: Option<Arc<RingFile>>,
}

impl Routes {
    pub(crate) const fn new() -> Self {
        Self {
            entries: Vec::new(),
            free: Vec::new(),
            retired: VecDeque::new(),
            counts: BTreeMap::new(),
            ring_file: None,
        }
    }

    pub(crate) fn get(&self, id: u32) -> Option<&Arc<Destination>> {
        self.entries.get(id as usize)?.as_ref()
    }

    /// Has all routes, those to come too, spelled out in the mapped file.
    pub(crate) fn keep_in(&mut self, file: &Arc<RingFile>) {
        for destination in self.iter() {
            file.add_route(destination);
        }
        // Before a fork it was the parent's, and refers to what is no longer here.
        core::mem::forget(self.ring_file.replace(file.clone()));
    }

    /// All that are there.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Arc<Destination>> {
        self.entries.iter().flatten()
    }

    /// Makes a route.
    pub(crate) fn route(
        &mut self,
        name: &str,
        handlers: Vec<Arc<Handler>>,
        at_any_level: bool,
    ) -> Route {
        let queued = || handlers.iter().filter(|handler| handler.delivery() == Delivery::Queued);
        let patience = queued()
            .map(|handler| handler.patience())
            .reduce(|one, other| Some(one?.max(other?)))
            .unwrap_or(Some(Duration::ZERO));
        if let Some(level) = queued().map(|handler| handler.flush_level()).min() {
            state::lower_flush_level(level);
        }
        let destination = Destination {
            id: 0,
            name: name.into(),
            mask: mask(&handlers),
            counts: self.counts_of(name),
            has_queued: queued().next().is_some(),
            has_direct: handlers.iter().any(|handler| handler.delivery() == Delivery::Direct),
            patience,
            at_any_level,
            handlers: handlers.into(),
            retired: AtomicBool::new(false),
        };
        Route(Arc::new(Retiring(self.add(destination))))
    }

    fn counts_of(&mut self, name: &str) -> Arc<LoggerCounts> {
        if let Some(counts) = self.counts.get(name) {
            return counts.clone();
        }
        let counts = Arc::new(LoggerCounts::new());
        self.counts.insert(name.into(), counts.clone());
        counts
    }

    /// What was counted of each logger.
    pub(crate) fn counts(&self) -> Vec<(Box<str>, Arc<LoggerCounts>)> {
        self.counts.iter().map(|(name, counts)| (name.clone(), counts.clone())).collect()
    }

    /// Has all loggers count anew, in a forked child.
    pub(crate) fn reset_counts(&self) {
        self.counts.values().for_each(|counts| counts.reset());
    }

    /// The handlers of all routes, possibly more than once.
    pub(crate) fn handlers(&self) -> impl Iterator<Item = Arc<Handler>> {
        let owned = self.entries.iter().flatten().filter(|entry| !entry.is_retired());
        owned.flat_map(|entry| entry.handlers.iter().cloned())
    }

    fn add(&mut self, mut destination: Destination) -> Arc<Destination> {
        let id = self.free.pop().unwrap_or_else(|| {
            self.entries.push(None);
            (self.entries.len() - 1) as u32
        });
        destination.id = id;
        let destination = Arc::new(destination);
        // A forked child has all routes spelled out when it makes its own file.
        if let Some(file) = &self.ring_file
            && file.is_own()
        {
            file.add_route(&destination);
        }
        self.entries[id as usize] = Some(destination.clone());
        destination
    }

    fn retire(&mut self, id: u32) {
        if let Some(destination) = self.get(id) {
            destination.retired.store(true, Ordering::Relaxed);
        }
        self.retired.push_back((id, Instant::now()));
    }

    /// Frees numbers that no frame can carry any more. Gives back what they stood for, to be dropped
    /// without the lock: handlers are the application's, and may log when they go.
    pub(crate) fn sweep(&mut self) -> Vec<Arc<Destination>> {
        let mut swept = Vec::new();
        let now = Instant::now();
        while let Some(&(id, since)) = self.retired.front()
            && now.duration_since(since) >= GRACE
        {
            self.retired.pop_front();
            let entry = &mut self.entries[id as usize];
            // A caller that waits for room holds what it waits for: that is for later.
            if entry.as_ref().is_some_and(|known| Arc::strong_count(known) > 1) {
                self.retired.push_back((id, now));
                continue;
            }
            swept.extend(entry.take());
            self.free.push(id);
        }
        swept
    }
}

fn mask(handlers: &[Arc<Handler>]) -> CaptureMask {
    let masks = handlers.iter().map(|handler| handler.mask());
    masks.fold(CaptureMask::NONE, CaptureMask::union)
}

/// How long a thread may take from reading a route's number to the collector's reading of its frame.
/// Frames in lanes are read within milliseconds; the rest is for a thread that is kept from running.
const GRACE: Duration = Duration::from_secs(10);
