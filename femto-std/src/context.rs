//! Context: key-values that all records of a thread or task get, until its end.
//!
//! Runs on the *caller*. A context is encoded once, when it is made; a record inside copies it. A thread
//! without one pays nothing.

use core::fmt;
use core::future::Future;
use core::marker::PhantomData;
use core::pin::Pin;
use core::task::{Context as Waker, Poll};
use std::sync::Arc;

use femto_core::{Capture, Value};
use pin_project_lite::pin_project;

use crate::extra::Extra;
use crate::scope;

/// Key-values that surround records: a request's number, a user, a session.
///
/// Records of our own macros, of `log` and of `tracing` get them, typed, for as long as the context is
/// [attached](Context::attach) to their thread. Contexts nest: [`context!`](crate::context!) adds to
/// what the thread has, and of values for one key a record has the innermost. What the record itself
/// has for the key counts before, and so do fields of `tracing` spans.
///
/// A context belongs to one thread. To take it along into another thread or task, [`capture`] it
/// there and [`attach`], [`run`] or [`scope`] it here. Cheap to clone.
///
/// [`capture`]: Context::capture
/// [`attach`]: Context::attach
/// [`run`]: Context::run
/// [`scope`]: Context::scope
///
/// # Examples
/// ```
/// use femto_std::{Context, context, info, with_context};
///
/// let _request = with_context!(request_id = 7);
/// info!("accepted"); // request_id=7
///
/// context!(user = "ann").run(|| info!("logged in")); // user=ann request_id=7
///
/// let here = Context::capture();
/// std::thread::spawn(move || {
///     let _there = here.attach();
///     info!("computed"); // request_id=7
/// })
/// .join()
/// .unwrap();
/// ```
#[derive(Clone, Default)]
pub struct Context(Option<Arc<Extra>>);

impl Context {
    /// An empty context. Attached, it keeps the thread's other context away from records.
    #[must_use]
    pub const fn new() -> Self {
        Self(None)
    }

    /// The calling thread's context, empty if it has none.
    #[must_use]
    pub fn capture() -> Self {
        Self(scope::context())
    }

    /// Adds a key-value, in place of one with the same key. [`context!`](crate::context!) does so for
    /// values of any type.
    #[must_use]
    pub fn with_value(self, key: &str, value: impl Capture) -> Self {
        self.with_pairs(&[(key, value.capture())])
    }

    /// [`Context::with_value`] for many. What is not rendered yet is, here.
    pub(crate) fn with_pairs(self, pairs: &[(&str, Value<'_>)]) -> Self {
        let (mut extra, mut room) = (Extra::new(), String::new());
        for (index, (key, value)) in pairs.iter().enumerate() {
            // The last of a key counts, as if they were added one by one.
            if pairs[index + 1..].iter().any(|(later, _)| later == key) {
                continue;
            }
            match value {
                Value::Arguments(text) => extra.push_rendered(key, **text, &mut room),
                value => extra.push(key, value),
            }
        }
        if let Some(outer) = &self.0 {
            extra.append_missing(outer);
        }
        Self(Some(Arc::new(extra)))
    }

    /// Makes it the thread's context, until the guard is dropped; then the one of before is again.
    ///
    /// Guards may be dropped in any order. They stay on their thread: a future that holds one across an
    /// `await` cannot be sent. Use [`Context::scope`] there.
    pub fn attach(&self) -> ContextGuard {
        let context = self.0.clone().unwrap_or_default();
        let id = scope::change(|scope| scope.enter(context));
        ContextGuard { id, is_bound: PhantomData }
    }

    /// Does `work` in this context, on the calling thread.
    pub fn run<T>(&self, work: impl FnOnce() -> T) -> T {
        let _attached = self.attach();
        work()
    }

    /// A future that is polled in this context, on whatever thread. Contexts attached inside that are
    /// still attached when it waits go with it, and away from the thread.
    ///
    /// # Examples
    /// ```
    /// # async fn answer() {}
    /// # async fn serve() {
    /// femto_std::context!(request_id = 7).scope(answer()).await;
    /// # }
    /// ```
    pub fn scope<F: Future>(self, future: F) -> InContext<F> {
        InContext { context: self, inner: Vec::new(), future }
    }

    /// Its key-values, in no particular order.
    pub fn key_values(&self) -> impl Iterator<Item = (&str, Value<'_>)> {
        self.0.iter().flat_map(|extra| extra.pairs())
    }
}

impl fmt::Debug for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.key_values()).finish()
    }
}

