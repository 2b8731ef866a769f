//! Spans, as the records inside them need them: path and fields, encoded ahead. Runs on the *caller*.

use core::sync::atomic::{AtomicUsize, Ordering};
use core::time::Duration;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use arc_swap::ArcSwap;
use femto_core::Value;

use super::statement::Statement;
use crate::extra::Extra;

/// A span, for as long as it or one inside it lives.
pub(crate) struct Span {
    pub(super) statement: Statement,
    parent: Option<Arc<Span>>,
    /// Names of the spans around and its own, outermost first.
    path: String,
    /// Its own fields, the last recorded first.
    fields: Mutex<Extra>,
    /// How often fields were recorded.
    version: AtomicUsize,
    /// Path and fields, those of the spans around included, as they were at the versions of all.
    flat: ArcSwap<Flat>,
    times: Option<Mutex<Times>>,
}

struct Flat {
    /// The sum of the versions of the span and all around it: it only grows.
    version: usize,
    extra: Arc<Extra>,
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
        name: &str,
        parent: Option<Arc<Self>>,
        fields: Extra,
        is_timed: bool,
    ) -> Self {
        let path =
            parent.as_ref().map_or(name.to_owned(), |parent| format!("{}:{name}", parent.path));
        let times = is_timed.then(|| Mutex::new(Times::new()));
        let span = Self {
            statement,
            parent,
            path,
            fields: Mutex::new(fields),
            version: AtomicUsize::new(0),
            flat: ArcSwap::from_pointee(Flat { version: 0, extra: Arc::default() }),
            times,
        };
        span.flatten(span.version());
        span
    }

    /// What its records have of it and of the spans around it.
    pub(crate) fn extra(&self) -> Arc<Extra> {
        let version = self.version();
        let flat = self.flat.load();
        if flat.version == version { flat.extra.clone() } else { self.flatten(version) }
    }

    /// Adds fields, in place of those of the same names.
    pub(super) fn record(&self, mut recorded: Extra) {
        let mut fields = self.fields();
        recorded.append_missing(&fields);
        *fields = recorded;
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
        if let Some(times) = &self.times {
            change(&mut times.lock().unwrap_or_else(PoisonError::into_inner));
        }
    }

    fn around(&self) -> impl Iterator<Item = &Self> {
        core::iter::successors(Some(self), |span| span.parent.as_deref())
    }

    fn version(&self) -> usize {
        self.around().map(|span| span.version.load(Ordering::Acquire)).sum()
    }

    fn fields(&self) -> MutexGuard<'_, Extra> {
        self.fields.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Encodes anew; what is recorded meanwhile makes the next record do so again.
    #[cold]
    fn flatten(&self, version: usize) -> Arc<Extra> {
        let mut extra = Extra::new();
        for span in self.around() {
            extra.append_missing(&span.fields());
        }
        let mut path = Extra::new();
        path.push("spans", &Value::Str(&self.path));
        extra.append_missing(&path);
        let extra = Arc::new(extra);
        self.flat.store(Arc::new(Flat { version, extra: extra.clone() }));
        extra
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
