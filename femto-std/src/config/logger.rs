//! What is configured of one logger.

use femto_core::Level;

use super::section::{section, section_is_a_table};

section! {
    /// What is configured of one logger: Python's `loggers.NAME`. Made by [`LoggerConfigBuilder`].
    LoggerConfig {
        /// Its level; `None` to have its parent's, or [`Level::WARN`] for the root.
        level: Option<Level>;
        /// The ids of its handlers.
        handlers: Vec<String>;
        /// The ids of its filters.
        filters: Vec<String>;
        /// Whether records also go to the handlers of its ancestors. `None` is true.
        propagate: Option<bool>;
    }
}
section_is_a_table!(LoggerConfig);

/// Builds what is configured of one logger.
///
/// | setter | default | |
/// |---|---|---|
/// | `with_level` | none: its parent's | records below it are not taken |
/// | `with_handlers` | none | ids of handlers |
/// | `with_filters` | none | ids of filters |
/// | `with_propagate` | true | whether records also go to the handlers of its ancestors |
///
/// # Examples
/// ```
/// use femto_std::{Level, config::LoggerConfigBuilder};
///
/// let logger = LoggerConfigBuilder::new()
///     .with_level(Level::DEBUG)
///     .with_handlers(["console", "file"])
///     .with_propagate(false)
///     .build();
/// assert_eq!(logger.handlers, ["console", "file"]);
/// ```
#[derive(Clone, Debug, PartialEq)]
#[must_use = "a builder does nothing until `build` is called"]
pub struct LoggerConfigBuilder(LoggerConfig);

impl LoggerConfigBuilder {
    /// Nothing configured: its parent's level, no handlers of its own.
    pub const fn new() -> Self {
        Self(LoggerConfig::NONE)
    }

    /// Records below it are not taken. [`Level::NOTSET`] is the parent's level.
    pub const fn with_level(mut self, level: Level) -> Self {
        self.0.level = Some(level);
        self
    }

    /// Sets the ids of its handlers.
    pub fn with_handlers<I: Into<String>>(mut self, ids: impl IntoIterator<Item = I>) -> Self {
        self.0.handlers = ids.into_iter().map(Into::into).collect();
        self
    }

    /// Sets the ids of its filters, all of which a record has to pass.
    pub fn with_filters<I: Into<String>>(mut self, ids: impl IntoIterator<Item = I>) -> Self {
        self.0.filters = ids.into_iter().map(Into::into).collect();
        self
    }

    /// Whether records also go to the handlers of its ancestors. Default: true.
    pub const fn with_propagate(mut self, propagate: bool) -> Self {
        self.0.propagate = Some(propagate);
        self
    }

    /// What was configured. Whether the ids are there is looked at by
    /// [`ConfigBuilder::build`](super::ConfigBuilder::build).
    #[must_use]
    pub fn build(self) -> LoggerConfig {
        self.0
    }
}

impl LoggerConfig {
    /// Nothing configured.
    pub(crate) const NONE: Self =
        Self { level: None, handlers: Vec::new(), filters: Vec::new(), propagate: None };
}

impl Default for LoggerConfig {
    fn default() -> Self {
        Self::NONE
    }
}

impl Default for LoggerConfigBuilder {
    fn default() -> Self {
        Self::new()
    }
}

impl From<LoggerConfigBuilder> for LoggerConfig {
    fn from(builder: LoggerConfigBuilder) -> Self {
        builder.build()
    }
}
