//! Manager: the tree of loggers.
//!
//! Runs when configuration changes: from each logger's level, handlers, filters and propagation it
//! works out the threshold and route that callers then read in one load each.

use core::mem;
use core::sync::atomic::Ordering;
use core::time::Duration;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use femto_core::{Filter, Level};

use crate::config::{self, Config, ConfigError};
use crate::handler::Handler;
use crate::logger::{Logger, Node};
use crate::recover::RecoverBuilder;
use crate::registry::{self, Registry};
use crate::route::{Destination, Route};
use crate::stats::{self, Stats};
use crate::{Error, ErrorHandler, FlushError, Guard, Signal, bridge, engine, signal};

/// The keeper of the process's loggers.
///
/// Loggers are named with dots: `a.b` is below `a`, and everything is below the root. A logger
/// without a level of its own has its parent's; a record goes to the handlers of its logger and of
/// all ancestors, as far as they propagate.
///
/// # Examples
/// ```
/// use femto_std::{Level, Manager};
///
/// let manager = Manager::global();
/// manager.root().set_level(Level::WARN);
/// let database = manager.get_logger("app.db");
/// assert_eq!(database.effective_level(), Level::WARN);
///
/// manager.get_logger("app").set_level(Level::DEBUG);
/// assert_eq!(database.effective_level(), Level::DEBUG);
/// assert_eq!(database, manager.get_logger("app.db"));
/// ```
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Manager;

impl Manager {
    /// The manager of this process.
    #[must_use]
    pub const fn global() -> Self {
        Self
    }

    /// The root of the tree. Its level is [`Level::WARN`] unless set.
    #[must_use]
    pub fn root(self) -> Logger {
        self.get_logger(ROOT)
    }

    /// The logger of a dotted name, made if it is not there; the empty name and `root` are the
    /// root. A Rust path `a::b` is read as `a.b`.
    #[must_use]
    pub fn get_logger(self, name: &str) -> Logger {
        if name.contains("::") {
            return self.get_logger(&name.replace("::", "."));
        }
        let name = if name.is_empty() { ROOT } else { name };
        let mut registry = registry::lock();
        if let Some(index) = registry.tree.find(name) {
            return registry.tree.logger(index);
        }
        // Before anybody else can find it: until then it would take no record.
        // What is new has its parent's level and handlers: nothing changes for those that are there.
        let first = registry.tree.entries.len();
        let index = registry.tree.make(name);
        let retired = rebuild(&mut registry, first);
        let logger = registry.tree.logger(index);
        drop(registry);
        drop(retired);
        logger
    }

    /// The handler of an id in the configuration in force. To replace it, or what it is made of, use
    /// [`Manager::reconfigure`].
    #[must_use]
    pub fn handler(self, id: &str) -> Option<Arc<Handler>> {
        registry::lock().applied.as_ref()?.handlers.get(id).cloned()
    }

    /// The configuration in force; an empty one if none was applied.
    #[must_use]
    pub fn config(self) -> Config {
        let applied = registry::lock().applied.clone();
        applied.map(|applied| applied.config.clone()).unwrap_or_default()
    }

    /// Changes the configuration in force piece by piece, whole or not at all, as
    /// [`Config::apply`] does. Of loggers only that is set which `change` changes: levels that were
    /// set by hand stay.
    ///
    /// `change` must not apply a configuration itself: it would wait for itself.
    ///
    /// # Errors
    /// [`ConfigError`]: nothing was changed.
    ///
    /// # Examples
    /// ```
    /// use femto_std::config::{ConfigBuilder, LoggerConfig, StreamConfig};
    /// use femto_std::{Level, Manager};
    ///
    /// let manager = Manager::global();
    /// ConfigBuilder::new().with_handler("console", StreamConfig::stderr()).build()?.apply()?;
    /// manager.reconfigure(|config| {
    ///     let root = config.root.get_or_insert_default();
    ///     root.level = Some(Level::DEBUG);
    ///     root.handlers.push("console".to_owned());
    /// })?;
    /// assert_eq!(manager.root().handlers().len(), 1);
    /// # Ok::<(), femto_std::config::ConfigError>(())
    /// ```
    pub fn reconfigure(self, change: impl FnOnce(&mut Config)) -> Result<(), ConfigError> {
        config::reconfigure(change)
    }

