//! Manager: how an application gets its loggers, and sets what concerns all of them.
//!
//! Runs where logging is configured; the loggers themselves are in `tree.rs`.

use core::mem;
use core::time::Duration;
use std::path::Path;
use std::sync::Arc;

use femto_core::Level;

use crate::config::{self, Config, ConfigError};
use crate::handler::Handler;
use crate::logger::Logger;
use crate::recover::RecoverBuilder;
use crate::registry;
use crate::stats::{self, Stats};
use crate::{Error, ErrorHandler, FlushError, Guard, Signal, engine, signal, tree};

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
        self.get_logger(tree::ROOT)
    }

    /// The logger of a dotted name, made if it is not there; the empty name and `root` are the
    /// root. A Rust path `a::b` is read as `a.b`.
    #[must_use]
    pub fn get_logger(self, name: &str) -> Logger {
        if name.contains("::") {
            return self.get_logger(&name.replace("::", "."));
        }
        tree::get_or_make(if name.is_empty() { tree::ROOT } else { name })
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
        tree::loggers()
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
        tree::refresh();
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
        tree::refresh();
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
