//! What is configured of one handler: what every handler has, and what its class has.

mod file;
mod kind;
mod stream;

pub use file::{FileConfig, FileMode};
pub use kind::HandlerKind;
pub(crate) use kind::{Builder, Class};
pub use stream::{Stream, StreamConfig};

use core::time::Duration;
use std::sync::Arc;

use femto_core::{Filter, Level};

use super::node::{Kind, Node};
use super::problem::{Place, Problems};
use super::section::{Section, section};
use super::setting::{Fields, Setting};
use crate::formatter::Formatter;
use crate::handler::Options;
use crate::{Delivery, OverflowPolicy};

/// What is configured of one handler: Python's `handlers.ID`.
///
/// In a file, `class` names the class, whose keys stand beside those of every handler.
///
/// | setter | default | |
/// |---|---|---|
/// | `with_level` | all | records below it are not taken |
/// | `with_formatter` | the default format | id of a formatter |
/// | `with_filters` | none | ids of filters, all of which a record has to pass |
/// | `with_capacity` | 4 MiB | bytes that may wait to be written |
/// | `with_overflow` | block | what happens to records beyond the capacity |
/// | `with_delivery` | direct on a terminal, else queued | who writes |
/// | `with_flush_level` | ERROR | records at or above it are written at once |
/// | `with_stall_limit` | 30 s | how long callers wait for a sink that fails |
///
/// # Examples
/// ```
/// use femto_std::{Level, config::{FileConfig, HandlerConfig}};
///
/// let file = HandlerConfig::new(FileConfig::new("app.log"))
///     .with_level(Level::INFO)
///     .with_formatter("plain");
/// # assert_eq!(file.level, Some(Level::INFO));
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct HandlerConfig {
    /// The class and what it has. `None` only where a level is all that is said, in an
    /// [incremental](super::Config::incremental) configuration.
    pub kind: Option<HandlerKind>,
    /// Records below it are not taken. Default: all are.
    pub level: Option<Level>,
    /// Id of the formatter.
    pub formatter: Option<String>,
    /// Ids of the filters.
    pub filters: Vec<String>,
    /// How records wait.
    pub queue: QueueConfig,
}

section! {
    /// How records wait to be written; in a file its keys stand among the handler's.
    QueueConfig {
        /// Bytes that may wait, at least 4096. Default: 4 MiB.
        capacity: usize = 4 << 20;
        /// What happens to records beyond the capacity. Default: their callers wait.
        overflow: OverflowPolicy = OverflowPolicy::Block;
        /// Who writes. Default: the caller on a terminal, else the collector.
        delivery: Option<Delivery>;
        /// Records at or above it are written at once. Default: [`Level::ERROR`].
        flush_level | "flushLevel": Level = Level::ERROR;
        /// How long its sink may fail, or a write not return, before callers no longer wait for it.
        /// Default: 30 seconds.
        stall_limit: Duration = Duration::from_secs(30);
    }
}

impl HandlerConfig {
    /// A handler of a class, its other settings as they are by default.
    pub fn new(kind: impl Into<HandlerKind>) -> Self {
        Self { kind: Some(kind.into()), ..Self::unsaid() }
    }

    /// Only the level of a handler that is there: for an
    /// [incremental](super::ConfigBuilder::with_incremental) configuration.
    #[must_use]
    pub fn level_only(level: Level) -> Self {
        Self { level: Some(level), ..Self::unsaid() }
    }

    const fn unsaid() -> Self {
        let queue = QueueConfig {
            capacity: 4 << 20,
            overflow: OverflowPolicy::Block,
            delivery: None,
            flush_level: Level::ERROR,
            stall_limit: Duration::from_secs(30),
        };
        Self { kind: None, level: None, formatter: None, filters: Vec::new(), queue }
    }

    /// Records below it are not taken.
    #[must_use]
    pub const fn with_level(mut self, level: Level) -> Self {
        self.level = Some(level);
        self
    }

    /// Sets the id of the formatter.
    #[must_use]
    pub fn with_formatter(mut self, id: impl Into<String>) -> Self {
        self.formatter = Some(id.into());
        self
    }

    /// Sets the ids of the filters, all of which a record has to pass.
    #[must_use]
    pub fn with_filters<I: Into<String>>(mut self, ids: impl IntoIterator<Item = I>) -> Self {
        self.filters = ids.into_iter().map(Into::into).collect();
        self
    }

