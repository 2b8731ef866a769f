//! Engine: what moves records from lanes to sinks, one per process.
//!
//! Starts with the first queued record and ends with shutdown. Callers reach it here when a call is
//! not the common case: to wake the collector, to wait for room, to flush.

use core::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use core::time::Duration;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError, TryLockError};
use std::thread::{JoinHandle, Thread};
use std::time::Instant;

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded, unbounded};
use femto_core::ring::Consumer;

pub use crate::clock::now;
use crate::collector::Collector;
use crate::lane::{Link, Ring, side};
use crate::recover::{self, Leftover, RingFile};
use crate::report::Untold;
use crate::{FlushError, clock, os, registry, signal, state};

/// A lane's reading end, on its way to the collector.
type Arrival = (Consumer<Arc<Ring>>, Arc<Link>);

/// The collector and what callers share with it.
pub(crate) struct Engine {
    epoch: u32,
    /// Locked by the collector's thread for each of its passes; by callers once that has ended, and by those
    /// that [`let_callers_work`] is for.
    collector: Mutex<Collector>,
    /// Lanes that the collector has not seen yet.
    arrivals: Mutex<Vec<Arrival>>,
    has_arrivals: AtomicUsize,
    thread: OnceLock<Thread>,
    /// Taken by whoever ends the thread.
    handle: Mutex<Option<JoinHandle<()>>>,
    requests: Sender<Request>,
    pub(crate) inbox: Receiver<Request>,
    room: Mutex<()>,
    room_came: Condvar,
    waiting: AtomicUsize,
    /// When the collector's own write will have taken longer than callers wait for, in milliseconds of
    /// [`clock::uptime`]; 0 while it does not write.
    write_limit: AtomicU64,
    /// Failures that were met with the collector locked.
    pub(crate) untold: Untold,
    /// Where frames and lines lie in a mapped file.
    ring_file: OnceLock<Arc<RingFile>>,
    /// What other processes left, until the collector takes it.
    leftovers: Mutex<Vec<Leftover>>,
    has_leftovers: AtomicBool,
}

/// What callers ask of the collector. Dropping the reply answers it.
pub(crate) enum Request {
    /// Read all lanes.
    Settle { reply: Sender<FlushError> },
    /// Read all lanes and write everything, or everything of one handler.
    Flush { reply: Sender<FlushError>, handler: Option<u32> },
    /// Flush, then end, whatever the workers are at when the time comes.
    Stop { reply: Sender<FlushError>, until: Instant },
}

/// The engine of this process, started if need be.
pub(crate) fn current() -> Arc<Engine> {
    let mut registry = registry::lock();
    if let Some(engine) = &registry.engine
        && engine.epoch == state::epoch()
    {
        return engine.clone();
    }
    side::prepare();
    let engine = Arc::new(Engine::new());
    let abandoned = registry.engine.replace(engine.clone());
    drop(registry);
    // A parent's engine stays as it was at the fork: its threads and locks are not here.
    let is_child = abandoned.is_some();
    core::mem::forget(abandoned);
    engine.start();
    signal::start_in_child();
    if is_child {
        recover::start_in_child(&engine);
    }
    engine
}

/// The engine of this process, if there is one.
fn running() -> Option<Arc<Engine>> {
    let engine = registry::lock().engine.clone()?;
    (engine.epoch == state::epoch()).then_some(engine)
}

/// Waits until every record logged before is handed to the operating system.
///
/// # Errors
/// [`FlushError`] if the deadline passes first, or a sink refuses.
pub fn flush(deadline: Duration) -> Result<(), FlushError> {
    flush_handler(None, deadline)
}

/// Waits until every record logged before is handed to the operating system, as far as it concerns
/// one handler.
pub(crate) fn flush_handler(handler: Option<u32>, deadline: Duration) -> Result<(), FlushError> {
    match running() {
        Some(engine) => engine.ask(|reply| Request::Flush { reply, handler }, deadline),
        None => Ok(()),
    }
}

/// Flushes and ends the collector. Records logged afterwards are written by their callers.
///
/// # Errors
/// [`FlushError`] if the deadline passes first, or a sink refuses.
pub fn shutdown(deadline: Duration) -> Result<(), FlushError> {
    match running() {
        Some(engine) => {
            let until = Instant::now() + deadline;
            let ended = engine.ask(|reply| Request::Stop { reply, until }, deadline + LOOK_AGAIN);
            // After an error it may still be at a sink that does not return.
            if ended.is_ok() {
                engine.join();
            }
            ended
        }
        None => Ok(()),
    }
}

