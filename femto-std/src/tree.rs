//! Tree: all loggers, from whose configuration routes are made.
//!
//! Runs when configuration changes: from each logger's level, handlers, filters and propagation it
//! works out the threshold and route that callers then read in one load each.

use core::mem;
use core::sync::atomic::Ordering;
use std::collections::BTreeMap;
use std::sync::Arc;

use femto_core::{Filter, Level};

use crate::bridge;
use crate::handler::Handler;
use crate::logger::{Logger, Node};
use crate::registry::{self, Registry};
use crate::route::{Destination, Route};

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
    /// Records at or below it go nowhere.
    pub(crate) disabled: Level,
    /// Who gets what would reach no handler.
    pub(crate) last_resort: Option<Arc<Handler>>,
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

/// The logger of a name, made if it is not there.
pub(crate) fn get_or_make(name: &str) -> Logger {
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

/// All loggers, by name.
pub(crate) fn loggers() -> Vec<Logger> {
    let tree = &registry::lock().tree;
    tree.names.values().map(|&index| tree.logger(index)).collect()
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
            let route = registry.routes.route(&entry.node.name, handlers, false);
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

/// The root's name.
pub(crate) const ROOT: &str = "root";