    /// All loggers there are, by name: those that were asked for, and the root.
    #[must_use]
    pub fn loggers(self) -> Vec<Logger> {
        let tree = &registry::lock().tree;
        tree.names.values().map(|&index| tree.logger(index)).collect()
    }

    /// Where records go that would reach no handler at all: Python's `lastResort`. Default: nowhere,
    /// for a library that logs must not write to the process's streams unless the application asked
    /// for it.
    ///
    /// # Examples
    /// As in Python, warnings on standard error as long as nothing is configured:
    /// ```
    /// use femto_std::config::FormatterBuilder;
    /// use femto_std::{Level, Manager, handlers::StreamHandlerBuilder};
    ///
    /// let last_resort = StreamHandlerBuilder::stderr()
    ///     .with_level(Level::WARN)
    ///     .with_formatter(FormatterBuilder::new().with_format("%(message)s").build()?)
    ///     .build()?;
    /// let manager = Manager::global();
    /// manager.set_last_resort(Some(last_resort));
    /// assert!(manager.get_logger("app").is_enabled(Level::WARN));
    /// # Ok::<(), femto_std::Error>(())
    /// ```
    pub fn set_last_resort(self, handler: Option<Arc<Handler>>) {
        let replaced = mem::replace(&mut registry::lock().tree.last_resort, handler);
        refresh();
        drop(replaced);
    }

    /// Who is told what goes wrong with handlers that have no error handler of their own: those made by
    /// builders without one, and all that a configuration makes, which is data and cannot hold one. `None`, as it
    /// is by default: standard error, a line of a handler in five seconds at most.
    ///
    /// # Examples
    /// ```
    /// use femto_std::{Failure, Handler, Manager};
    /// use std::sync::Arc;
    ///
    /// let hook = |handler: &Handler, failure: &Failure| eprintln!("{}: {failure}", handler.name());
    /// Manager::global().set_error_handler(Some(Arc::new(hook)));
    /// ```
    pub fn set_error_handler(self, error_handler: Option<Arc<dyn ErrorHandler>>) {
        let replaced = mem::replace(&mut registry::lock().error_handler, error_handler);
        // Without the lock: it is the application's.
        drop(replaced);
    }

    /// The level at or below which all records are switched off, by [`Manager::disable`].
    #[must_use]
    pub fn disabled(self) -> Level {
        registry::lock().tree.disabled
    }

    /// Switches off all records at or below `level`, whatever loggers say; [`Level::NOTSET`]
    /// switches them on again.
    pub fn disable(self, level: Level) {
        registry::lock().tree.disabled = level;
        refresh();
    }

    /// What all handlers and loggers did up to now.
    #[must_use]
    pub fn stats(self) -> Stats {
        Stats::now()
    }

    /// Has the statistics logged at `level` to the logger `femtologging.stats`, every so often, until the
    /// shutdown: a record for each handler, and one for each logger whose numbers have changed, all
    /// with their numbers as key-values. [`Duration::ZERO`] ends it. Intervals below a tenth of a second are
    /// kept to only while records come.
    pub fn report_stats(self, every: Duration, level: Level) {
        stats::set_report(every, level, self.get_logger(stats::LOGGER));
    }

    /// Waits until every record logged before is handed to the operating system.
    ///
    /// # Errors
    /// [`FlushError`] if the deadline passes first, or a sink refuses.
    pub fn flush(self, deadline: Duration) -> Result<(), FlushError> {
        engine::flush(deadline)
    }

    /// Writes everything and ends the background threads. Records logged afterwards are written by
    /// their callers.
    ///
    /// # Errors
    /// [`FlushError`] if the deadline passes first, or a sink refuses.
    pub fn shutdown(self, deadline: Duration) -> Result<(), FlushError> {
        engine::shutdown(deadline)
    }