/// Has whoever flushes do the collector's work, if nobody else is at it: most flushes take less than waking
/// another thread and waiting for it. For the whole process, from now on.
///
/// For programs that know the formatters and filters of all their handlers, and the sinks that [need no
/// worker](crate::sink::Open::may_stall): these run on the thread that flushes then, whatever locks it holds, and a
/// flush waits for them beyond its deadline.
pub fn let_callers_work() {
    CALLERS_WORK.store(true, Ordering::Relaxed);
}

static CALLERS_WORK: AtomicBool = AtomicBool::new(false);

/// Waits until the collector has read all lanes: what follows does not concern records logged
/// before.
pub(crate) fn settle() {
    if let Some(engine) = running() {
        // What cannot settle in time is judged by the new configuration.
        let _ = engine.ask(|reply| Request::Settle { reply }, Duration::from_secs(5));
    }
}

impl Engine {
    fn new() -> Self {
        let (requests, inbox) = unbounded();
        Self {
            epoch: state::epoch(),
            collector: Mutex::new(Collector::new()),
            arrivals: Mutex::default(),
            has_arrivals: AtomicUsize::new(0),
            thread: OnceLock::new(),
            handle: Mutex::default(),
            requests,
            inbox,
            room: Mutex::default(),
            room_came: Condvar::new(),
            waiting: AtomicUsize::new(0),
            write_limit: AtomicU64::new(0),
            untold: Untold::default(),
            ring_file: OnceLock::new(),
            leftovers: Mutex::default(),
            has_leftovers: AtomicBool::new(false),
        }
    }

    /// Where frames and lines lie in a mapped file, if they do.
    pub(crate) fn ring_file(&self) -> Option<&Arc<RingFile>> {
        self.ring_file.get()
    }

    /// Has frames and lines lie in a mapped file from now on.
    pub(crate) fn keep_in(&self, file: Arc<RingFile>) {
        // Once a process, so once an engine.
        let _ = self.ring_file.set(file);
        side::map(self);
    }

    /// Has what other processes left written.
    pub(crate) fn add_leftovers(&self, leftovers: Vec<Leftover>) {
        self.leftovers.lock().unwrap_or_else(PoisonError::into_inner).extend(leftovers);
        self.has_leftovers.store(true, Ordering::Release);
        self.wake();
    }

