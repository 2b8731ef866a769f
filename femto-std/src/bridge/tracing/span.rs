//! Spans, as the records inside them need them: path and fields, encoded ahead. Runs on the *caller*.

use core::sync::atomic::{AtomicUsize, Ordering};
use core::time::Duration;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError};
use std::thread;
use std::time::Instant;

use femto_core::Value;

use super::statement::Statement;
use crate::extra::Extra;
use crate::state;

/// A span, for as long as it or one inside it lives.
pub(crate) struct Span {
    pub(super) statement: Statement,
    name: &'static str,
    parent: Option<Arc<Span>>,
    /// Of the process that made it.
    epoch: u32,
    /// How often fields were recorded.
    version: AtomicUsize,
    fields: Mutex<Fields>,
    times: Option<Mutex<Times>>,
}

struct Fields {
    /// The span's own, the last recorded first.
    own: Extra,
    /// What its records have: path and fields, those of the spans around included; and the sum of the
    /// versions of the span and all around it then. That sum only grows.
    flat: Option<(usize, Arc<Extra>)>,
}

/// How long a span was entered, and not.
struct Times {
    busy: Duration,
    idle: Duration,
    /// Up to when they are counted.
    since: Instant,
    /// How many are in it.
    inside: usize,
}

impl Span {
    pub(super) fn new(
        statement: Statement,
        name: &'static str,
        parent: Option<Arc<Self>>,
        own: Extra,
        is_timed: bool,
    ) -> Self {
        let times = is_timed.then(|| Mutex::new(Times::new()));
        let fields = Mutex::new(Fields { own, flat: None });
        let (epoch, version) = (state::epoch(), AtomicUsize::new(0));
        Self { statement, name, parent, epoch, version, fields, times }
    }

    /// What its records have of it and of the spans around it.
    pub(crate) fn extra(&self) -> Arc<Extra> {
        let version = self.around().map(|span| span.version.load(Ordering::Acquire)).sum();
        if let Some(fields) = self.lock(&self.fields)
            && let Some((known, extra)) = &fields.flat
            && *known == version
        {
            return extra.clone();
        }
        // What is recorded meanwhile makes the next record do so again.
        let extra = Arc::new(self.flatten());
        if let Some(mut fields) = self.lock(&self.fields) {
            fields.flat = Some((version, extra.clone()));
        }
        extra
    }

    /// Adds fields, in place of those of the same names.
    pub(super) fn record(&self, mut recorded: Extra) {
        let Some(mut fields) = self.lock(&self.fields) else { return };
        recorded.append_missing(&fields.own);
        fields.own = recorded;
        drop(fields);
        self.version.fetch_add(1, Ordering::Release);
    }

    /// Says that somebody entered it.
    pub(super) fn enter(&self) {
        self.change_times(|times| {
            times.count();
            times.inside += 1;
        });
    }

    /// Says that somebody left it.
    pub(super) fn exit(&self) {
        self.change_times(|times| {
            times.count();
            times.inside = times.inside.saturating_sub(1);
        });
    }

    /// Adds how long it was entered, and not, in nanoseconds.
    pub(super) fn add_times_to(&self, extra: &mut Extra) {
        self.change_times(|times| {
            times.count();
            let nanos =
                |time: Duration| Value::U64(u64::try_from(time.as_nanos()).unwrap_or(u64::MAX));
            extra.push("time.busy", &nanos(times.busy));
            extra.push("time.idle", &nanos(times.idle));
        });
    }

    fn change_times(&self, change: impl FnOnce(&mut Times)) {
        if let Some(mut times) = self.times.as_ref().and_then(|times| self.lock(times)) {
            change(&mut times);
        }
    }

    fn around(&self) -> impl Iterator<Item = &Self> {
        core::iter::successors(Some(self), |span| span.parent.as_deref())
    }

    /// Locks what is of this span. `None` in a forked child if a thread of the parent was at it, for ever:
    /// its records are without, then.
    fn lock<'l, T>(&self, of_span: &'l Mutex<T>) -> Option<MutexGuard<'l, T>> {
        if self.epoch == state::epoch() {
            return Some(of_span.lock().unwrap_or_else(PoisonError::into_inner));
        }
        (0..TRIES).find_map(|_| match of_span.try_lock() {
            Ok(guard) => Some(guard),
            Err(TryLockError::Poisoned(guard)) => Some(guard.into_inner()),
            Err(TryLockError::WouldBlock) => {
                thread::yield_now();
                None
            }
        })
    }

    #[cold]
    fn flatten(&self) -> Extra {
        let (mut extra, mut path) = (Extra::new(), String::with_capacity(ROOM));
        for span in self.around() {
            if let Some(fields) = span.lock(&span.fields) {
                extra.append_missing(&fields.own);
            }
        }
        self.write_path(&mut path);
        extra.push_missing("spans", &Value::Str(&path));
        extra
    }

    /// Writes the names of the spans around and its own, outermost first.
    fn write_path(&self, path: &mut String) {
        if let Some(parent) = &self.parent {
            parent.write_path(path);
            path.push(':');
        }
        path.push_str(self.name);
    }
}

impl Times {
    fn new() -> Self {
        Self { busy: Duration::ZERO, idle: Duration::ZERO, since: Instant::now(), inside: 0 }
    }

    /// Counts the time up to now.
    fn count(&mut self) {
        let now = Instant::now();
        let time = now.saturating_duration_since(self.since);
        self.since = now;
        *(if self.inside > 0 { &mut self.busy } else { &mut self.idle }) += time;
    }
}

/// How often a child tries to lock: a thread of its own is done long before.
const TRIES: usize = 100;
/// Bytes that few paths need more of.
const ROOM: usize = 64;