    /// Has signals that ask the process to end write everything first, as dropping a [`Guard`] with this
    /// deadline does; then they end it as ever, and whoever waits for the process sees that signal. No
    /// others than these: none switches it off.
    ///
    /// Without it such a signal ends the process at once, with what is queued. A second one, of any of
    /// these, does so whatever the first is waiting for. As the first process of a container, which
    /// signals do not end by themselves, the process exits with 128 and the signal's number, as a shell says it.
    ///
    /// A signal that the application handles too is left to it: its handler is called, everything is
    /// written meanwhile, and the process goes on. That is so for handlers that were there before, and for
    /// later ones that call those that were there, as `tokio`'s and `signal-hook`'s do; one that does not
    /// has the signal alone. A signal that is ignored (`nohup`) stays so.
    ///
    /// A thread waits for the signals; in the handler itself nothing is done but to wake it. A forked child
    /// has its own from its first record on.
    ///
    /// Allow for less than what the system waits before it kills: Docker for 10 s, Kubernetes for 30 s,
    /// systemd for 90 s, unless they are told otherwise.
    ///
    /// # Errors
    /// [`Error::WatchSignals`] if there is no thread or no descriptor to be had.
    ///
    /// # Examples
    /// ```
    /// use femto_std::{Manager, Signal};
    /// use std::time::Duration;
    ///
    /// Manager::global().shutdown_on(&[Signal::Term, Signal::Int], Duration::from_secs(5))?;
    /// # Ok::<(), femto_std::Error>(())
    /// ```
    pub fn shutdown_on(self, signals: &[Signal], deadline: Duration) -> Result<(), Error> {
        signal::shutdown_on(signals, deadline)
    }

    /// Keeps records in a file, which outlives the process, until they are written; writes what
    /// processes that were killed left there. See [`RecoverBuilder`].
    ///
    /// # Errors
    /// Those of [`RecoverBuilder::build`].
    pub fn recover(self, path: impl AsRef<Path>) -> Result<(), Error> {
        RecoverBuilder::new(path).build()
    }

    /// Has every panic be a record of `logger`, at [`Level::CRITICAL`], with thread, place and text; then
    /// everything is written, for which the thread waits 200 ms at most. The panic hook that was there is
    /// called first. Only the first call of a process does something.
    ///
    /// Panics of sinks, formatters and filters are told by the other hook alone; so is a panic within the
    /// logging of another.
    ///
    /// # Examples
    /// ```
    /// use femto_std::Manager;
    ///
    /// let manager = Manager::global();
    /// manager.log_panics(manager.get_logger("app"));
    /// ```
    pub fn log_panics(self, logger: Logger) {
        crate::panic::install(logger);
    }

    /// A guard that shuts down when it is dropped, at the end of `main` for instance.
    pub fn guard(self) -> Guard {
        Guard::new()
    }
}

/// A logger in the tree.
pub(crate) struct Entry {
    node: &'static Node,
    parent: Option<usize>,
    pub(crate) handlers: Vec<Arc<Handler>>,
    pub(crate) filters: Vec<Arc<dyn Filter>>,
    pub(crate) propagate: bool,
    /// Whether it takes no records, whatever its level.
    pub(crate) is_disabled: bool,
    route: Option<Route>,
}

/// All loggers.
pub(crate) struct Tree {
    /// The root first; parents before children is not promised.
    entries: Vec<Entry>,
    names: BTreeMap<&'static str, usize>,
    disabled: Level,
    last_resort: Option<Arc<Handler>>,
}

impl Tree {
    pub(crate) const fn new() -> Self {
        Self {
            entries: Vec::new(),
            names: BTreeMap::new(),
            disabled: Level::NOTSET,
            last_resort: None,
        }
    }

    fn find(&self, name: &str) -> Option<usize> {
        self.names.get(name).copied()
    }

    fn logger(&self, index: usize) -> Logger {
        Logger(self.entries[index].node)
    }

    /// Makes a logger that is not there, and the root above it.
    fn make(&mut self, name: &str) -> usize {
        if self.entries.is_empty() {
            self.add(ROOT, None);
            self.entries[0].node.level.store(Level::WARN.number(), Ordering::Relaxed);
        }
        if let Some(index) = self.find(name) {
            return index;
        }
        let parent = self.parent_of(name);
        let index = self.add(name, Some(parent));
        // Loggers that were below the new one's parent may now be below the new one.
        for child in 1..index {
            let child_name: &str = &self.entries[child].node.name;
            let is_below = child_name.strip_prefix(name).is_some_and(|rest| rest.starts_with('.'));
            if is_below && self.entries[child].parent == Some(parent) {
                self.entries[child].parent = Some(index);
            }
        }
        index
    }

