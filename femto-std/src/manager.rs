//! Manager: the tree of loggers.
//!
//! Runs when configuration changes: from each logger's level, handlers, filters and propagation it
//! works out the threshold and route that callers then read in one load each.

use core::sync::atomic::Ordering;
use core::time::Duration;
use std::collections::BTreeMap;
use std::sync::Arc;

use femto_core::{Filter, Level};

use crate::handler::Handler;
use crate::logger::{Logger, Node};
use crate::registry::{self, Registry};
use crate::route::Route;
use crate::{FlushError, Guard, engine};

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
        if let Some(known) = registry.tree.find(name) {
            return known;
        }
        registry.tree.make(name);
        // Before anybody else can find it: until then it would take no record.
        let retired = rebuild(&mut registry);
        let made = registry.tree.find(name);
        drop(registry);
        drop(retired);
        // It was just made, and loggers stay.
        made.unwrap_or_else(|| self.root())
    }

    /// Switches off all records at or below `level`, whatever loggers say; [`Level::NOTSET`]
    /// switches them on again.
    pub fn disable(self, level: Level) {
        registry::lock().tree.disabled = level;
        refresh();
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

    /// A guard that shuts down when it is dropped, at the end of `main` for instance.
    pub fn guard(self) -> Guard {
        Guard::new()
    }
}

/// What is configured of one logger.
pub(crate) struct Config {
    node: &'static Node,
    parent: Option<usize>,
    pub(crate) handlers: Vec<Arc<Handler>>,
    pub(crate) filters: Vec<Arc<dyn Filter>>,
    pub(crate) propagate: bool,
    route: Option<Route>,
}

/// All loggers.
pub(crate) struct Tree {
    /// The root first; parents before children is not promised.
    configs: Vec<Config>,
    names: BTreeMap<&'static str, usize>,
    disabled: Level,
}

impl Tree {
    pub(crate) const fn new() -> Self {
        Self { configs: Vec::new(), names: BTreeMap::new(), disabled: Level::NOTSET }
    }

    fn find(&self, name: &str) -> Option<Logger> {
        self.names.get(name).map(|&index| Logger(self.configs[index].node))
    }

    /// Makes a logger, and the root above it.
    fn make(&mut self, name: &str) {
        if self.configs.is_empty() {
            self.add(ROOT, None);
            self.configs[0].node.level.store(Level::WARN.number(), Ordering::Relaxed);
        }
        if self.names.contains_key(name) {
            return;
        }
        let parent = self.parent_of(name);
        let index = self.add(name, Some(parent));
        // Loggers that were below the new one's parent may now be below the new one.
        for child in 1..index {
            let child_name: &str = &self.configs[child].node.name;
            let is_below = child_name.strip_prefix(name).is_some_and(|rest| rest.starts_with('.'));
            if is_below && self.configs[child].parent == Some(parent) {
                self.configs[child].parent = Some(index);
            }
        }
    }

    fn add(&mut self, name: &str, parent: Option<usize>) -> usize {
        let node: &'static Node = Box::leak(Box::new(Node::new(name)));
        let index = self.configs.len();
        self.configs.push(Config {
            node,
            parent,
            handlers: Vec::new(),
            filters: Vec::new(),
            propagate: true,
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
            let config = &self.configs[index];
            let level = Level::new(config.node.level.load(Ordering::Relaxed));
            match config.parent {
                Some(parent) if level == Level::NOTSET => index = parent,
                _ => return level,
            }
        }
    }

    /// The handlers that a logger's records reach: its own first.
    fn reached(&self, mut index: usize) -> Vec<Arc<Handler>> {
        let mut reached: Vec<Arc<Handler>> = Vec::new();
        loop {
            let config = &self.configs[index];
            reached.extend(config.handlers.iter().cloned());
            match config.parent {
                Some(parent) if config.propagate => index = parent,
                _ => return reached,
            }
        }
    }
}

/// Changes what is configured of a logger. What `change` takes out is dropped without the lock: it
/// is the application's, and may log when it goes.
pub(crate) fn change<T>(node: &'static Node, change: impl FnOnce(&mut Config) -> T) {
    let mut registry = registry::lock();
    let index = registry.tree.names.get(&*node.name).copied();
    let removed = index.map(|index| change(&mut registry.tree.configs[index]));
    drop(registry);
    refresh();
    drop(removed);
}

pub(crate) fn handlers(node: &'static Node) -> Vec<Arc<Handler>> {
    let tree = &registry::lock().tree;
    tree.names.get(&*node.name).map_or_else(Vec::new, |&index| tree.configs[index].handlers.clone())
}

pub(crate) fn effective_level(node: &'static Node) -> Level {
    let tree = &registry::lock().tree;
    tree.names.get(&*node.name).map_or(Level::NOTSET, |&index| tree.effective_level(index))
}

/// Works out thresholds and routes anew.
pub(crate) fn refresh() {
    // Routes that nobody needs any more take the lock when they go.
    let retired = rebuild(&mut registry::lock());
    drop(retired);
}

fn rebuild(registry: &mut Registry) -> Vec<Route> {
    let mut retired = Vec::new();
    let mut lowest = Level::OFF;
    for index in 0..registry.tree.configs.len() {
        let handlers = registry.tree.reached(index);
        let level = registry.tree.effective_level(index);
        let disabled = registry.tree.disabled;
        let config = &mut registry.tree.configs[index];
        if !config.route.as_ref().is_some_and(|route| route.is_for(&handlers)) {
            let route = registry.routes.route(&config.node.name, handlers);
            retired.extend(config.route.replace(route));
        }
        if let Some(route) = &config.route {
            let mut gate = level.max(route.destination().lowest_level());
            if gate <= disabled {
                gate = Level::new(disabled.number().saturating_add(1));
            }
            config.node.set(route, &config.filters, gate);
            lowest = lowest.min(gate);
        }
    }
    crate::bridge::log::set_max_level(lowest);
    retired
}

const ROOT: &str = "root";
