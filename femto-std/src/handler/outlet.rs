//! Outlet: a handler's sink in this process, what waits for it, and what was counted.

use core::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use core::time::Duration;
use std::io;
use std::sync::{Mutex, MutexGuard, PoisonError, TryLockError};
use std::thread;
use std::time::Instant;

use super::{Counts, Handler, HandlerStats};
use crate::recover::Journal;
use crate::sink::{Lines, Sink, is_gone};
use crate::unwind::guarded;
use crate::{clock, state};

/// The sink of a handler, opened when it is first needed, the bytes that wait for it, and what the
/// handler did: all that a forked child has anew.
pub(crate) struct Outlet {
    epoch: u32,
    pub(crate) counts: Counts,
    /// Records dropped on the caller that the output does not tell of yet.
    untold: AtomicU64,
    sink: Mutex<Option<Box<dyn Sink>>>,
    /// Bytes formatted and not yet written.
    queued: AtomicUsize,
    /// Whether nobody may wait for the sink any more: a worker is stuck in it.
    is_abandoned: AtomicBool,
    /// Since when the sink fails or does not return, in milliseconds of [`uptime`]; 0 if it is well.
    failing_since: AtomicU64,
    /// For how long it may be so before nobody waits for it, in milliseconds.
    stall_limit: u64,
    /// Whether the last write failed.
    has_failed: AtomicBool,
    /// Whether it failed for good, as far as anybody knows.
    is_gone: AtomicBool,
    /// What went wrong beside the writing, until somebody is told.
    problem: Mutex<Option<io::Error>>,
    has_problem: AtomicBool,
    /// Why the last write failed.
    last_error: Mutex<Option<String>>,
}

impl Outlet {
    pub(crate) fn new(sink: Option<Box<dyn Sink>>, stall_limit: Duration) -> Self {
        Self {
            epoch: state::epoch(),
            counts: Counts::default(),
            untold: AtomicU64::new(0),
            sink: Mutex::new(sink),
            queued: AtomicUsize::new(0),
            is_abandoned: AtomicBool::new(false),
            failing_since: AtomicU64::new(0),
            stall_limit: u64::try_from(stall_limit.as_millis()).unwrap_or(u64::MAX),
            has_failed: AtomicBool::new(false),
            is_gone: AtomicBool::new(false),
            problem: Mutex::default(),
            has_problem: AtomicBool::new(false),
            last_error: Mutex::default(),
        }
    }

    pub(crate) fn epoch(&self) -> u32 {
        self.epoch
    }

    pub(crate) fn queued(&self) -> usize {
        self.queued.load(Ordering::Relaxed)
    }

    /// What the handler did in this process.
    pub(super) fn stats(&self) -> HandlerStats {
        self.counts.stats(self.queued() as u64)
    }

    /// Drops a record on the caller: the output is to say so.
    pub(super) fn drop_untold(&self) {
        self.counts.dropped.fetch_add(1, Ordering::Relaxed);
        self.untold.fetch_add(1, Ordering::Relaxed);
    }

    /// The output could not say that so many were dropped.
    pub(super) fn give_back_untold(&self, records: u64) {
        self.untold.fetch_add(records, Ordering::Relaxed);
    }

    /// Records dropped on the caller since the last call.
    pub(crate) fn take_untold(&self) -> u64 {
        match self.untold.load(Ordering::Relaxed) {
            0 => 0,
            _ => self.untold.swap(0, Ordering::Relaxed),
        }
    }

    pub(crate) fn add_queued(&self, bytes: usize) {
        let queued = self.queued.fetch_add(bytes, Ordering::Relaxed) + bytes;
        self.counts.high_water.fetch_max(queued as u64, Ordering::Relaxed);
    }

    pub(crate) fn take_queued(&self, bytes: usize) -> usize {
        self.queued.fetch_sub(bytes, Ordering::Relaxed) - bytes
    }

    /// Whether the sink has failed or not returned for so long that nobody waits for it any more.
    pub(crate) fn is_stalled(&self) -> bool {
        self.is_gone() || self.has_stalled()
    }

    /// Whether the last write found the other end of a stream closed.
    pub(crate) fn is_gone(&self) -> bool {
        self.is_gone.load(Ordering::Relaxed)
    }

    fn has_stalled(&self) -> bool {
        let since = self.failing_since.load(Ordering::Relaxed);
        since != 0 && uptime().saturating_sub(since) > self.stall_limit
    }

    /// Whether the last write failed, or takes longer than nobody waits for.
    pub(crate) fn is_failing(&self) -> bool {
        self.has_failed.load(Ordering::Relaxed) || self.is_stalled()
    }