    fn add(&mut self, name: &str, parent: Option<usize>) -> usize {
        let node: &'static Node = Box::leak(Box::new(Node::new(name)));
        let index = self.entries.len();
        self.entries.push(Entry {
            node,
            parent,
            handlers: Vec::new(),
            filters: Vec::new(),
            propagate: true,
            is_disabled: false,
            route: None,
        });
        self.names.insert(&node.name, index);
        index
    }

    /// The nearest logger above a name.
    fn parent_of(&self, name: &str) -> usize {
        let mut rest = name;
        while let Some((above, _)) = rest.rsplit_once('.') {
            if let Some(&index) = self.names.get(above) {
                return index;
            }
            rest = above;
        }
        0
    }

    fn effective_level(&self, mut index: usize) -> Level {
        loop {
            let entry = &self.entries[index];
            let level = Level::new(entry.node.level.load(Ordering::Relaxed));
            match entry.parent {
                Some(parent) if level == Level::NOTSET => index = parent,
                _ => return level,
            }
        }
    }

    /// The handlers of all loggers, possibly more than once.
    pub(crate) fn handlers(&self) -> Vec<Arc<Handler>> {
        self.entries.iter().flat_map(|entry| entry.handlers.iter().cloned()).collect()
    }

    /// The handlers that a logger's records reach: its own first.
    fn reached(&self, mut index: usize) -> Vec<Arc<Handler>> {
        let mut reached: Vec<Arc<Handler>> = Vec::new();
        loop {
            let entry = &self.entries[index];
            reached.extend(entry.handlers.iter().cloned());
            match entry.parent {
                Some(parent) if entry.propagate => index = parent,
                _ => break,
            }
        }
        if reached.is_empty() {
            reached.extend(self.last_resort.clone());
        }
        reached
    }
}

/// Changes what is configured of a logger. What `change` takes out is dropped without the lock: it
/// is the application's, and may log when it goes.
pub(crate) fn change<T>(node: &'static Node, change: impl FnOnce(&mut Entry) -> T) {
    let mut registry = registry::lock();
    let index = registry.tree.names.get(&*node.name).copied();
    let removed = index.map(|index| change(&mut registry.tree.entries[index]));
    drop(registry);
    refresh();
    drop(removed);
}

/// Looks at what is configured of a logger.
pub(crate) fn look<T>(
    node: &'static Node,
    look: impl for<'t> FnOnce(&'t Tree, &'t Entry) -> T,
) -> Option<T> {
    let tree = &registry::lock().tree;
    let index = *tree.names.get(&*node.name)?;
    Some(look(tree, &tree.entries[index]))
}

pub(crate) fn parent(node: &'static Node) -> Option<Logger> {
    look(node, |tree, entry| entry.parent.map(|parent| tree.logger(parent)))?
}

pub(crate) fn children(node: &'static Node) -> Vec<Logger> {
    let children = look(node, |tree, entry| {
        let is_child = |other: &&Entry| {
            other.parent.is_some_and(|parent| core::ptr::eq(&tree.entries[parent], entry))
        };
        tree.entries.iter().filter(is_child).map(|child| Logger(child.node)).collect()
    });
    let mut children: Vec<Logger> = children.unwrap_or_default();
    children.sort_by_key(|child| child.name());
    children
}

/// Whether a record would reach a handler, other than the last resort.
pub(crate) fn has_handlers(node: &'static Node) -> bool {
    let reached = look(node, |tree, mut entry| {
        loop {
            match entry.parent {
                _ if !entry.handlers.is_empty() => return true,
                Some(parent) if entry.propagate => entry = &tree.entries[parent],
                _ => return false,
            }
        }
    });
    reached.unwrap_or(false)
}

pub(crate) fn effective_level(node: &'static Node) -> Level {
    let tree = &registry::lock().tree;
    tree.names.get(&*node.name).map_or(Level::NOTSET, |&index| tree.effective_level(index))
}

