//! What a logger's callers read: a threshold and a route, each in one load.

use core::cell::Cell;
use core::sync::atomic::{AtomicU8, AtomicU64, Ordering};
use std::sync::Arc;

use arc_swap::ArcSwapOption;
use femto_core::frame::MAX_VALUES;
use femto_core::frame::local::Event;
use femto_core::frame::portable::Portable;
use femto_core::{CallSite, Details, Filter, Level, Metadata, Record, Value, refer_call_site};

use crate::extra::{self, FewPairs};
use crate::route::Route;
use crate::unwind::{guarded, render};
use crate::{clock, scope, submit};

/// A logger's place in memory; it stays for the life of the program.
pub(crate) struct Node {
    pub(crate) name: Box<str>,
    /// The level of its own.
    pub(crate) level: AtomicU8,
    /// Records below it reach nobody.
    pub(crate) gate: AtomicU8,
    /// The route's number; above it [`SLOW`] if a call has more to do than to put a frame.
    pub(crate) route: AtomicU64,
    pub(crate) slow: ArcSwapOption<Slow>,
}

/// What a call that is not plain looks at.
pub(crate) struct Slow {
    pub(crate) route: Route,
    pub(crate) filters: Vec<Arc<dyn Filter>>,
}

#[inline(always)]
pub(super) fn is_plain(word: u64) -> bool {
    word & SLOW == 0
}

#[inline(always)]
pub(super) fn number(word: u64) -> u32 {
    word as u32
}

impl Node {
    pub(crate) fn new(name: &str) -> Self {
        Self {
            name: name.into(),
            level: AtomicU8::new(Level::NOTSET.number()),
            gate: AtomicU8::new(Level::OFF.number()),
            route: AtomicU64::new(SLOW),
            slow: ArcSwapOption::empty(),
        }
    }

    /// Has callers take a route and threshold from now on.
    pub(crate) fn set(&self, route: &Route, filters: &[Arc<dyn Filter>], gate: Level) {
        if self.is_set(route, filters) {
            self.gate.store(gate.number(), Ordering::Release);
            return;
        }
        let destination = route.destination();
        let slow = !filters.is_empty() || destination.has_direct || !destination.has_queued;
        self.slow.store(Some(Arc::new(Slow { route: route.clone(), filters: filters.to_vec() })));
        let word = u64::from(destination.id) | if slow { SLOW } else { 0 };
        self.route.store(word, Ordering::Release);
        self.gate.store(gate.number(), Ordering::Release);
    }

    /// Whether callers take this very route and these filters already.
    fn is_set(&self, route: &Route, filters: &[Arc<dyn Filter>]) -> bool {
        self.slow.load().as_ref().is_some_and(|slow| {
            Arc::ptr_eq(slow.route.destination(), route.destination())
                && slow.filters.len() == filters.len()
                && slow.filters.iter().zip(filters).all(|(one, other)| Arc::ptr_eq(one, other))
        })
    }

    /// Records below it reach nobody.
    pub(crate) fn gate(&self) -> Level {
        Level::new(self.gate.load(Ordering::Relaxed))
    }

    /// Counts a record that found no room.
    #[cold]
    pub(super) fn refuse(&self, level: Level) {
        if let Some(slow) = &*self.slow.load() {
            submit::refuse(slow.route.destination(), level);
        }
    }

    /// Takes a record that has to be filtered, rendered, or written directly.
    #[cold]
    #[inline(never)]
    pub(super) fn log_slowly(&self, level: Level, site: &'static CallSite, values: &[Value<'_>]) {
        // Rendered first: the application's code may log, and change what surrounds its records.
        with_rendered(values, |values| {
            scope::with(|extra| self.log_extended(level, site, values, extra));
        });
    }

    /// Takes a record that is rendered, and all that surrounds it.
    #[cold]
    #[inline(never)]
    pub(super) fn log_extended(
        &self,
        level: Level,
        site: &'static CallSite,
        values: &[Value<'_>],
        extra: &[u8],
    ) {
        let slow = self.slow.load();
        let Some(slow) = &*slow else { return };
        let time = clock::now();
        if !slow.filters.is_empty() && !slow.admit(&self.name, level, site, time, values, extra) {
            slow.route.destination().counts.reject();
            return;
        }
        match refer_call_site(site) {
            Some(site) => slow.submit_event(level, site, time, values, extra),
            None => slow.submit_rendered(level, site, time, values, extra),
        }
    }
}

