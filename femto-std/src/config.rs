//! Configuration: loggers, handlers, formatters and filters as plain data, applied as a whole.
//!
//! Runs before any stage, and when configuration changes. A [`Config`] is built by [`ConfigBuilder`]
//! or read from TOML, YAML or JSON; it is looked at whole before anything is touched, and applied
//! whole or not at all. The keys are those of Python's `logging.config.dictConfig`.

mod apply;
mod builder;
mod check;
mod directives;
mod env;
mod file;
mod filter;
mod formatter;
mod handler;
#[cfg(feature = "json")]
mod json;
mod logger;
mod node;
mod problem;
mod process;
mod section;
#[cfg(feature = "serde")]
mod serialize;
mod setting;
#[cfg(feature = "toml")]
mod toml;
mod watch;
#[cfg(feature = "yaml")]
mod yaml;

pub(crate) use apply::{Applied, reconfigure};
pub use builder::ConfigBuilder;
pub use env::{init_from_env, init_from_env_or};
pub use filter::FilterConfig;
pub use handler::{
    FanOutConfig, FileConfig, FileMode, HandlerConfig, HandlerKind, MemoryConfig, NullConfig,
    Permissions, PipeConfig, QueueConfig, RotatingFileConfig, Stream, StreamConfig, TcpConfig,
    TimedRotatingFileConfig, UnixConfig,
};
pub use logger::{LoggerConfig, LoggerConfigBuilder};
pub use node::{Kind, Node};
pub use problem::{ConfigError, Problem};
pub use process::{RecoverConfig, ShutdownConfig, StatisticsConfig};
pub use watch::{Watch, Watcher, watch};

pub use crate::formatter::builder::{FormatterBuilder, FormatterStyle};
pub use crate::formatter::clock::Precision;
pub use crate::formatter::field::{Field, NamedField};
pub use crate::formatter::keys::ShownKeys;
pub use crate::formatter::owned::OwnedValue;
pub use crate::formatter::zone::Zone;

use std::collections::BTreeMap;

use problem::{Place, Problems};
use section::{section, section_is_a_table};
use setting::Setting;

section! {
    /// A configuration of everything, as plain data: that of Python's `logging.config.dictConfig`.
    ///
    /// Made by [`ConfigBuilder`], or read: [`Config::from_file`], `Config::from_toml` and its like. Its fields may be
    /// changed at will: [`Config::check`] and [`Config::apply`] look at all of it.
    ///
    /// # Examples
    /// ```
    /// use femto_std::config::{
    ///     ConfigBuilder, FormatterBuilder, HandlerConfig, LoggerConfigBuilder, StreamConfig,
    /// };
    /// use femto_std::{Level, warn};
    ///
    /// let plain = FormatterBuilder::new().with_format("%(levelname)s %(name)s: %(message)s");
    /// ConfigBuilder::new()
    ///     .with_formatter("plain", plain)
    ///     .with_handler("console", HandlerConfig::new(StreamConfig::stderr()).with_formatter("plain"))
    ///     .with_root(LoggerConfigBuilder::new().with_level(Level::INFO).with_handlers(["console"]))
    ///     .with_logger("app.db", LoggerConfigBuilder::new().with_level(Level::DEBUG))
    ///     .build()?
    ///     .apply()?;
    ///
    /// warn!(target: "app.db", "{} rows", 3);
    /// # Ok::<(), femto_std::config::ConfigError>(())
    /// ```
    Config {
        /// The version of the schema, 1.
        version: u32 = 1;
        /// Whether it only changes levels of handlers and loggers, and which loggers propagate:
        /// Python's `incremental`. Handlers are those that are there; nothing else is looked at.
        incremental: bool = false;
        /// Whether loggers that are there already and are neither named here nor below one that is
        /// take no records any more. Default: false (in Python, true).
        disable_existing_loggers: bool = false;
        /// Formatters by id.
        formatters: BTreeMap<String, FormatterBuilder>;
        /// Filters by id.
        filters: BTreeMap<String, FilterConfig>;
        /// Handlers by id.
        handlers: BTreeMap<String, HandlerConfig>;
        /// Loggers by dotted name.
        loggers: BTreeMap<String, LoggerConfig>;
        /// The root of the tree.
        root: Option<LoggerConfig>;
        /// Key-values of every line, as [`FormatterBuilder::with_static_field`] has them: those of all formatters.
        /// One that a formatter has itself is as it says.
        static_fields: BTreeMap<String, OwnedValue>;
        /// Where records are kept until they are written, to survive the process.
        recover: Option<RecoverConfig>;
        /// Statistics as records. Default: none.
        statistics: Option<StatisticsConfig>;
        /// Which signals have everything written before they end the process. Default: none.
        shutdown: Option<ShutdownConfig>;
    }
}
section_is_a_table!(Config);

