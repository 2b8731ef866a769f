//! Statistics: what handlers and loggers did.
//!
//! Counted where records pass anyway: on the *collector*, and on slow paths of the *caller*; a call
//! that only puts a frame counts nothing. Put together when they are asked for.

mod count;
mod prometheus;
mod report;

use std::sync::Arc;

pub(crate) use count::LoggerCounts;
pub(crate) use report::{LOGGER, Schedule, report_if_due, set_report};

use crate::handler::{Handler, HandlerStats};
use crate::registry;

/// What all handlers and loggers did since the process began, or was forked.
///
/// Made by [`Manager::stats`](crate::Manager::stats). Numbers are those of the moment in which each was
/// read: while threads log, they need not add up.
///
/// # Examples
/// ```
/// use femto_std::{Manager, handlers::FileHandlerBuilder, warn};
/// # use std::time::Duration;
///
/// # let path = std::env::temp_dir().join("femto-stats.log");
/// let manager = Manager::global();
/// manager.root().add_handler(FileHandlerBuilder::new(&path).with_append(false).build()?);
/// warn!(logger: manager.get_logger("shop"), "low on {}", "tea");
/// manager.flush(Duration::from_secs(5))?;
///
/// let stats = manager.stats();
/// let shop = stats.loggers.iter().find(|logger| logger.name == "shop").expect("it logged");
/// assert_eq!((shop.warn, shop.records()), (1, 1));
/// let (_, file) = &stats.handlers[0];
/// assert_eq!((file.written, file.dropped), (1, 0));
///
/// let mut text = String::new();
/// stats.write_prometheus(&mut text)?;
/// assert!(text.contains("femtologging_logger_records_total{logger=\"shop\",level=\"WARN\"} 1\n"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stats {
    /// The handlers that a logger or another handler has, by what they write to. Of several with one
    /// name the second and later ones have ` #2` and so on behind it.
    pub handlers: Vec<(String, HandlerStats)>,
    /// The loggers that logged, in alphabetical order.
    pub loggers: Vec<LoggerStats>,
}

/// What was logged to one logger, with levels between the usual ones counted as the one below.
///
/// Records that its level or a filter of its own kept away were not logged; those that went nowhere,
/// for there is no handler, are not counted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct LoggerStats {
    /// The logger's dotted name.
    pub name: String,
    /// Records below [`DEBUG`](crate::Level::DEBUG) that were given to its handlers.
    pub trace: u64,
    /// Those from `DEBUG` to below `INFO`.
    pub debug: u64,
    /// Those from `INFO` to below `WARN`.
    pub info: u64,
    /// Those from `WARN` to below `ERROR`.
    pub warn: u64,
    /// Those from `ERROR` to below `CRITICAL`.
    pub error: u64,
    /// Those from `CRITICAL` on.
    pub critical: u64,
    /// Records that the logger's own filters rejected.
    pub rejected: u64,
    /// Records that a queued handler dropped: it was over capacity, or could not format them. Once a
    /// record, however many handlers dropped it.
    pub dropped: u64,
}

impl LoggerStats {
    /// Records of all levels that were given to its handlers.
    #[must_use]
    pub const fn records(&self) -> u64 {
        self.trace + self.debug + self.info + self.warn + self.error + self.critical
    }

    /// The names of the usual levels, with the records of each.
    pub(crate) const fn by_level(&self) -> [(&'static str, u64); 6] {
        [
            ("TRACE", self.trace),
            ("DEBUG", self.debug),
            ("INFO", self.info),
            ("WARN", self.warn),
            ("ERROR", self.error),
            ("CRITICAL", self.critical),
        ]
    }
}

impl Stats {
    /// Those of now.
    pub(crate) fn now() -> Self {
        let (handlers, counts) = {
            let registry = registry::lock();
            let mut handlers = registry.tree.handlers();
            handlers.extend(registry.routes.handlers());
            (handlers, registry.routes.counts())
        };
        let mut known: Vec<Arc<Handler>> = Vec::new();
        for handler in handlers {
            add(&mut known, handler);
        }
        let mut stats = Self::default();
        for handler in known {
            let name = handler.name();
            let is_this = |shown: &str| match shown.strip_prefix(&name) {
                Some(rest) => rest.is_empty() || rest.starts_with(" #"),
                None => false,
            };
            let name = match stats.handlers.iter().filter(|(shown, _)| is_this(shown)).count() {
                0 => name,
                before => format!("{name} #{}", before + 1),
            };
            stats.handlers.push((name, handler.stats()));
        }
        let loggers = counts.into_iter().map(|(name, counts)| counts.stats(name.into()));
        stats.loggers.extend(
            loggers.filter(|logger| logger.records() + logger.rejected + logger.dropped > 0),
        );
        stats
    }
}

/// Adds a handler that is not known yet, and those that it passes records on to.
fn add(known: &mut Vec<Arc<Handler>>, handler: Arc<Handler>) {
    if known.iter().any(|other| Arc::ptr_eq(other, &handler)) {
        return;
    }
    let targets = handler.relay().map_or_else(Vec::new, |relay| relay.targets.clone());
    known.push(handler);
    for target in targets {
        add(known, target);
    }
}