/// The thread's context and these key-values: what [`context!`](crate::context!) calls.
#[must_use]
pub fn add_to_context(pairs: &[(&str, Value<'_>)]) -> Context {
    Context::capture().with_pairs(pairs)
}

/// Keeps a context attached.
#[must_use = "a context is detached when its guard is dropped: bind it to a variable, `let _context = ...`"]
#[derive(Debug)]
pub struct ContextGuard {
    /// `None` if the thread was ending already.
    id: Option<u64>,
    /// To its thread.
    is_bound: PhantomData<*const ()>,
}

impl Drop for ContextGuard {
    fn drop(&mut self) {
        if let Some(id) = self.id {
            // Dropped without the borrow.
            let left = scope::change(|scope| scope.leave(id));
            drop(left);
        }
    }
}

pin_project! {
    /// A future in a context, made by [`Context::scope`].
    #[must_use = "a future does nothing unless it is polled"]
    pub struct InContext<F> {
        context: Context,
        // What was attached inside and not detached when it last waited.
        inner: Vec<(u64, Arc<Extra>)>,
        #[pin]
        future: F,
    }
}

impl<F: Future> Future for InContext<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, waker: &mut Waker<'_>) -> Poll<F::Output> {
        let this = self.project();
        let _inside = Inside::enter(this.context, this.inner);
        this.future.poll(waker)
    }
}

impl<F> fmt::Debug for InContext<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InContext").field("context", &self.context).finish_non_exhaustive()
    }
}

/// The contexts of a future on the thread, for one poll.
struct Inside<'i> {
    inner: &'i mut Vec<(u64, Arc<Extra>)>,
    depth: Option<usize>,
    _outer: ContextGuard,
}

impl<'i> Inside<'i> {
    fn enter(context: &Context, inner: &'i mut Vec<(u64, Arc<Extra>)>) -> Self {
        let _outer = context.attach();
        let depth = scope::change(|scope| {
            let depth = scope.depth();
            scope.resume(inner);
            depth
        });
        Self { inner, depth, _outer }
    }
}

impl Drop for Inside<'_> {
    fn drop(&mut self) {
        if let Some(depth) = self.depth {
            scope::change(|scope| scope.suspend(depth, self.inner));
        }
    }
}

/// Makes a [`Context`]: the thread's, and key-values more.
///
/// Keys and values are written as in a record: `key = value`, `key:? = value` for `Debug`,
/// `key:% = value` for `Display`, `variable` alone for a key of its name. They are evaluated, and
/// rendered if need be, at once.
///
/// # Examples
/// ```
/// use femto_std::{context, info};
///
/// let (user, peer) = ("ann", std::net::Ipv4Addr::LOCALHOST);
/// let context = context!(user, peer:%, tries = 3);
/// assert_eq!(format!("{context:?}").contains("\"tries\": 3"), true);
/// context.run(|| info!("in it"));
/// ```
#[macro_export]
macro_rules! context {
    ($($pairs:tt)*) => { $crate::__private::context!($crate $($pairs)*) };
}

/// Surrounds the thread's records with key-values, until the guard that it gives is dropped:
/// [`context!`](crate::context!), [attached](Context::attach).
///
/// # Examples
/// ```
/// use femto_std::{info, with_context};
///
/// let _request = with_context!(request_id = 7);
/// info!("accepted"); // request_id=7
/// {
///     let _stage = with_context!(stage = "parse", request_id = 8);
///     info!("parsed"); // stage=parse request_id=8
/// }
/// info!("answered"); // request_id=7
/// ```
#[macro_export]
macro_rules! with_context {
    ($($pairs:tt)*) => { $crate::context!($($pairs)*).attach() };
}