    /// What was added since the last time.
    pub(crate) fn take_leftovers(&self) -> Vec<Leftover> {
        if !self.has_leftovers.swap(false, Ordering::Acquire) {
            return Vec::new();
        }
        core::mem::take(&mut self.leftovers.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn start(self: &Arc<Self>) {
        let engine = self.clone();
        match os::spawn("femto-collector", move || crate::collector::run(&engine)) {
            Ok(handle) => {
                side::set_collector(handle.thread());
                // Set once: an engine starts once.
                let _ = self.thread.set(handle.thread().clone());
                *self.handle.lock().unwrap_or_else(PoisonError::into_inner) = Some(handle);
            }
            // No thread to be had: callers write themselves.
            Err(_) => state::set(state::STOPPED),
        }
    }

    /// Waits for the collector's thread, which has given its last answer.
    fn join(&self) {
        let handle = self.handle.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(handle) = handle {
            // It does not panic; if it did, there is nobody to tell.
            let _ = handle.join();
        }
    }

    pub(crate) fn add_lane(&self, consumer: Consumer<Arc<Ring>>, link: Arc<Link>) {
        self.arrivals.lock().unwrap_or_else(PoisonError::into_inner).push((consumer, link));
        self.has_arrivals.fetch_add(1, Ordering::Release);
    }

    pub(crate) fn take_arrivals(&self) -> Vec<Arrival> {
        if self.has_arrivals.load(Ordering::Acquire) == 0 {
            return Vec::new();
        }
        let mut arrivals = self.arrivals.lock().unwrap_or_else(PoisonError::into_inner);
        self.has_arrivals.store(0, Ordering::Release);
        core::mem::take(&mut arrivals)
    }

    /// Ends the collector's sleep.
    pub(crate) fn wake(&self) {
        state::clear(state::ASLEEP);
        if let Some(thread) = self.thread.get() {
            thread.unpark();
        }
    }

    /// Does the collector's work on the calling thread, once its own has ended.
    pub(crate) fn work_inline(self: &Arc<Self>) {
        self.work_here(true, |collector| collector.write_everything(None, None, self));
    }

    /// Has the calling thread work as the collector, unless it does already or, if it may not wait, another does.
    fn work_here(&self, may_wait: bool, work: impl FnOnce(&mut Collector)) {
        // What a sink or formatter logs meanwhile is left to the next call.
        os::as_engine_thread(|| {
            let mut collector = match self.collector.try_lock() {
                Ok(collector) => collector,
                Err(TryLockError::Poisoned(error)) => error.into_inner(),
                Err(TryLockError::WouldBlock) if may_wait => self.collector(),
                Err(TryLockError::WouldBlock) => return,
            };
            work(&mut collector);
            drop(collector);
            self.announce_room();
            self.untold.tell();
        });
    }

    pub(crate) fn collector(&self) -> MutexGuard<'_, Collector> {
        self.collector.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tries until `attempt` succeeds, waiting for room in between.
    pub(crate) fn wait_until<T>(
        self: &Arc<Self>,
        patience: Option<Duration>,
        mut attempt: impl FnMut() -> Option<T>,
    ) -> Option<T> {
        let until = patience.map(|patience| Instant::now() + patience);
        for _ in 0..SPINS {
            if let Some(done) = attempt() {
                return Some(done);
            }
            core::hint::spin_loop();
        }
        loop {
            if let Some(done) = attempt() {
                return Some(done);
            }
            let is_over = until.is_some_and(|until| Instant::now() >= until);
            if os::is_engine_thread() || is_over || self.is_held_up() {
                return None;
            }
            if state::load() & state::STOPPED != 0 {
                self.work_inline();
                continue;
            }
            self.wake();
            self.waiting.fetch_add(1, Ordering::SeqCst);
            let room = self.room.lock().unwrap_or_else(PoisonError::into_inner);
            drop(self.room_came.wait_timeout(room, WAIT));
            self.waiting.fetch_sub(1, Ordering::SeqCst);
        }
    }

    /// The collector is about to write by itself: callers do not wait for it longer than that.
    pub(crate) fn begin_write(&self, limit: Duration) {
        let limit = clock::uptime().saturating_add(limit).as_millis();
        self.write_limit.store(u64::try_from(limit).unwrap_or(u64::MAX).max(1), Ordering::Relaxed);
    }

    pub(crate) fn end_write(&self) {
        self.write_limit.store(0, Ordering::Relaxed);
    }

    /// Whether the collector is stuck in a write.
    fn is_held_up(&self) -> bool {
        let limit = self.write_limit.load(Ordering::Relaxed);
        limit != 0 && clock::uptime().as_millis() >= limit.into()
    }

    /// Tells waiting callers that there is room again.
    pub(crate) fn announce_room(&self) {
        if self.waiting.load(Ordering::SeqCst) > 0 {
            self.room_came.notify_all();
        }
    }

    /// Sends a request and waits for its reply.
    fn ask(
        self: &Arc<Self>,
        request: impl FnOnce(Sender<FlushError>) -> Request,
        deadline: Duration,
    ) -> Result<(), FlushError> {
        if os::is_engine_thread() {
            return Err(FlushError::CalledFromEngine);
        }
        let (reply, answer) = bounded(64);
        if state::load() & state::STOPPED != 0 {
            self.work_here(true, |collector| collector.write_everything(None, Some(&reply), self));
            return answer.try_recv().map_or(Ok(()), Err);
        }
        let (mut request, mut is_left) = (Some(request(reply)), false);
        if CALLERS_WORK.load(Ordering::Relaxed) {
            self.work_here(false, |collector| {
                request = request.take().and_then(|request| collector.answer(request, self));
                collector.deliver_lines(self);
                is_left = collector.has_backlog();
            });
        }
        if let Some(request) = request {
            is_left = true;
            // The inbox is the engine's own: it is there as long as the engine.
            let _ = self.requests.send(request);
        }
        if is_left {
            self.wake();
        }
        let until = Instant::now() + deadline;
        // One sink's error is not to keep the others from being waited for.
        let mut first_error = None;
        loop {
            let left = until.saturating_duration_since(Instant::now());
            match answer.recv_timeout(left.min(LOOK_AGAIN)) {
                Ok(error) => _ = first_error.get_or_insert(error),
                Err(RecvTimeoutError::Disconnected) => return first_error.map_or(Ok(()), Err),
                Err(RecvTimeoutError::Timeout) if left.is_zero() => {
                    return Err(first_error.unwrap_or(FlushError::DeadlinePassed { deadline }));
                }
                Err(RecvTimeoutError::Timeout) => {}
            }
            // The collector may have ended without having seen the request.
            if state::load() & state::STOPPED != 0 && self.inbox.try_recv().is_ok() {
                self.work_inline();
            }
        }
    }
}

/// Turns before a caller that finds no room goes to sleep.
const SPINS: u32 = 100;
/// How long a caller waits for a reply before it looks whether anybody is there to give it.
const LOOK_AGAIN: Duration = Duration::from_millis(50);
/// How long it sleeps at a time, should nobody wake it.
const WAIT: Duration = Duration::from_millis(1);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::unwind::guarded;

    #[test]
    fn work_that_panicked_keeps_nobody_from_the_collector() {
        let engine = Engine::new();
        assert!(guarded(|| engine.work_here(false, |_| panic!("as asked"))).is_none());
        let mut is_done = false;
        engine.work_here(false, |_| is_done = true);
        assert!(is_done);
    }
}
