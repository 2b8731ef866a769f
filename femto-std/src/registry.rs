//! Registry: what is known process-wide, behind the one lock of the slow paths.
//!
//! Taken for configuration, for a thread's first record and for starting the engine; never on the
//! way of a record. Held only for a few memory accesses, never while foreign code runs, and held by
//! the forking thread across a fork, so that the child finds it free.

use core::cell::RefCell;
use core::mem::ManuallyDrop;
use core::ops::{Deref, DerefMut};
use core::sync::atomic::{AtomicBool, Ordering, compiler_fence};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::bridge;
use crate::config::Applied;
use crate::engine::Engine;
use crate::handler::ErrorHandler;
use crate::recover::{RecoverBuilder, RingFile};
use crate::route::Routes;
use crate::signal::Signals;
use crate::stats::Schedule;
use crate::tree::Tree;

/// The state behind the lock.
pub(crate) struct Registry {
    pub(crate) tree: Tree,
    pub(crate) routes: Routes,
    /// The engine of this process, once something was queued.
    pub(crate) engine: Option<Arc<Engine>>,
    /// The configuration in force, once there was one.
    pub(crate) applied: Option<Arc<Applied>>,
    /// The epoch of the process in which a thread is applying a configuration.
    pub(crate) applier: Option<u32>,
    /// How the mapped file was asked for, and the file of this process, or yet of its parent.
    pub(crate) recover: Option<(RecoverBuilder, Arc<RingFile>)>,
    /// Which signals have everything written.
    pub(crate) signals: Signals,
    /// Who is told of failures of handlers that have nobody of their own.
    pub(crate) error_handler: Option<Arc<dyn ErrorHandler>>,
    /// When statistics are logged.
    pub(crate) report: Option<Schedule>,
    /// What is known of other interfaces.
    pub(crate) met: bridge::Met,
}

static REGISTRY: Mutex<Registry> = Mutex::new(Registry {
    tree: Tree::new(),
    routes: Routes::new(),
    engine: None,
    applied: None,
    applier: None,
    recover: None,
    signals: Signals::new(),
    error_handler: None,
    report: None,
    met: bridge::Met::new(),
});

/// Locks the registry. Nothing that holds it can panic half-way, so poison means nothing.
pub(crate) fn lock() -> Locked {
    IS_LOCKED_HERE.with(|flag| flag.store(true, Ordering::Relaxed));
    compiler_fence(Ordering::SeqCst);
    let guard = REGISTRY.lock().unwrap_or_else(PoisonError::into_inner);
    Locked { guard, _mark: Mark }
}

/// Whether the calling thread holds the lock: a signal handler that logs must not wait for it.
pub(crate) fn is_locked_here() -> bool {
    IS_LOCKED_HERE.with(|flag| flag.load(Ordering::Relaxed))
}

/// The registry, locked. The lock goes before the mark that says so.
pub(crate) struct Locked {
    guard: MutexGuard<'static, Registry>,
    _mark: Mark,
}

/// Does what no fork may find half done, for a child would wait for its end: no other thread forks
/// meanwhile.
pub(crate) fn undisturbed<T>(work: impl FnOnce() -> T) -> T {
    let _locked = (!is_locked_here()).then(lock);
    work()
}

/// Says that this thread has the lock, or is about to.
struct Mark;

impl Deref for Locked {
    type Target = Registry;

    fn deref(&self) -> &Registry {
        &self.guard
    }
}

impl DerefMut for Locked {
    fn deref_mut(&mut self) -> &mut Registry {
        &mut self.guard
    }
}

impl Drop for Mark {
    fn drop(&mut self) {
        compiler_fence(Ordering::SeqCst);
        IS_LOCKED_HERE.with(|flag| flag.store(false, Ordering::Relaxed));
    }
}

thread_local! {
    /// One byte, so that a signal handler in between finds it one way or the other.
    static IS_LOCKED_HERE: AtomicBool = const { AtomicBool::new(false) };
    /// Never dropped, so that a thread finds it that is ending.
    static HELD: ManuallyDrop<RefCell<Option<Locked>>> =
        const { ManuallyDrop::new(RefCell::new(None)) };
}

/// Before a fork: no other thread can be inside now.
pub(crate) fn hold() {
    let locked = lock();
    HELD.with(|held| *held.borrow_mut() = Some(locked));
}

/// In a forked child: neither the parent's mapped file nor what it counted is for it.
pub(crate) fn leave_parents() {
    HELD.with(|held| {
        let held = held.borrow();
        let Some(locked) = held.as_ref() else { return };
        if let Some((_, file)) = &locked.recover {
            file.detach();
        }
        locked.routes.reset_counts();
    });
}

/// After a fork, in parent and child.
pub(crate) fn let_go() {
    HELD.with(|held| held.borrow_mut().take());
}
