//! Scope: what surrounds the records of a thread now: its context, and the spans it is in.
//!
//! Runs on the *caller*. A thread without any never comes here: whether there is one is a bit of the
//! byte that says whether the thread's lane is in use (`lane.rs`), so a call finds out without looking.

use core::cell::RefCell;
use std::sync::Arc;

#[cfg(feature = "tracing")]
use crate::bridge::tracing::Span;
use crate::extra::Extra;
use crate::lane;

/// What surrounds a thread's records, innermost last.
pub(crate) struct Scope {
    /// Contexts and their numbers.
    contexts: Vec<(u64, Arc<Extra>)>,
    #[cfg(feature = "tracing")]
    pub(crate) spans: Vec<Arc<Span>>,
    /// The number that the next context gets.
    next: u64,
    /// Span and context, and both together, of the last record that had both.
    #[cfg(feature = "tracing")]
    joined: Option<[Arc<Extra>; 3]>,
}

thread_local! {
    static SCOPE: RefCell<Scope> = const { RefCell::new(Scope::new()) };
}

/// Changes the thread's scope. `None`, and nothing is changed, if the thread is ending, or a signal
/// handler interrupted a change.
pub(crate) fn change<T>(change: impl FnOnce(&mut Scope) -> T) -> Option<T> {
    let changed = SCOPE.try_with(|scope| {
        let mut scope = scope.try_borrow_mut().ok()?;
        let changed = change(&mut scope);
        lane::set_scoped(!scope.is_empty());
        Some(changed)
    });
    changed.ok().flatten()
}

/// Lends what surrounds the thread's records now, as a frame carries it.
pub(crate) fn with<T>(work: impl FnOnce(&[u8]) -> T) -> T {
    if !lane::has_scope() {
        return work(&[]);
    }
    // Not while it is borrowed: the work may be the application's, and change the scope.
    work(look(Scope::extra).as_ref().map_or(&[], |extra| extra.bytes()))
}

/// Adds what surrounds the thread's records now.
pub(crate) fn add_to(extra: &mut Extra) {
    if lane::is_scoped() {
        look(Scope::extra).iter().for_each(|surrounding| extra.append(surrounding));
    }
}

/// [`add_to`], of the context alone.
#[cfg(feature = "tracing")]
pub(crate) fn add_context_to(extra: &mut Extra) {
    if lane::is_scoped() {
        context().iter().for_each(|context| extra.append(context));
    }
}

/// The thread's context.
pub(crate) fn context() -> Option<Arc<Extra>> {
    look(|scope| scope.context().cloned())
}

fn look<T>(look: impl FnOnce(&mut Scope) -> Option<T>) -> Option<T> {
    SCOPE.try_with(|scope| look(&mut *scope.try_borrow_mut().ok()?)).ok().flatten()
}

impl Scope {
    const fn new() -> Self {
        Self {
            contexts: Vec::new(),
            #[cfg(feature = "tracing")]
            spans: Vec::new(),
            next: 0,
            #[cfg(feature = "tracing")]
            joined: None,
        }
    }

    fn is_empty(&self) -> bool {
        #[cfg(feature = "tracing")]
        if !self.spans.is_empty() {
            return false;
        }
        self.contexts.is_empty()
    }

    fn context(&self) -> Option<&Arc<Extra>> {
        self.contexts.last().map(|(_, context)| context)
    }

    /// The innermost of each kind, the span's pairs first.
    #[cfg(feature = "tracing")]
    fn extra(&mut self) -> Option<Arc<Extra>> {
        let Some(span) = self.spans.last().map(|span| span.extra()) else {
            return self.context().cloned();
        };
        let Some(context) = self.context() else { return Some(span) };
        if let Some([known_span, known_context, joined]) = &self.joined
            && Arc::ptr_eq(known_span, &span)
            && Arc::ptr_eq(known_context, context)
        {
            return Some(joined.clone());
        }
        let mut both = (*span).clone();
        both.append_missing(context);
        let both = Arc::new(both);
        self.joined = Some([span, context.clone(), both.clone()]);
        Some(both)
    }

    /// The innermost.
    #[cfg(not(feature = "tracing"))]
    fn extra(&mut self) -> Option<Arc<Extra>> {
        self.context().cloned()
    }

    /// Enters a context; the number is for [`Scope::leave`].
    pub(crate) fn enter(&mut self, context: Arc<Extra>) -> u64 {
        let id = self.next;
        self.next += 1;
        self.contexts.push((id, context));
        id
    }

    /// Leaves a context, be it the innermost or not.
    pub(crate) fn leave(&mut self, id: u64) -> Option<Arc<Extra>> {
        let position = self.contexts.iter().rposition(|(known, _)| *known == id)?;
        Some(self.contexts.remove(position).1)
    }

    /// How many contexts were entered.
    pub(crate) fn depth(&self) -> usize {
        self.contexts.len()
    }

    /// Takes the contexts out that were entered beyond so many.
    pub(crate) fn suspend(&mut self, depth: usize, to: &mut Vec<(u64, Arc<Extra>)>) {
        to.extend(self.contexts.drain(depth.min(self.contexts.len())..));
    }

    /// Enters contexts again.
    pub(crate) fn resume(&mut self, from: &mut Vec<(u64, Arc<Extra>)>) {
        self.contexts.append(from);
    }

    /// Leaves a span, be it the innermost or not.
    #[cfg(feature = "tracing")]
    pub(crate) fn leave_span(&mut self, span: &Arc<Span>) -> Option<Arc<Span>> {
        let position = self.spans.iter().rposition(|known| Arc::ptr_eq(known, span))?;
        Some(self.spans.remove(position))
    }
}