    /// Bytes that may wait to be written, at least 4096. Default: 4 MiB.
    #[must_use]
    pub const fn with_capacity(mut self, bytes: usize) -> Self {
        self.queue.capacity = bytes;
        self
    }

    /// What happens to records beyond the capacity. Default: [`OverflowPolicy::Block`].
    #[must_use]
    pub const fn with_overflow(mut self, overflow: OverflowPolicy) -> Self {
        self.queue.overflow = overflow;
        self
    }

    /// Who writes. Default: the caller on a terminal, else the collector.
    #[must_use]
    pub const fn with_delivery(mut self, delivery: Delivery) -> Self {
        self.queue.delivery = Some(delivery);
        self
    }

    /// Records at or above it are written at once. Default: [`Level::ERROR`].
    #[must_use]
    pub const fn with_flush_level(mut self, level: Level) -> Self {
        self.queue.flush_level = level;
        self
    }

    /// How long its sink may fail, or a write not return, before callers no longer wait for it.
    /// Default: 30 seconds.
    #[must_use]
    pub const fn with_stall_limit(mut self, limit: Duration) -> Self {
        self.queue.stall_limit = limit;
        self
    }

    /// What makes the handler. The parts that it names are given: nothing is looked up, or opened.
    pub(crate) fn builder(&self, parts: Parts) -> Option<Builder> {
        let mut builder = self.kind.as_ref()?.builder();
        let options = builder.options();
        options.level = self.level.unwrap_or(Level::NOTSET);
        options.filters = parts.filters;
        options.capacity = self.queue.capacity;
        options.overflow = self.queue.overflow;
        options.flush_level = self.queue.flush_level;
        options.stall_limit = self.queue.stall_limit;
        options.delivery = self.queue.delivery.unwrap_or(options.delivery);
        if let Some(formatter) = parts.formatter {
            options.formatter = formatter;
        }
        Some(builder)
    }

    /// The same, with what is in its file staying; `None` if that stays anyway.
    pub(crate) fn without_emptying(&self) -> Option<Self> {
        let mut gentle = self.clone();
        gentle.kind.as_mut()?.keep_file().then_some(gentle)
    }

    /// Whether a handler made by the other becomes one made by this by changes of what can be
    /// changed: level, formatter, filters.
    pub(crate) fn is_made_as(&self, other: &Self) -> bool {
        self.kind == other.kind && self.queue == other.queue
    }
}

/// What a handler's configuration names, found.
#[derive(Default)]
pub(crate) struct Parts {
    /// The default if it names none.
    pub(crate) formatter: Option<Arc<dyn Formatter>>,
    pub(crate) filters: Vec<Arc<dyn Filter>>,
}

impl Parts {
    pub(crate) fn formatter_or_default(&self) -> Arc<dyn Formatter> {
        self.formatter.clone().unwrap_or_else(|| Options::default().formatter)
    }
}

impl<K: Into<HandlerKind>> From<K> for HandlerConfig {
    fn from(kind: K) -> Self {
        Self::new(kind)
    }
}

impl Setting for HandlerConfig {
    fn read(node: &Node, place: &Place<'_>, problems: &mut Problems) -> Option<Self> {
        let mut fields = Fields::of(node, place, problems)?;
        let class = fields.read(&["class"], Some(None::<Class>), problems);
        let level = fields.read(&["level"], Some(None), problems);
        let formatter = fields.read(&["formatter"], Some(None), problems);
        let filters = fields.read(&["filters"], Some(Vec::new()), problems);
        let queue = QueueConfig::read_fields(&mut fields, problems);
        let kind = match class? {
            Some(class) => Some(HandlerKind::read_fields(class, &mut fields, problems)?),
            None => None,
        };
        if kind.is_none() && fields.has_more() {
            problems.at(place, "`class` is missing");
        }
        fields.finish(problems);
        Some(Self { kind, level: level?, formatter: formatter?, filters: filters?, queue: queue? })
    }

    fn write(&self) -> Option<Kind> {
        use super::setting::write;
        let mut table = Vec::new();
        if let Some(kind) = &self.kind {
            write(&mut table, "class", &kind.class());
            kind.write_fields(&mut table);
        }
        write(&mut table, "level", &self.level);
        write(&mut table, "formatter", &self.formatter);
        write(&mut table, "filters", &self.filters);
        self.queue.write_fields(&mut table);
        Some(Kind::Table(table))
    }
}