impl Slow {
    /// Whether the filters let a record pass; one that panics does.
    fn admit(
        &self,
        name: &str,
        level: Level,
        site: &'static CallSite,
        time: u64,
        values: &[Value<'_>],
        extra: &[u8],
    ) -> bool {
        let looks = || {
            let metadata = Metadata::new(level, name);
            if !self.filters.iter().all(|filter| filter.enabled(&metadata)) {
                return false;
            }
            let (mut pairs, mut details) = (FewPairs::new(), Details::default());
            if !extra.is_empty() {
                extra::read(extra, site.keys, &mut pairs, &mut details);
            }
            let mut all = details;
            all.key_values = &pairs;
            let record = Record::from_site(name, site, level, clock::wall(time), values, &all);
            self.filters.iter().all(|filter| filter.matches(&record))
        };
        guarded(looks).unwrap_or(true)
    }

    fn submit_event(&self, level: Level, site: u32, time: u64, values: &[Value<'_>], extra: &[u8]) {
        let destination = self.route.destination();
        let event = Event { level, site, route: destination.id, time, values };
        if destination.has_direct {
            let words = submit::extended_words(&event, extra);
            let header = submit::extended_header(&event, words, extra);
            let write = submit::extended(&event, extra);
            submit::write_through(destination, words, header, &write);
        }
        if !destination.has_queued {
            return;
        }
        // Most have few values, and nothing around them: those take the way of calls without filters.
        let (site, route) = (event.site, event.route);
        let taken = match *values {
            [one] if extra.is_empty() => submit::event(level, site, route, time, [one]),
            [one, two] if extra.is_empty() => submit::event(level, site, route, time, [one, two]),
            _ => submit::extended_event(&event, extra),
        };
        if taken.is_err() {
            submit::refuse(destination, level);
        }
    }

    /// A call site beyond those that the table of references holds is spelled out.
    fn submit_rendered(
        &self,
        level: Level,
        site: &'static CallSite,
        time: u64,
        values: &[Value<'_>],
        extra: &[u8],
    ) {
        let message = site.message(values).to_string();
        let first = values.len().saturating_sub(site.keys.len());
        let pairs: Vec<_> =
            site.keys.iter().copied().zip(values[first..].iter().copied()).collect();
        let mut frame = Vec::new();
        let written = Portable {
            level,
            name: site.target.unwrap_or(""),
            template: &message,
            key_values: (!pairs.is_empty()).then_some(&pairs[..]),
            location: Some((site.file, site.line)),
            ..Portable::default()
        }
        .write(&mut frame);
        let Ok(()) = written;
        self.route.submit_surrounded(level, time, (&frame, extra));
    }
}

/// Renders what has no typed encoding, into a text that the thread keeps.
fn with_rendered(values: &[Value<'_>], work: impl FnOnce(&[Value<'_>])) {
    if !values.iter().any(super::is_unrendered) {
        return work(values);
    }
    // A thread that is ending has no text to lend.
    let mut text = TEXT.try_with(Cell::take).unwrap_or_default();
    text.clear();
    let mut ends = [0; MAX_VALUES];
    for (value, end) in values.iter().zip(&mut ends) {
        if let Value::Arguments(arguments) = value {
            render(&mut text, **arguments);
        }
        *end = text.len();
    }
    let mut rendered = [Value::None; MAX_VALUES];
    let mut start = 0;
    for ((slot, &value), &end) in rendered.iter_mut().zip(values).zip(&ends) {
        *slot = match value {
            Value::Arguments(_) => Value::Rendered(text.get(start..end).unwrap_or("")),
            other => other,
        };
        start = end;
    }
    work(&rendered[..values.len().min(MAX_VALUES)]);
    if text.capacity() <= MAX_KEPT {
        let _ = TEXT.try_with(|slot| slot.set(text));
    }
}

thread_local! {
    static TEXT: Cell<String> = const { Cell::new(String::new()) };
}

const SLOW: u64 = 1 << 32;
/// Bytes of rendered text that a thread keeps room for.
const MAX_KEPT: usize = 16 << 10;
