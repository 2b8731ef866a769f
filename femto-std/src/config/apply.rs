//! Apply: from a configuration to loggers and handlers, whole or not at all.
//!
//! First everything new is made, where it can fail and nobody sees it; then, under the registry's
//! lock, the tree is changed at once. Records that callers are logging meanwhile carry the number of
//! the route they found, the old or the new, and the handlers of both are there.

use core::time::Duration;
use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::thread;

use femto_core::{Filter, Level};

use super::check::{self, Checked};
use super::handler::Parts;
use super::problem::{Place, Problems, Unknown};
use super::{Config, ConfigError, HandlerConfig, HandlerKind, LoggerConfig};
use crate::formatter::Formatter;
use crate::tree::{self, Change};
use crate::{Handler, engine, registry, state};

/// The configuration in force, and what was made of it.
#[derive(Default)]
pub(crate) struct Applied {
    pub(crate) config: Config,
    pub(crate) handlers: BTreeMap<String, Arc<Handler>>,
    filters: BTreeMap<String, Arc<dyn Filter>>,
    formatters: BTreeMap<String, Arc<dyn Formatter>>,
}

/// See [`Config::apply`].
pub(super) fn apply(config: &Config) -> Result<(), ConfigError> {
    let _turn = Turn::take();
    let before = registry::lock().applied.clone().unwrap_or_default();
    if config.incremental {
        return adjust(config, &before);
    }
    let mut next = Applied { config: config.clone(), ..Applied::default() };
    let checked = check::check(config)?;
    let ids = checked.handlers.clone();
    next.make_parts(&before, checked);
    next.make_handlers(&before, &ids)?;
    next.put_in_force(&before, None);
    Ok(())
}

/// See [`Manager::reconfigure`](crate::Manager::reconfigure).
pub(crate) fn reconfigure(change: impl FnOnce(&mut Config)) -> Result<(), ConfigError> {
    let _turn = Turn::take();
    let before = registry::lock().applied.clone().unwrap_or_default();
    let mut next = Applied { config: before.config.clone(), ..Applied::default() };
    change(&mut next.config);
    let checked = check::check(&next.config)?;
    let ids = checked.handlers.clone();
    next.make_parts(&before, checked);
    next.make_handlers(&before, &ids)?;
    next.put_in_force(&before, Some(&before.config));
    Ok(())
}

impl Applied {
    /// Makes formatters and filters; those that are as before are the same.
    fn make_parts(&mut self, before: &Self, checked: Checked) {
        self.formatters = checked.formatters;
        for (id, formatter) in &mut self.formatters {
            if before.config.static_fields == self.config.static_fields
                && before.config.formatters.get(id) == self.config.formatters.get(id)
                && let Some(known) = before.formatters.get(id)
            {
                *formatter = known.clone();
            }
        }
        for id in checked.filters {
            let Some(config) = self.config.filters.get(&id) else { continue };
            let is_same = |id: &String| {
                let pair = (self.filters.get(id), before.filters.get(id));
                matches!(pair, (Some(now), Some(then)) if Arc::ptr_eq(now, then))
            };
            let known = before.filters.get(&id).filter(|_| {
                before.config.filters.get(&id) == Some(config)
                    && config.parts().iter().all(|(_, ids)| ids.iter().all(is_same))
            });
            let filter = known
                .cloned()
                .unwrap_or_else(|| config.make(|part| self.filters.get(part).cloned()));
            self.filters.insert(id, filter);
        }
    }

    /// Makes handlers, in this order; those that are as before, or need not be made anew, are the
    /// same.
    fn make_handlers(&mut self, before: &Self, ids: &[String]) -> Result<(), ConfigError> {
        let mut problems = Problems::default();
        let handlers = Place::ROOT.key("handlers");
        let mut emptied = Vec::new();
        for id in ids {
            let Some(config) = self.config.handlers.get(id) else { continue };
            if let Some(known) = self.kept(before, id, config) {
                self.handlers.insert(id.clone(), known);
                continue;
            }
            let made = match config.build(&self.parts(config)) {
                None => continue,
                Some(Ok(made)) => made,
                Some(Err(error)) => {
                    let cause = core::error::Error::source(&error);
                    let cause = cause.map_or(String::new(), |cause| format!(": {cause}"));
                    problems.at(&handlers.key(id), &format!("{error}{cause}"));
                    continue;
                }
            };
            self.handlers.insert(id.clone(), made);
            let file = config.kind.as_ref().filter(|kind| kind.empties_file());
            let file = file.and_then(|kind| kind.file());
            emptied.extend(file.filter(|file| !before.writes_to(file)).map(|file| (id, file)));
        }
        if problems.is_empty() {
            self.config.begin_process(&mut problems);
        }
        // It cannot be undone, so it comes last.
        if problems.is_empty() {
            for (id, file) in emptied {
                if let Err(error) = empty(file) {
                    let text = format!("could not empty {}: {error}", file.display());
                    problems.at(&handlers.key(id), &text);
                }
            }
        }
        problems.into_result(Some(()))
    }