/// What is to change of a logger; what is `None` stays.
#[derive(Default)]
pub(crate) struct Change {
    pub(crate) level: Option<Level>,
    pub(crate) handlers: Option<Vec<Arc<Handler>>>,
    pub(crate) filters: Option<Vec<Arc<dyn Filter>>>,
    pub(crate) propagate: Option<bool>,
}

/// What changes took out, to be dropped without the lock.
#[allow(dead_code, reason = "held, and dropped")]
pub(crate) struct Retired {
    leaving: Leaving,
    changes: Vec<Change>,
}

/// Routes that nobody needs any more, and what those stood for whose numbers are free again. To be
/// dropped without the lock: handlers are the application's, and routes take the lock themselves.
type Leaving = (Vec<Route>, Vec<Arc<Destination>>);

impl Drop for Retired {
    fn drop(&mut self) {
        bridge::renew();
    }
}

/// Changes loggers, which are made if they are not there, all at once.
///
/// `disable_others` says whether loggers that are neither named nor below one that is take no records
/// any more; `None` leaves that as it is.
pub(crate) fn change_all(
    registry: &mut Registry,
    changes: Vec<(String, Change)>,
    disable_others: Option<bool>,
) -> Retired {
    let tree = &mut registry.tree;
    let mut taken = Vec::new();
    let mut is_named = Vec::new();
    for (name, change) in changes {
        let index = tree.make(&name);
        is_named.resize(tree.entries.len(), false);
        is_named[index] = true;
        taken.push(tree.entries[index].change(change));
    }
    if let Some(disable) = disable_others {
        is_named.resize(tree.entries.len(), false);
        for index in 1..tree.entries.len() {
            let mut above = index;
            // What is below the root only is not below one that is named.
            while above != 0 && !is_named[above] {
                above = tree.entries[above].parent.unwrap_or(0);
            }
            tree.entries[index].is_disabled = disable && above == 0;
        }
    }
    Retired { leaving: rebuild(registry, 0), changes: taken }
}

impl Entry {
    /// Makes changes; gives back what was there.
    fn change(&mut self, change: Change) -> Change {
        if let Some(level) = change.level {
            self.node.level.store(level.number(), Ordering::Relaxed);
        }
        if let Some(propagate) = change.propagate {
            self.propagate = propagate;
        }
        Change {
            handlers: change.handlers.map(|handlers| mem::replace(&mut self.handlers, handlers)),
            filters: change.filters.map(|filters| mem::replace(&mut self.filters, filters)),
            ..Change::default()
        }
    }
}

/// Works out thresholds and routes anew.
pub(crate) fn refresh() {
    // Routes that nobody needs any more take the lock when they go.
    let retired = rebuild(&mut registry::lock(), 0);
    drop(retired);
    bridge::renew();
}

/// The lowest level that any logger lets through.
#[cfg(feature = "tracing")]
pub(crate) fn lowest_gate() -> Level {
    let tree = &registry::lock().tree;
    tree.entries.iter().map(|entry| entry.node.gate()).min().unwrap_or(Level::OFF)
}

/// Works out thresholds and routes of the loggers from an index on.
fn rebuild(registry: &mut Registry, first: usize) -> Leaving {
    let mut retired = Vec::new();
    let swept = registry.routes.sweep();
    for index in first..registry.tree.entries.len() {
        let handlers = registry.tree.reached(index);
        let level = registry.tree.effective_level(index);
        let disabled = registry.tree.disabled;
        let entry = &mut registry.tree.entries[index];
        let is_new = entry.route.is_none();
        if !entry.route.as_ref().is_some_and(|route| route.is_for(&handlers)) {
            let route = registry.routes.route(&entry.node.name, handlers);
            retired.extend(entry.route.replace(route));
        }
        if let Some(route) = &entry.route {
            let mut gate = level.max(route.destination().lowest_level());
            if gate <= disabled {
                gate = Level::new(disabled.number().saturating_add(1));
            }
            if entry.is_disabled {
                gate = Level::OFF;
            }
            if !is_new && entry.node.gate() != gate {
                bridge::levels_changed();
            }
            entry.node.set(route, &entry.filters, gate);
        }
    }
    let gates = registry.tree.entries.iter().map(|entry| entry.node.gate());
    bridge::log::set_max_level(gates.min().unwrap_or(Level::OFF));
    (retired, swept)
}

const ROOT: &str = "root";
