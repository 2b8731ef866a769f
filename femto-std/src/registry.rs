//! Registry: what is known process-wide, behind the one lock of the slow paths.
//!
//! Taken for configuration, for a thread's first record and for starting the engine; never on the
//! way of a record. Held only for a few memory accesses, never while foreign code runs, and held by
//! the forking thread across a fork, so that the child finds it free.

use core::cell::RefCell;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::engine::Engine;
use crate::manager::Tree;
use crate::route::Routes;

/// The state behind the lock.
pub(crate) struct Registry {
    pub(crate) tree: Tree,
    pub(crate) routes: Routes,
    /// The engine of this process, once something was queued.
    pub(crate) engine: Option<Arc<Engine>>,
}

static REGISTRY: Mutex<Registry> =
    Mutex::new(Registry { tree: Tree::new(), routes: Routes::new(), engine: None });

/// Locks the registry. Nothing that holds it can panic half-way, so poison means nothing.
pub(crate) fn lock() -> MutexGuard<'static, Registry> {
    REGISTRY.lock().unwrap_or_else(PoisonError::into_inner)
}

thread_local! {
    static HELD: RefCell<Option<MutexGuard<'static, Registry>>> = const { RefCell::new(None) };
}

/// Before a fork: no other thread can be inside now.
pub(crate) fn hold() {
    // A thread so far gone that it has no thread-locals forks without the lock.
    let _ = HELD.try_with(|held| *held.borrow_mut() = Some(lock()));
}

/// After a fork, in parent and child.
pub(crate) fn let_go() {
    let _ = HELD.try_with(|held| held.borrow_mut().take());
}