    /// The handler that stays for a configuration, if one does.
    fn kept(&self, before: &Self, id: &str, config: &HandlerConfig) -> Option<Arc<Handler>> {
        let is_same = |target: &String| {
            let pair = (self.handlers.get(target), before.handlers.get(target));
            matches!(pair, (Some(now), Some(then)) if Arc::ptr_eq(now, then))
        };
        let is_made_so = config.is_made_as(before.config.handlers.get(id)?);
        let stays = is_made_so && config.targets().iter().all(is_same);
        before.handlers.get(id).filter(|_| stays).cloned()
    }

    fn writes_to(&self, file: &Path) -> bool {
        let whole = |path: &Path| std::path::absolute(path).ok();
        let files =
            self.config.handlers.values().filter_map(|handler| handler.kind.as_ref()?.file());
        files.map(whole).any(|known| known == whole(file))
    }

    /// What a handler's configuration names.
    fn parts(&self, config: &HandlerConfig) -> Parts {
        let handler = |id: &String| self.handlers.get(id).cloned();
        Parts {
            level: config.level,
            queue: config.queue.clone(),
            targets: config.targets().iter().filter_map(handler).collect(),
            formatter: config.formatter.as_ref().and_then(|id| self.formatters.get(id)).cloned(),
            filters: self.filters(&config.filters),
        }
    }

    fn filters(&self, ids: &[String]) -> Vec<Arc<dyn Filter>> {
        ids.iter().filter_map(|id| self.filters.get(id).cloned()).collect()
    }

    /// Changes handlers and loggers, and says goodbye to handlers that are not there any more.
    /// Of loggers, only what is not as in `unchanged`, if that is given.
    fn put_in_force(self, before: &Self, unchanged: Option<&Config>) {
        let next = Arc::new(self);
        let adjusted = next.adjusted_handlers(before);
        if !adjusted.is_empty() {
            // Records logged before are judged, and printed, as before.
            engine::settle();
        }
        let mut registry = registry::lock();
        let replaced = registry.applied.replace(next.clone());
        let mut retired = Vec::new();
        for (handler, level, parts) in adjusted {
            retired.push(handler.adjust(level, parts.formatter_or_default(), parts.filters));
        }
        let changes = next.changes(before, unchanged);
        let retired_loggers = tree::change_all(
            &mut registry,
            changes,
            unchanged.is_none().then_some(next.config.disable_existing_loggers),
        );
        drop(registry);
        // Without the lock: what goes is the application's, and may log when it does.
        drop((replaced, retired, retired_loggers));
        next.config.set_process(&before.config);
        let is_gone = |id: &String, handler: &Arc<Handler>| {
            !next.handlers.get(id).is_some_and(|now| Arc::ptr_eq(now, handler))
        };
        let mut gone: Vec<_> =
            before.handlers.iter().filter(|(id, handler)| is_gone(id, handler)).collect();
        // What is passed on is then written.
        let is_memory = |id: &String| {
            let kind = before.config.handlers.get(id).and_then(|config| config.kind.as_ref());
            matches!(kind, Some(HandlerKind::Memory(_)))
        };
        gone.sort_by_key(|(id, _)| !is_memory(id));
        for (id, handler) in gone {
            // What the deadline leaves unwritten is written later. The file is closed when nobody can
            // have a record for it any more.
            let _ = if is_memory(id) { handler.close(PATIENCE) } else { handler.flush(PATIENCE) };
        }
    }

    /// Handlers that stay with something changed.
    fn adjusted_handlers(&self, before: &Self) -> Vec<(Arc<Handler>, Level, Parts)> {
        let mut adjusted = Vec::new();
        for (id, config) in &self.config.handlers {
            let (Some(now), Some(then)) = (self.handlers.get(id), before.handlers.get(id)) else {
                continue;
            };
            if !Arc::ptr_eq(now, then) {
                continue;
            }
            let (parts, level) = (self.parts(config), config.effective_level());
            let was = before.config.handlers.get(id);
            let is_same = was.is_some_and(|was| {
                let known = before.parts(was);
                let formatters = (&known.formatter, &parts.formatter);
                let is_same_formatter = match formatters {
                    (Some(then), Some(now)) => Arc::ptr_eq(then, now),
                    (None, None) => true,
                    _ => false,
                };
                is_same_formatter && are_same(&known.filters, &parts.filters)
            });
            if !is_same || now.level() != level {
                adjusted.push((now.clone(), level, parts));
            }
        }
        adjusted
    }

