//! Handler: who may receive the record?
//!
//! Made and changed by the application; its level, filters and formatter are applied on the
//! *collector* (on the caller, if its delivery is direct), which then writes to its sink or hands
//! blocks to its worker.

mod build;
mod color;
mod direct;
mod failure;
mod fan_out;
mod file;
mod memory;
mod null;
mod options;
mod outlet;
mod pipe;
mod relay;
mod rotating;
mod settings;
mod sink;
mod socket;
mod stats;
mod stream;
mod timed;

pub(crate) use build::handler_builder;
pub use color::Color;
pub use failure::{ErrorHandler, Failure};
pub use fan_out::FanOutHandlerBuilder;
pub use file::FileHandlerBuilder;
pub use memory::MemoryHandlerBuilder;
pub use null::NullHandlerBuilder;
pub(crate) use options::{Options, choice_setters, option_setters};
pub(crate) use outlet::Outlet;
pub use pipe::PipeHandlerBuilder;
use relay::RelayOpener;
pub(crate) use relay::{Memory, Relay};
pub use rotating::RotatingFileHandlerBuilder;
pub(crate) use settings::Settings;
use settings::dress;
pub use sink::SinkHandlerBuilder;
pub use socket::{TcpHandlerBuilder, UnixHandlerBuilder};
use stats::Counts;
pub use stats::HandlerStats;
pub use stream::StreamHandlerBuilder;
pub use timed::TimedRotatingFileHandlerBuilder;

use core::fmt;
use core::panic::{RefUnwindSafe, UnwindSafe};
use core::sync::atomic::{AtomicBool, AtomicU8, AtomicU32, AtomicUsize, Ordering};
use core::time::Duration;
use std::io;
use std::sync::Arc;
use std::thread;
use std::time::Instant;

use arc_swap::{ArcSwap, Guard};
use femto_core::{Filter, Level};

use crate::engine;
use crate::formatter::{CaptureMask, ConsoleStyle, Formatter};
use crate::sink::{Open, Sink};
use crate::{FlushError, report, state};

/// What happens to a record that finds its handler over capacity, or its thread's lane full.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum OverflowPolicy {
    /// The caller waits for room: nothing is dropped.
    #[default]
    Block,
    /// The caller waits for so long; then the record is dropped and counted.
    Timeout(Duration),
    /// The record is dropped and counted at once.
    DropNewest,
}

/// Who writes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Delivery {
    /// The collector, or a worker behind it: the call returns before the line is written.
    #[default]
    Queued,
    /// The caller: the line is written when the call returns.
    Direct,
}

/// Receives records, and writes them to its sink as lines.
///
/// Made by a builder (those in [`handlers`](crate::handlers)), always behind an [`Arc`]:
/// several loggers may share one.
pub struct Handler {
    id: u32,
    level: AtomicU8,
    settings: ArcSwap<Settings>,
    console: Option<ConsoleStyle>,
    /// Where records go instead of the sink, if it is a relay.
    relay: Option<Relay>,
    opener: Box<dyn Open>,
    outlet: ArcSwap<Outlet>,
    capacity: usize,
    overflow: OverflowPolicy,
    way: Way,
    flush_level: Level,
    stall_limit: Duration,
    error_handler: Arc<dyn ErrorHandler>,
    closed: AtomicBool,
    /// Flushes under way that are to pass on what a memory handler keeps.
    asked: AtomicUsize,
}

/// What becomes of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// The collector formats it, and a worker may write it.
    Queued,
    /// The caller does both.
    Direct,
    /// The collector gives it to other handlers.
    Relayed,
}

impl Handler {
    /// A handler that writes where `opener` says.
    pub(crate) fn new(opener: Box<dyn Open>, delay: bool, options: Options) -> io::Result<Self> {
        let sink = if delay { None } else { Some(opener.open(false)?) };
        Ok(Self::of(opener, sink, None, options))
    }

    /// A handler that passes records on.
    fn relaying(opener: RelayOpener, relay: Relay, options: Options) -> Self {
        Self::of(Box::new(opener), None, Some(relay), options)
    }

