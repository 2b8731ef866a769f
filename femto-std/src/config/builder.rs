//! Builds configurations.

use super::{
    Config, ConfigError, FilterConfig, FormatterBuilder, HandlerConfig, LoggerConfig, OwnedValue,
    RecoverConfig, ShutdownConfig, StatisticsConfig,
};

/// Builds a [`Config`].
///
/// | setter | default | |
/// |---|---|---|
/// | `with_formatter`, `with_filter`, `with_handler` | none | by id |
/// | `with_logger` | none | by dotted name |
/// | `with_root` | as it is | the root logger |
/// | `with_static_field` | none | a key-value of every line, by key |
/// | `with_recover` | none | the file that keeps records until they are written |
/// | `with_statistics` | none | statistics as records |
/// | `with_shutdown` | none | signals that have everything written before they end the process |
/// | `with_disable_existing_loggers` | false | whether loggers not named take no records any more |
/// | `with_incremental` | false | whether only levels and propagation change |
///
/// # Examples
/// ```
/// use femto_std::Level;
/// use femto_std::config::{ConfigBuilder, FileConfig, LoggerConfigBuilder, StreamConfig};
///
/// let config = ConfigBuilder::new()
///     .with_handler("console", StreamConfig::stderr())
///     .with_handler("file", FileConfig::new("app.log"))
///     .with_root(LoggerConfigBuilder::new().with_level(Level::INFO).with_handlers(["console", "file"]))
///     .build()?;
/// assert_eq!(config.handlers.len(), 2);
/// # Ok::<(), femto_std::config::ConfigError>(())
/// ```
#[derive(Clone, Debug, Default)]
#[must_use = "a builder does nothing until `build` is called"]
pub struct ConfigBuilder(Config);

impl ConfigBuilder {
    /// Nothing configured.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the version of the schema; 1 is the only one there is, and the default.
    pub const fn with_version(mut self, version: u32) -> Self {
        self.0.version = version;
        self
    }

    /// Whether only levels of handlers and loggers, and which loggers propagate, change:
    /// [`Config::incremental`]. Default: false.
    pub const fn with_incremental(mut self, incremental: bool) -> Self {
        self.0.incremental = incremental;
        self
    }

    /// Whether loggers that are there and are not named take no records any more. Default: false.
    pub const fn with_disable_existing_loggers(mut self, disable: bool) -> Self {
        self.0.disable_existing_loggers = disable;
        self
    }

    /// Sets the formatter of an id.
    pub fn with_formatter(mut self, id: impl Into<String>, formatter: FormatterBuilder) -> Self {
        self.0.formatters.insert(id.into(), formatter);
        self
    }

    /// Sets the filter of an id.
    pub fn with_filter(mut self, id: impl Into<String>, filter: FilterConfig) -> Self {
        self.0.filters.insert(id.into(), filter);
        self
    }

    /// Sets the handler of an id.
    pub fn with_handler(
        mut self,
        id: impl Into<String>,
        handler: impl Into<HandlerConfig>,
    ) -> Self {
        self.0.handlers.insert(id.into(), handler.into());
        self
    }

    /// Sets the logger of a dotted name; `a::b` is `a.b`.
    pub fn with_logger(mut self, name: impl Into<String>, logger: impl Into<LoggerConfig>) -> Self {
        self.0.loggers.insert(name.into(), logger.into());
        self
    }

    /// Sets the root logger.
    pub fn with_root(mut self, root: impl Into<LoggerConfig>) -> Self {
        self.0.root = Some(root.into());
        self
    }

    /// Sets a key-value of every line, for all formatters that do not have it themselves.
    pub fn with_static_field(
        mut self,
        key: impl Into<String>,
        value: impl Into<OwnedValue>,
    ) -> Self {
        self.0.static_fields.insert(key.into(), value.into());
        self
    }

    /// Keeps records in a file until they are written; a path will do.
    pub fn with_recover(mut self, recover: impl Into<RecoverConfig>) -> Self {
        self.0.recover = Some(recover.into());
        self
    }

    /// Has statistics logged every so often.
    pub fn with_statistics(mut self, statistics: StatisticsConfig) -> Self {
        self.0.statistics = Some(statistics);
        self
    }

    /// Has signals write everything before they end the process.
    pub fn with_shutdown(mut self, shutdown: ShutdownConfig) -> Self {
        self.0.shutdown = Some(shutdown);
        self
    }

    /// The configuration, if nothing is wrong with it.
    ///
    /// # Errors
    /// Those of [`Config::check`].
    pub fn build(self) -> Result<Config, ConfigError> {
        self.0.check()?;
        Ok(self.0)
    }
}