    /// What is to change of the loggers, by name.
    fn changes(&self, before: &Self, unchanged: Option<&Config>) -> Vec<(String, Change)> {
        let now: BTreeMap<String, &LoggerConfig> = self.config.loggers().collect();
        let then: BTreeMap<String, &LoggerConfig> = before.config.loggers().collect();
        let is_gone = |name: &&String| !now.contains_key(*name);
        let gone = then.keys().filter(is_gone).map(|name| {
            let change = self.change(name, &LoggerConfig::NONE, None);
            (name.clone(), change)
        });
        let named = now.iter().map(|(name, logger)| {
            let known = unchanged.and_then(|_| Some((before, *then.get(name)?)));
            (name.clone(), self.change(name, logger, known))
        });
        gone.chain(named).collect()
    }

    fn change(
        &self,
        name: &str,
        logger: &LoggerConfig,
        known: Option<(&Self, &LoggerConfig)>,
    ) -> Change {
        let default = if name == "root" { Level::WARN } else { Level::NOTSET };
        let mut handlers: Vec<Arc<Handler>> = Vec::new();
        for handler in logger.handlers.iter().filter_map(|id| self.handlers.get(id)) {
            if !handlers.iter().any(|known| Arc::ptr_eq(known, handler)) {
                handlers.push(handler.clone());
            }
        }
        let mut change = Change {
            level: Some(logger.level.unwrap_or(default)),
            handlers: Some(handlers),
            filters: Some(self.filters(&logger.filters)),
            propagate: Some(logger.propagate.unwrap_or(true)),
        };
        if let Some((before, then)) = known {
            let of_before = before.change(name, then, None);
            change.level.take_if(|level| of_before.level == Some(*level));
            change.propagate.take_if(|propagate| of_before.propagate == Some(*propagate));
            change
                .handlers
                .take_if(|now| of_before.handlers.is_some_and(|then| are_same(&then, now)));
            change
                .filters
                .take_if(|now| of_before.filters.is_some_and(|then| are_same(&then, now)));
        }
        change
    }
}

fn empty(file: &Path) -> io::Result<()> {
    match File::options().write(true).open(file) {
        Ok(file) => file.set_len(0),
        // One that is opened only at the first record.
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
    }
}

fn are_same<T: ?Sized>(one: &[Arc<T>], other: &[Arc<T>]) -> bool {
    one.len() == other.len() && one.iter().zip(other).all(|(one, other)| Arc::ptr_eq(one, other))
}

/// Applies what an incremental configuration says: levels, and which loggers propagate.
fn adjust(config: &Config, before: &Applied) -> Result<(), ConfigError> {
    let mut problems = Problems::default();
    let place = Place::ROOT.key("handlers");
    for id in config.handlers.keys().filter(|id| !before.handlers.contains_key(*id)) {
        let name = Unknown { what: "key", name: id };
        problems.unknown(&place.key(id), name, before.handlers.keys().map(String::as_str));
    }
    check::check(config)?;
    problems.into_result(Some(()))?;

    let mut next = Applied {
        config: before.config.clone(),
        handlers: before.handlers.clone(),
        filters: before.filters.clone(),
        formatters: before.formatters.clone(),
    };
    for (id, handler) in &config.handlers {
        if let (Some(level), Some(known)) = (handler.level, next.config.handlers.get_mut(id)) {
            known.level = Some(level);
        }
    }
    let mut changes = Vec::new();
    for (name, logger) in config.loggers() {
        let change =
            Change { level: logger.level, propagate: logger.propagate, ..Change::default() };
        changes.push((name.clone(), change));
        if let Some(known) = next.config.logger_mut(&name) {
            known.level = logger.level.or(known.level);
            known.propagate = logger.propagate.or(known.propagate);
        }
    }
    let levels = next.adjusted_handlers(before);
    if !levels.is_empty() {
        engine::settle();
    }
    let mut registry = registry::lock();
    let replaced = registry.applied.replace(Arc::new(next));
    let retired: Vec<_> = levels
        .into_iter()
        .map(|(handler, level, parts)| {
            handler.adjust(level, parts.formatter_or_default(), parts.filters)
        })
        .collect();
    let retired_loggers = tree::change_all(&mut registry, changes, None);
    drop(registry);
    drop((replaced, retired, retired_loggers));
    Ok(())
}

/// One configuration at a time. Not a lock of the standard library's: a child of a fork would find it
/// held by a thread that it has not.
struct Turn;

impl Turn {
    fn take() -> Self {
        let epoch = state::epoch();
        loop {
            let mut registry = registry::lock();
            // One that a parent's thread had is not in the way.
            if registry.applier != Some(epoch) {
                registry.applier = Some(epoch);
                return Self;
            }
            drop(registry);
            thread::sleep(LOOK_AGAIN);
        }
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        registry::lock().applier = None;
    }
}

/// How long applying waits for handlers that go to write what they have.
const PATIENCE: Duration = Duration::from_secs(1);
/// How often a thread that waits for its turn looks.
const LOOK_AGAIN: Duration = Duration::from_millis(1);
