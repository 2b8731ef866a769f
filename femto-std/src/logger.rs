//! Logger: a named place in the tree, and what the macros call.
//!
//! Runs on the *caller*: level, filters, then one frame into the thread's lane.

mod default;
mod node;

pub use default::{DefaultLogger, TargetLogger};
pub(crate) use node::Node;

use core::fmt;
use core::mem;
use core::panic::{RefUnwindSafe, UnwindSafe};
use core::sync::atomic::Ordering;
use std::sync::Arc;

use femto_core::frame::local::Event;
use femto_core::{CallSite, Filter, Level, Value, refer_call_site};

use crate::{Handler, clock, submit, tree};

/// A logger: a name in the tree, with a level, handlers and filters that can be changed at any time.
///
/// Cheap to copy. Two loggers of the same name are the same. See [`Manager`](crate::Manager) for how
/// to get one.
#[derive(Clone, Copy)]
pub struct Logger(pub(crate) &'static Node);

impl Logger {
    /// The dotted name; `root` for the root.
    #[must_use]
    pub fn name(&self) -> &'static str {
        &self.0.name
    }

    /// The level of its own, [`Level::NOTSET`] if it takes its parent's.
    #[must_use]
    pub fn level(&self) -> Level {
        Level::new(self.0.level.load(Ordering::Relaxed))
    }

    /// Changes the level, at once, for this logger and all below it that have none of their own.
    pub fn set_level(&self, level: Level) {
        self.0.level.store(level.number(), Ordering::Relaxed);
        tree::refresh();
    }

    /// The level that counts: its own or that of the nearest ancestor that has one.
    #[must_use]
    pub fn effective_level(&self) -> Level {
        tree::effective_level(self.0)
    }

    /// Whether a record at `level` would reach a handler, as far as levels tell.
    #[must_use]
    pub fn is_enabled(&self, level: Level) -> bool {
        level.is_compiled_in() && self.enabled(level)
    }

    /// Adds a handler; one that is there already is not added twice.
    pub fn add_handler(&self, handler: Arc<Handler>) {
        tree::change(self.0, |config| {
            if !config.handlers.iter().any(|known| Arc::ptr_eq(known, &handler)) {
                config.handlers.push(handler.clone());
            }
        });
    }

    /// Removes a handler. It still gets the records that were logged before.
    pub fn remove_handler(&self, handler: &Arc<Handler>) {
        tree::change(self.0, |config| {
            let position = config.handlers.iter().position(|known| Arc::ptr_eq(known, handler));
            position.map(|position| config.handlers.remove(position))
        });
    }

    /// Removes all handlers.
    pub fn clear_handlers(&self) {
        tree::change(self.0, |config| mem::take(&mut config.handlers));
    }

    /// Its own handlers.
    #[must_use]
    pub fn handlers(&self) -> Vec<Arc<Handler>> {
        tree::look(self.0, |_, entry| entry.handlers.clone()).unwrap_or_default()
    }

    /// Whether its records reach a handler, its own or an ancestor's: Python's `hasHandlers`. The
    /// [last resort](crate::Manager::set_last_resort) does not count.
    #[must_use]
    pub fn has_handlers(&self) -> bool {
        tree::has_handlers(self.0)
    }

    /// The nearest logger above it that there is; `None` for the root.
    #[must_use]
    pub fn parent(&self) -> Option<Self> {
        tree::parent(self.0)
    }

    /// The loggers whose parent it is, by name: Python's `getChildren`.
    #[must_use]
    pub fn children(&self) -> Vec<Self> {
        tree::children(self.0)
    }

    /// The logger of a name below its own, made if it is not there: Python's `getChild`.
    #[must_use]
    pub fn child(&self, name: &str) -> Self {
        let manager = crate::Manager::global();
        if self.parent().is_none() {
            return manager.get_logger(name);
        }
        manager.get_logger(&format!("{}.{name}", self.name()))
    }

    /// Adds a filter for records that are logged to this very logger; those that come up from below
    /// do not meet it, as in Python's `logging`.
    pub fn add_filter(&self, filter: Arc<dyn Filter>) {
        tree::change(self.0, |config| config.filters.push(filter));
    }

    /// Removes all filters.
    pub fn clear_filters(&self) {
        tree::change(self.0, |config| mem::take(&mut config.filters));
    }

    /// Its filters.
    #[must_use]
    pub fn filters(&self) -> Vec<Arc<dyn Filter>> {
        tree::look(self.0, |_, entry| entry.filters.clone()).unwrap_or_default()
    }

    /// Removes a filter.
    pub fn remove_filter(&self, filter: &Arc<dyn Filter>) {
        tree::change(self.0, |config| {
            let position = config.filters.iter().position(|known| Arc::ptr_eq(known, filter));
            position.map(|position| config.filters.remove(position))
        });
    }

    /// Whether records also go to the handlers of its ancestors.
    #[must_use]
    pub fn propagate(&self) -> bool {
        tree::look(self.0, |_, entry| entry.propagate).unwrap_or(true)
    }

    /// Switches it off or on, whatever its level; loggers below it are not concerned. Python's
    /// `disabled`.
    pub fn set_disabled(&self, disabled: bool) {
        tree::change(self.0, |config| config.is_disabled = disabled);
    }

    /// Whether records also go to the handlers of its ancestors. True at first.
    pub fn set_propagate(&self, propagate: bool) {
        tree::change(self.0, |config| config.propagate = propagate);
    }

    /// Takes a record that is rendered, with all that surrounds it: the thread's scope does not count.
    pub(crate) fn log_extended(
        &self,
        level: Level,
        site: &'static CallSite,
        message: &str,
        extra: &[u8],
    ) {
        let values = &[Value::Rendered(message)];
        let route = self.0.route.load(Ordering::Relaxed);
        if node::is_plain(route)
            && let Some(site) = refer_call_site(site)
        {
            let route = node::number(route);
            let event = Event { level, site, route, time: clock::now(), values };
            if submit::extended_event(&event, extra).is_err() {
                self.0.refuse(level);
            }
        } else {
            self.0.log_extended(level, site, values, extra);
        }
    }

    /// The quick look of the macros: one byte.
    #[doc(hidden)]
    #[inline(always)]
    #[must_use]
    pub fn enabled(&self, level: Level) -> bool {
        level.number() >= self.0.gate.load(Ordering::Relaxed)
    }

    /// Takes a record that the quick look let pass.
    #[doc(hidden)]
    #[inline(always)]
    pub fn log<const N: usize>(
        &self,
        level: Level,
        site: &'static CallSite,
        values: &[Value<'_>; N],
    ) {
        let values = *values;
        let route = self.0.route.load(Ordering::Relaxed);
        if node::is_plain(route)
            && !values.iter().any(is_unrendered)
            && let Some(site) = refer_call_site(site)
        {
            let route = node::number(route);
            if submit::event(level, site, route, clock::now(), values).is_err() {
                self.0.refuse(level);
            }
        } else {
            let copy = values;
            self.0.log_slowly(level, site, &copy);
        }
    }
}

impl fmt::Debug for Logger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Logger({} {})", self.name(), self.effective_level())
    }
}

/// Panics of the application's filters and formatters are caught.
impl UnwindSafe for Logger {}
impl RefUnwindSafe for Logger {}

impl PartialEq for Logger {
    fn eq(&self, other: &Self) -> bool {
        core::ptr::eq(self.0, other.0)
    }
}

impl Eq for Logger {}

#[inline(always)]
fn is_unrendered(value: &Value<'_>) -> bool {
    matches!(value, Value::Arguments(_))
}
