//! Spans, as the records inside them need them: path and fields, encoded ahead. Runs on the *caller*.

use core::sync::atomic::{AtomicUsize, Ordering};
use core::time::Duration;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use femto_core::Value;

use super::statement::Statement;
use crate::extra::Extra;

/// A span, for as long as it or one inside it lives.
pub(crate) struct Span {
    pub(super) statement: Statement,
    name: &'static str,
    parent: Option<Arc<Span>>,
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
        Self { statement, name, parent, version: AtomicUsize::new(0), fields, times }
    }

    /// What its records have of it and of the spans around it.
    pub(crate) fn extra(&self) -> Arc<Extra> {
        let version = self.around().map(|span| span.version.load(Ordering::Acquire)).sum();
        match &self.fields().flat {
            Some((known, extra)) if *known == version => return extra.clone(),
            _ => {}
        }
        // What is recorded meanwhile makes the next record do so again.
        let extra = Arc::new(self.flatten());
        self.fields().flat = Some((version, extra.clone()));
        extra
    }

    /// Adds fields, in place of those of the same names.
    pub(super) fn record(&self, mut recorded: Extra) {
        let mut fields = self.fields();
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
        if let Some(times) = &self.times {
            change(&mut times.lock().unwrap_or_else(PoisonError::into_inner));
        }
    }

    fn around(&self) -> impl Iterator<Item = &Self> {
        core::iter::successors(Some(self), |span| span.parent.as_deref())
    }

    fn fields(&self) -> MutexGuard<'_, Fields> {
        self.fields.lock().unwrap_or_else(PoisonError::into_inner)
    }

    #[cold]
    fn flatten(&self) -> Extra {
        let (mut extra, mut path) = (Extra::new(), String::with_capacity(ROOM));
        for span in self.around() {
            extra.append_missing(&span.fields().own);
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

/// Bytes that few paths need more of.
const ROOM: usize = 64;