    /// What went wrong beside the writing since the last call.
    pub(crate) fn take_problem(&self) -> Option<io::Error> {
        if !self.has_problem.load(Ordering::Relaxed) {
            return None;
        }
        self.has_problem.store(false, Ordering::Relaxed);
        self.problem.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// Writes all of `lines`.
    pub(crate) fn write(&self, handler: &Handler, mut lines: Lines<'_>) -> io::Result<()> {
        while !lines.bytes().is_empty() {
            lines = lines.after(self.write_some(handler, lines, None)?);
        }
        Ok(())
    }

    /// Writes the beginning of `lines`; answers how many bytes. Their place goes into the journal that
    /// they are kept in.
    pub(crate) fn write_some(
        &self,
        handler: &Handler,
        lines: Lines<'_>,
        journal: Option<&Journal>,
    ) -> io::Result<usize> {
        // Failing until it has returned, and from the first failure on.
        let _ =
            self.failing_since.compare_exchange(0, uptime(), Ordering::Relaxed, Ordering::Relaxed);
        let written = self.offer(handler, lines, journal);
        if written.is_ok() {
            self.failing_since.store(0, Ordering::Relaxed);
        }
        self.has_failed.store(written.is_err(), Ordering::Relaxed);
        self.is_gone.store(written.as_ref().is_err_and(is_gone), Ordering::Relaxed);
        written
    }

    /// Has later writes fail at once: a worker is stuck in the sink.
    pub(crate) fn abandon(&self) {
        self.is_abandoned.store(true, Ordering::Relaxed);
    }

    pub(crate) fn is_abandoned(&self) -> bool {
        self.is_abandoned.load(Ordering::Relaxed)
    }

    fn offer(
        &self,
        handler: &Handler,
        lines: Lines<'_>,
        journal: Option<&Journal>,
    ) -> io::Result<usize> {
        self.check_abandoned()?;
        let mut sink = self.lock();
        if handler.is_closed() {
            return Err(io::Error::other("the handler is closed"));
        }
        // The application's own code may panic; it is used again then.
        let written = guarded(|| match &mut *sink {
            Some(sink) => write(&mut **sink, lines, journal),
            None => {
                let again = self.counts.bytes.load(Ordering::Relaxed) > 0 || self.epoch > 0;
                let opened = handler.opener().open(again)?;
                write(&mut **sink.insert(opened), lines, journal)
            }
        });
        let problem = guarded(|| sink.as_mut().and_then(|sink| sink.problem()));
        if let Some(Some(problem)) = problem {
            self.counts.errors.fetch_add(1, Ordering::Relaxed);
            *self.problem.lock().unwrap_or_else(PoisonError::into_inner) = Some(problem);
            self.has_problem.store(true, Ordering::Release);
        }
        match written.unwrap_or_else(|| Err(io::Error::other("the sink panicked"))) {
            Ok(0) => Err(io::ErrorKind::WriteZero.into()),
            Ok(count) => {
                let count = count.min(lines.bytes().len());
                self.counts.bytes.fetch_add(count as u64, Ordering::Relaxed);
                Ok(count)
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => Ok(0),
            Err(error) => {
                self.counts.errors.fetch_add(1, Ordering::Relaxed);
                let text = error.to_string();
                *self.last_error.lock().unwrap_or_else(PoisonError::into_inner) = Some(text);
                Err(error)
            }
        }
    }

    /// Fails for a sink that nobody waits for any more: says whether it is stuck, or why it refused.
    fn check_abandoned(&self) -> io::Result<()> {
        if !self.is_abandoned() {
            return Ok(());
        }
        let is_stuck = matches!(self.sink.try_lock(), Err(TryLockError::WouldBlock));
        let error = self.last_error.lock().unwrap_or_else(PoisonError::into_inner).clone();
        Err(io::Error::other(match error {
            Some(error) if !is_stuck && self.has_failed.load(Ordering::Relaxed) => {
                format!("{error}; given up")
            }
            _ => "a write before this one did not return".to_owned(),
        }))
    }

    pub(crate) fn flush(&self) -> io::Result<()> {
        self.check_abandoned()?;
        let mut sink = self.lock();
        guarded(|| sink.as_mut().map_or(Ok(()), |sink| sink.flush()))
            .unwrap_or_else(|| Err(io::Error::other("the sink panicked")))
    }

    /// Puts another sink in place of the one there is, or none; false if a write did not return
    /// before `until`.
    pub(crate) fn replace(&self, sink: Option<Box<dyn Sink>>, until: Instant) -> bool {
        self.lock_until(until).map(|mut slot| *slot = sink).is_some()
    }

    /// Begins a new file.
    pub(crate) fn roll_over(&self, handler: &Handler, until: Instant) -> io::Result<()> {
        let mut slot = self.lock_until(until).ok_or(io::ErrorKind::TimedOut)?;
        if slot.is_none() {
            *slot = Some(handler.opener().open(true)?);
        }
        let rolled = guarded(|| slot.as_mut().map_or(Ok(()), |sink| sink.roll_over()));
        rolled.unwrap_or_else(|| Err(io::Error::other("the sink panicked")))
    }

    fn lock_until(&self, until: Instant) -> Option<MutexGuard<'_, Option<Box<dyn Sink>>>> {
        loop {
            match self.sink.try_lock() {
                Ok(slot) => return Some(slot),
                Err(TryLockError::Poisoned(slot)) => return Some(slot.into_inner()),
                Err(TryLockError::WouldBlock) if Instant::now() >= until => return None,
                Err(TryLockError::WouldBlock) => thread::sleep(POLL),
            }
        }
    }

    /// A sink that panicked is used again: it is the application's, and said so.
    fn lock(&self) -> MutexGuard<'_, Option<Box<dyn Sink>>> {
        self.sink.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn write(sink: &mut dyn Sink, lines: Lines<'_>, journal: Option<&Journal>) -> io::Result<usize> {
    if let Some(journal) = journal {
        journal.begin_write(sink.place());
    }
    sink.write_lines(lines)
}

/// Milliseconds, at least 1.
fn uptime() -> u64 {
    clock::uptime().as_millis() as u64 + 1
}

/// How often the end of a write is looked for.
const POLL: Duration = Duration::from_millis(1);