impl Config {
    /// Looks for everything that is wrong with it, without opening or changing anything.
    ///
    /// # Errors
    /// [`ConfigError`], with everything that was found.
    pub fn check(&self) -> Result<(), ConfigError> {
        check::check(self).map(drop)
    }

    /// Makes it the configuration of the process, whole or not at all.
    ///
    /// Handlers that are the same as before keep running, with their files and queues; of others
    /// that changed only in level, formatter or filters, those are changed. New ones are made, and
    /// their files opened, before anything else changes. Handlers that are no longer there are
    /// flushed, and closed some ten seconds later, when no thread can have a record for them any
    /// more; one that the application holds on to stays open.
    ///
    /// Loggers that the configuration before named and this one does not are as if they had never
    /// been configured. Of those that it names, handlers and filters that the application has added
    /// are removed.
    ///
    /// What concerns the whole process is set where it differs from the configuration before: statistics and
    /// signals that are no longer there are switched off; what the application set by
    /// [`Manager`](crate::Manager) stays where neither says anything. Recovery lasts as long as the process.
    /// An [incremental](Config::incremental) configuration leaves all that as it is.
    ///
    /// Threads may log meanwhile: each record goes to the handlers of before or to those of
    /// afterwards.
    ///
    /// # Errors
    /// [`ConfigError`]: those of [`Config::check`], or a handler or the file of recovery cannot be made. Nothing was changed
    /// (a file that a handler was to write may have been created).
    pub fn apply(&self) -> Result<(), ConfigError> {
        apply::apply(self)
    }

    /// Reads a configuration from what a format was read into.
    ///
    /// # Errors
    /// [`ConfigError`]: keys or values are not allowed, and what [`Config::check`] finds in tables whose values
    /// can all be read. Problems have the lines of their nodes.
    pub fn from_node(node: &Node) -> Result<Self, ConfigError> {
        let mut problems = Problems::default();
        let config = Self::read(node, &Place::ROOT, &mut problems);
        // Neither keys that nobody knows nor values that cannot be read hide what is wrong elsewhere.
        if let Some(config) = &config {
            problems.extend(config.check().err());
        }
        problems.into_result(config).map_err(|error| error.with_lines(node))
    }

    /// Writes it, to be put into any format: what is as by default is left out.
    #[must_use]
    pub fn to_node(&self) -> Node {
        // A table is always written.
        self.write().unwrap_or(Kind::Table(Vec::new())).into()
    }

    /// What is configured of a logger, by the name that it has in the tree.
    pub(crate) fn logger_mut(&mut self, name: &str) -> Option<&mut LoggerConfig> {
        if name == "root" && self.root.is_some() {
            return self.root.as_mut();
        }
        let is_it = |key: &str| key == name || (key.is_empty() && name == "root");
        let mut loggers = self.loggers.iter_mut();
        loggers.find(|(key, _)| is_it(&key.replace("::", "."))).map(|(_, logger)| logger)
    }

    /// The loggers by the names that they have in the tree, the root first.
    pub(crate) fn loggers(&self) -> impl Iterator<Item = (String, &LoggerConfig)> {
        let root = self.root.iter().map(|root| (String::from("root"), root));
        let named = self.loggers.iter().map(|(name, logger)| {
            let name = if name.is_empty() { "root".to_owned() } else { name.replace("::", ".") };
            (name, logger)
        });
        root.chain(named)
    }
}

impl Default for Config {
    fn default() -> Self {
        Self {
            version: 1,
            incremental: false,
            disable_existing_loggers: false,
            formatters: BTreeMap::new(),
            filters: BTreeMap::new(),
            handlers: BTreeMap::new(),
            loggers: BTreeMap::new(),
            root: None,
            static_fields: BTreeMap::new(),
            recover: None,
            statistics: None,
            shutdown: None,
        }
    }
}
