//! What is configured of one handler: what every handler has, and what its class has.

mod file;
mod kind;
mod parts;
mod relay;
mod rotating;
mod socket;
mod stream;

pub use file::{FileConfig, FileMode, Permissions};
use kind::Class;
pub use kind::HandlerKind;
pub(crate) use parts::Parts;
pub use relay::{FanOutConfig, MemoryConfig, NullConfig};
pub use rotating::{RotatingFileConfig, TimedRotatingFileConfig};
pub use socket::{PipeConfig, TcpConfig, UnixConfig};
pub use stream::{Stream, StreamConfig};

use core::time::Duration;
use std::sync::Arc;

use femto_core::Level;

use super::node::{Kind, Node};
use super::problem::{Place, Problems};
use super::section::{Section, section};
use super::setting::{Fields, Setting};
use crate::{Delivery, Error, Handler, OverflowPolicy};

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
/// | `with_overflow` | block; `tcp` and `unix` drop | what happens to records beyond the capacity |
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
        /// What happens to records beyond the capacity. Default: their callers wait; those of `tcp`
        /// and `unix` are dropped and counted.
        overflow: Option<OverflowPolicy>;
        /// Who writes. Default: the caller on a terminal, else the collector.
        delivery: Option<Delivery>;
        /// Records at or above it are written at once. Default: [`Level::ERROR`].
        flush_level: Level = Level::ERROR;
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
        Self {
            kind: None,
            level: None,
            formatter: None,
            filters: Vec::new(),
            queue: QueueConfig::DEFAULT,
        }
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

    /// What happens to records beyond the capacity. Default: as the class has it,
    /// [`OverflowPolicy::Block`] mostly.
    #[must_use]
    pub const fn with_overflow(mut self, overflow: OverflowPolicy) -> Self {
        self.queue.overflow = Some(overflow);
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

    /// Whether the parameters are in their ranges; opens nothing.
    pub(crate) fn check(&self, parts: &Parts) -> Result<(), Error> {
        self.kind.as_ref().map_or(Ok(()), |kind| kind.check(parts))
    }

    /// Makes the handler, and opens its file; `None` if nothing says of which class it is.
    pub(crate) fn build(&self, parts: &Parts) -> Option<Result<Arc<Handler>, Error>> {
        self.kind.as_ref().map(|kind| kind.build(parts))
    }

    /// The level that it has in the end.
    pub(crate) fn effective_level(&self) -> Level {
        let is_null = matches!(self.kind, Some(HandlerKind::Null(_)));
        self.level.unwrap_or(if is_null { Level::OFF } else { Level::NOTSET })
    }

    /// The ids of the handlers that it passes records on to.
    pub(crate) fn targets(&self) -> &[String] {
        self.kind.as_ref().map_or(&[], HandlerKind::targets)
    }

    /// What it has of the queue that its class does not have.
    pub(crate) fn unused_queue(&self) -> Vec<(&'static str, bool)> {
        let (queue, none) = (&self.queue, QueueConfig::default());
        if self.kind.as_ref().is_none_or(|kind| kind.class().writes()) {
            return Vec::new();
        }
        vec![
            ("capacity", queue.capacity != none.capacity),
            ("overflow", queue.overflow != none.overflow),
            ("delivery", queue.delivery != none.delivery),
            ("flush_level", queue.flush_level != none.flush_level),
            ("stall_limit", queue.stall_limit != none.stall_limit),
            ("formatter", self.formatter.is_some()),
        ]
    }

    /// Whether a handler made by the other becomes one made by this by changes of what can be
    /// changed: level, formatter, filters.
    pub(crate) fn is_made_as(&self, other: &Self) -> bool {
        self.kind == other.kind && self.queue == other.queue
    }
}

impl QueueConfig {
    const DEFAULT: Self = Self {
        capacity: 4 << 20,
        overflow: None,
        delivery: None,
        flush_level: Level::ERROR,
        stall_limit: Duration::from_secs(30),
    };
}

impl Default for QueueConfig {
    fn default() -> Self {
        Self::DEFAULT
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
        let class = fields.read("class", Some(None::<Class>), problems);
        if problems.is_incomplete(place) {
            // Which keys there may be is not known.
            return None;
        }
        let level = fields.read("level", Some(None), problems);
        let formatter = fields.read("formatter", Some(None), problems);
        let filters = fields.read("filters", Some(Vec::new()), problems);
        let queue = match class {
            Some(Some(class)) if !class.writes() => Some(QueueConfig::DEFAULT),
            _ => QueueConfig::read_fields(&mut fields, problems),
        };
        let kind = match class? {
            Some(class) => Some(HandlerKind::read_fields(class, &mut fields, problems)?),
            None => None,
        };
        let what = if kind.is_some() { "key" } else { "key of a handler without `class`" };
        fields.finish_as(what, problems);
        Some(Self { kind, level: level?, formatter: formatter?, filters: filters?, queue: queue? })
    }

    fn absent() -> Option<Self> {
        let queue = QueueConfig::DEFAULT;
        Some(Self { kind: None, level: None, formatter: None, filters: Vec::new(), queue })
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
        if self.kind.as_ref().is_none_or(|kind| kind.class().writes()) {
            self.queue.write_fields(&mut table);
        }
        Some(Kind::Table(table))
    }
}
