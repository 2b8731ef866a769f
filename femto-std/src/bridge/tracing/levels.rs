//! Which statements our loggers let through, as `tracing` asks for it and keeps it.

use core::cell::Cell;
use core::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use tracing_core::dispatcher::{self, WeakDispatch};
use tracing_core::subscriber::{Interest, NoSubscriber};
use tracing_core::{Dispatch, LevelFilter, Metadata, callsite};
use tracing_subscriber::layer::{Context, Filter};

use super::layer::RecordLayer;
use super::statement::{self, Statement};
use crate::{Level, os, registry, state, tree};

/// Whether a record of the `log` crate is what `tracing` tells of an event, or of a span, that a layer of
/// ours has taken, or has refused.
pub(crate) fn has_taken(record: &log::Record<'_>) -> bool {
    HAS_LAYER.load(Ordering::Relaxed)
        && dispatcher::get_default(|dispatch| dispatch.is::<RecordLayer>())
        && (statement::is_of_spans(record.target())
            || record
                .file()
                .zip(record.line())
                .is_some_and(|(file, line)| statement::stands_at(file.as_ptr().addr(), line)))
}

/// The filter of a layer: our loggers' levels.
pub(super) struct Levels;

impl<S> Filter<S> for Levels {
    fn enabled(&self, _: &Metadata<'_>, _: &Context<'_, S>) -> bool {
        // The layer looks at levels itself. `tracing-subscriber` would keep a refusal for the next event
        // of the thread, and take it from us even if that is another one: after `enabled!` or the
        // `log_enabled!` of a `LogTracer`, which no event follows.
        true
    }

    fn callsite_enabled(&self, metadata: &'static Metadata<'static>) -> Interest {
        // `tracing` may hold its locks: whatever changes now is told later.
        let before = IS_ASKED.replace(true);
        let statement = Statement::look(metadata);
        IS_ASKED.set(before);
        match statement.logger.is_enabled(statement.level) {
            _ if statement.is_log_tracer => Interest::sometimes(),
            true => Interest::always(),
            false => Interest::never(),
        }
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(match tree::lowest_gate() {
            level if level <= Level::TRACE => LevelFilter::TRACE,
            level if level <= Level::DEBUG => LevelFilter::DEBUG,
            level if level <= Level::INFO => LevelFilter::INFO,
            level if level <= Level::WARN => LevelFilter::WARN,
            level if level <= Level::ERROR => LevelFilter::ERROR,
            _ => LevelFilter::OFF,
        })
    }
}

/// Remembers a subscriber that has a layer of ours.
pub(super) fn register(dispatch: &Dispatch) {
    let mut registry = registry::lock();
    let subscribers = &mut registry.met.tracing.subscribers;
    // Not dropped with the lock: it may be the last to refer to a subscriber.
    let known: Vec<_> = subscribers.iter().filter_map(WeakDispatch::upgrade).collect();
    *subscribers = known.iter().chain([dispatch]).map(Dispatch::downgrade).collect();
    drop(registry);
    HAS_LAYER.store(true, Ordering::SeqCst);
}

/// Says that what `tracing` knows may be outdated.
pub(crate) fn levels_changed() {
    IS_OUTDATED.store(true, Ordering::SeqCst);
}

/// Has `tracing` ask again which statements are let through, if that has changed.
///
/// Changes that come while it asks are told by whoever is at it.
pub(crate) fn renew() {
    if !HAS_LAYER.load(Ordering::SeqCst) || IS_ASKED.get() || registry::is_locked_here() {
        return;
    }
    while let Some(renewing) = Renewing::begin() {
        // `tracing` asks the subscriber in force on the thread, if there is only one in the process.
        // Where none is in force (or the thread is within a call of one), it would conclude that nobody
        // wants anything.
        if dispatcher::get_default(|dispatch| dispatch.is::<NoSubscriber>()) {
            return renewing.hand_over();
        }
        renewing.ask();
    }
}

/// The right to have `tracing` ask, which one thread has at a time: what it kept of an answer from before
/// a change would otherwise replace the answer from after it. Ends however the renewal ends.
struct Renewing;

impl Renewing {
    /// Begins, if there is something to tell and nobody is at it.
    fn begin() -> Option<Self> {
        // A thread that was at it in the parent of a fork is not in its child.
        let own = state::generation();
        (IS_OUTDATED.load(Ordering::SeqCst) && RENEWING.swap(own, Ordering::SeqCst) != own)
            .then(|| Self)
    }

    #[allow(clippy::unused_self, reason = "held until `tracing` has asked")]
    fn ask(self) {
        if IS_OUTDATED.swap(false, Ordering::SeqCst) {
            callsite::rebuild_interest_cache();
        }
    }

    /// Has another thread ask, with a subscriber in force that has a layer of ours.
    fn hand_over(self) {
        let dispatch = {
            let subscribers = &registry::lock().met.tracing.subscribers;
            subscribers.iter().rev().find_map(WeakDispatch::upgrade)
        };
        if let Some(dispatch) = dispatch {
            // Without a thread to be had, what `tracing` knows stays as it is until the next change.
            let _ = os::spawn("femto-interest", move || {
                dispatcher::with_default(&dispatch, || {
                    self.ask();
                    renew();
                });
            });
        }
    }
}

impl Drop for Renewing {
    fn drop(&mut self) {
        RENEWING.store(NOBODY, Ordering::SeqCst);
    }
}

static HAS_LAYER: AtomicBool = AtomicBool::new(false);
static IS_OUTDATED: AtomicBool = AtomicBool::new(false);
/// In which generation of forks somebody is at it.
static RENEWING: AtomicUsize = AtomicUsize::new(NOBODY);
const NOBODY: usize = usize::MAX;

thread_local! {
    /// Whether the thread is in a question of `tracing`'s.
    static IS_ASKED: Cell<bool> = const { Cell::new(false) };
}