    fn of(
        opener: Box<dyn Open>,
        sink: Option<Box<dyn Sink>>,
        relay: Option<Relay>,
        options: Options,
    ) -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let way = match options.delivery {
            _ if relay.is_some() => Way::Relayed,
            Delivery::Queued => Way::Queued,
            Delivery::Direct => Way::Direct,
        };
        Self {
            id: NEXT.fetch_add(1, Ordering::Relaxed),
            level: AtomicU8::new(options.level.number()),
            settings: ArcSwap::from_pointee(Settings {
                formatter: dress(options.console, options.formatter),
                filters: options.filters,
            }),
            console: options.console,
            relay,
            opener,
            outlet: ArcSwap::from_pointee(Outlet::new(sink, options.stall_limit)),
            capacity: options.capacity,
            overflow: options.overflow,
            way,
            flush_level: options.flush_level,
            stall_limit: options.stall_limit,
            error_handler: options
                .error_handler
                .unwrap_or_else(|| Arc::new(report::StandardError::default())),
            closed: AtomicBool::new(false),
            asked: AtomicUsize::new(0),
        }
    }

    /// Records below it are not taken.
    #[must_use]
    pub fn level(&self) -> Level {
        Level::new(self.level.load(Ordering::Relaxed))
    }

    /// Changes the level. Records logged before are still judged by the old one.
    pub fn set_level(&self, level: Level) {
        engine::settle();
        self.level.store(level.number(), Ordering::Relaxed);
        crate::tree::refresh();
    }

    /// Changes the formatter. Records logged before still get the old one.
    pub fn set_formatter(&self, formatter: Arc<dyn Formatter>) {
        engine::settle();
        let formatter = dress(self.console, formatter);
        self.settings.rcu(|now| Settings { formatter: formatter.clone(), ..(**now).clone() });
        crate::tree::refresh();
    }

    /// Adds a filter: a record has to pass all of them.
    pub fn add_filter(&self, filter: Arc<dyn Filter>) {
        engine::settle();
        self.settings.rcu(|now| {
            let mut settings = (**now).clone();
            settings.filters.push(filter.clone());
            settings
        });
    }

    /// Removes all filters.
    pub fn clear_filters(&self) {
        engine::settle();
        self.settings.rcu(|now| Settings { filters: Vec::new(), ..(**now).clone() });
    }

    /// Changes all that shapes its lines at once, for whoever has the collector settle before and
    /// works out the routes afterwards; gives back what was.
    pub(crate) fn adjust(
        &self,
        level: Level,
        formatter: Arc<dyn Formatter>,
        filters: Vec<Arc<dyn Filter>>,
    ) -> Arc<Settings> {
        self.level.store(level.number(), Ordering::Relaxed);
        let formatter = dress(self.console, formatter);
        self.settings.swap(Arc::new(Settings { formatter, filters }))
    }

    /// Waits until every record logged before is handed to the operating system. A memory handler
    /// passes on what it keeps; those that it and a fan-out pass on to are flushed.
    ///
    /// # Errors
    /// [`FlushError`] if the deadline passes, or the sink refuses.
    pub fn flush(&self, deadline: Duration) -> Result<(), FlushError> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        let flushed = self.flush_targets(deadline);
        self.asked.fetch_sub(1, Ordering::SeqCst);
        flushed
    }

    fn flush_targets(&self, deadline: Duration) -> Result<(), FlushError> {
        let until = Instant::now() + deadline;
        let mut flushed = engine::flush_handler(Some(self.id), deadline);
        for target in self.relay.iter().flat_map(|relay| &relay.targets) {
            flushed = flushed.and(target.flush_targets(until - Instant::now().min(until)));
        }
        flushed
    }

    /// Writes everything, then closes the file. Records that come later are dropped and counted. A sink that
    /// fails is tried until the deadline, as at shutdown: what it has not taken by then is dropped, counted
    /// and told to the error handler. What a memory handler keeps is passed on if it was made so, else
    /// dropped; other handlers stay open.
    ///
    /// # Errors
    /// [`FlushError`] if the deadline passes, or the sink refuses up to then; it is closed all the same.
    pub fn close(&self, deadline: Duration) -> Result<(), FlushError> {
        let until = Instant::now() + deadline;
        let memory = self.relay.as_ref().and_then(|relay| relay.memory);
        let flushed = match memory {
            Some(Memory { flush_on_close: false, .. }) => self.flush_targets(deadline),
            _ => self.flush_until(until),
        };
        self.closed.store(true, Ordering::Release);
        // A write that does not return leaves the file to the worker that is stuck in it.
        let _ = self.outlet().replace(None, until.max(Instant::now() + MOMENT));
        if flushed.is_err() {
            // What is left is dropped now; whoever looks at the statistics next is to find it counted.
            let _ = engine::flush_handler(Some(self.id), LAST_LOOK);
        }
        flushed
    }

    /// Flushes as often as the sink refuses: whoever asks once more has it tried at once.
    fn flush_until(&self, until: Instant) -> Result<(), FlushError> {
        loop {
            let flushed = self.flush(until - Instant::now().min(until));
            // What others are to write is theirs, and stays queued.
            let may_try = self.relay.is_none() && Instant::now() + TRY_AGAIN < until;
            match flushed {
                Err(FlushError::WriteRecords { .. }) if may_try => thread::sleep(TRY_AGAIN),
                _ => return flushed,
            }
        }
    }

    /// Flushes, then opens the file anew by its name: for log rotation from outside. A handler that
    /// was closed is open again.
    ///
    /// # Errors
    /// The system's, or that a write does not return; the old file is kept then.
    pub fn reopen(&self) -> io::Result<()> {
        let deadline = Duration::from_secs(5);
        // What the deadline leaves unwritten goes to the new file.
        let _ = self.flush(deadline);
        let sink = self.opener.open(true)?;
        match self.outlet().replace(Some(sink), Instant::now() + deadline) {
            true => {
                self.closed.store(false, Ordering::Release);
                Ok(())
            }
            false => Err(io::ErrorKind::TimedOut.into()),
        }
    }

    /// Flushes, then begins a new file whatever the size or time of the one there is, as Python's
    /// `doRollover`: at the start of a program, say. An empty file stays.
    ///
    /// # Errors
    /// The system's; [`Unsupported`](io::ErrorKind::Unsupported) if the handler does not roll files over;
    /// that a write does not return. Lines go on into the old file then.
    pub fn roll_over(&self) -> io::Result<()> {
        let deadline = Duration::from_secs(5);
        // What the deadline leaves unwritten goes to the new file.
        let _ = self.flush(deadline);
        self.outlet().roll_over(self, Instant::now() + deadline)
    }

    /// What it writes to.
    #[must_use]
    pub fn name(&self) -> String {
        self.opener.name()
    }

    /// What it did since it was made, or the process was forked.
    #[must_use]
    pub fn stats(&self) -> HandlerStats {
        self.outlet().stats()
    }

    /// What happens to a record when the handler is over capacity.
    #[must_use]
    pub const fn overflow(&self) -> OverflowPolicy {
        self.overflow
    }

    /// How long its sink may fail, or a write not return, before nobody waits for it any more.
    #[must_use]
    pub const fn stall_limit(&self) -> Duration {
        self.stall_limit
    }

    /// Who writes.
    #[must_use]
    pub const fn delivery(&self) -> Delivery {
        match self.way {
            Way::Direct => Delivery::Direct,
            Way::Queued | Way::Relayed => Delivery::Queued,
        }
    }

    pub(crate) const fn id(&self) -> u32 {
        self.id
    }

    pub(crate) const fn capacity(&self) -> usize {
        self.capacity
    }

    #[inline]
    pub(crate) const fn way(&self) -> Way {
        self.way
    }

    pub(crate) const fn relay(&self) -> Option<&Relay> {
        self.relay.as_ref()
    }

    /// Who writes what comes here: itself, or those that it passes records on to.
    pub(crate) fn writers(self: &Arc<Self>) -> Vec<Arc<Self>> {
        match &self.relay {
            None => vec![self.clone()],
            Some(relay) => relay.targets.iter().flat_map(Self::writers).collect(),
        }
    }

    /// Whether somebody waits for what is kept to be passed on.
    pub(crate) fn is_asked(&self) -> bool {
        self.asked.load(Ordering::SeqCst) > 0
    }

    /// Records at or above it are written at once.
    pub(crate) fn flush_level(&self) -> Level {
        self.relay.as_ref().map_or(self.flush_level, Relay::flush_level)
    }

    /// Records below it reach nobody here.
    pub(crate) fn threshold(&self) -> Level {
        self.level().max(self.relay.as_ref().map_or(Level::NOTSET, Relay::threshold))
    }

    /// How long callers wait for room; `None` is for ever.
    pub(crate) fn patience(&self) -> Option<Duration> {
        match (&self.relay, self.overflow) {
            (Some(relay), _) => relay.patience(),
            (None, OverflowPolicy::Block) => None,
            (None, OverflowPolicy::Timeout(limit)) => Some(limit),
            (None, OverflowPolicy::DropNewest) => Some(Duration::ZERO),
        }
    }

    /// Which costly fields of a record it needs.
    pub(crate) fn mask(&self) -> CaptureMask {
        match &self.relay {
            Some(relay) => relay.targets.iter().map(|target| target.mask()),
            None => return self.settings.load().formatter.mask(),
        }
        .fold(CaptureMask::NONE, CaptureMask::union)
    }

    /// Whether it is over its capacity, and its policy makes callers wait who have waited for so long.
    pub(crate) fn makes_wait(&self, waited: Duration) -> bool {
        if let Some(relay) = &self.relay {
            return relay.targets.iter().any(|target| target.makes_wait(waited));
        }
        let outlet = self.outlet();
        self.patience().is_none_or(|patience| waited < patience)
            && outlet.queued() > self.capacity
            && !outlet.is_stalled()
            && !self.is_closed()
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.closed.load(Ordering::Acquire)
    }

    pub(crate) fn error_handler(&self) -> &dyn ErrorHandler {
        &*self.error_handler
    }

    pub(crate) fn settings(&self) -> Arc<Settings> {
        self.settings.load_full()
    }

    pub(crate) fn opener(&self) -> &dyn Open {
        &*self.opener
    }

    /// Where the bytes go in this process: a forked child gets an outlet of its own.
    pub(crate) fn outlet(&self) -> Arc<Outlet> {
        let outlet = self.outlet.load_full();
        if outlet.epoch() == state::epoch() {
            return outlet;
        }
        let fresh = Arc::new(Outlet::new(None, self.stall_limit));
        let found = self.outlet.compare_and_swap(&outlet, fresh.clone());
        // Another thread may have been quicker: there is one for all.
        if Arc::ptr_eq(&found, &outlet) { fresh } else { Guard::into_inner(found) }
    }

    /// Counts a record that found no room, if its level is taken; the output will say so.
    pub(crate) fn refuse(&self, level: Level) {
        if level < self.level() {
            return;
        }
        match &self.relay {
            Some(relay) if relay.memory.is_none() => {
                relay.targets.iter().for_each(|target| target.refuse(level));
            }
            _ => {}
        }
        let outlet = self.outlet();
        outlet.counts.accepted.fetch_add(1, Ordering::Relaxed);
        outlet.drop_untold();
    }
}

/// How often a failing sink is tried while its handler is closed.
const TRY_AGAIN: Duration = Duration::from_millis(50);
/// How long a close waits for what was not written to be counted: a worker may be stuck in a write.
const LAST_LOOK: Duration = Duration::from_secs(1);
/// What a handler that is closed without patience waits all the same.
const MOMENT: Duration = Duration::from_millis(10);

/// Panics of the application's filters and formatters are caught.
impl UnwindSafe for Handler {}
impl RefUnwindSafe for Handler {}

impl fmt::Debug for Handler {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Handler({} {})", self.name(), self.level())
    }
}
