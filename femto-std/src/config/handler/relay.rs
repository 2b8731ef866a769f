//! Handlers that pass records on, or take none.

use core::slice;
use std::sync::Arc;

use femto_core::Level;

use super::kind::MakesHandler;
use super::parts::Parts;
use crate::config::section::section;
use crate::handlers::{FanOutHandlerBuilder, MemoryHandlerBuilder, NullHandlerBuilder};
use crate::{Error, Handler};

section! {
    /// A handler that keeps the last records, and passes them on when something goes wrong: class
    /// `memory`, Python's `logging.handlers.MemoryHandler`.
    MemoryConfig {
        /// Id of the handler that records are passed on to.
        target: String;
        /// How many records are kept, at least 1. Default: 1,000.
        capacity: u32 = 1000, set by with_capacity;
        /// How many bytes are kept; one record is, however large. Default: 4 MiB.
        byte_capacity: usize = 4 << 20, set by with_byte_capacity;
        /// A record at or above it has everything passed on. Default: [`Level::ERROR`].
        flush_level: Level = Level::ERROR, set by with_flush_level;
        /// Whether everything is passed on when the capacity is reached, rather than the oldest
        /// record giving way. Default: false (Python's handler does).
        flush_when_full: bool = false, set by with_flush_when_full;
        /// Whether everything is passed on when the handler is closed, and at shutdown. Default:
        /// false (Python's handler does).
        flush_on_close: bool = false, set by with_flush_on_close;
    }
}

section! {
    /// A handler that passes its records on to several others: class `fan_out`.
    FanOutConfig {
        /// Ids of the handlers that records are passed on to.
        targets: Vec<String>;
    }
}

section! {
    /// A handler that takes nothing: class `null`, Python's `logging.NullHandler`. With a level, it
    /// counts what it takes.
    NullConfig {}
}

impl MemoryConfig {
    /// Keeps records for the handler of an id.
    pub fn new(target: impl Into<String>) -> Self {
        Self {
            target: target.into(),
            capacity: 1000,
            byte_capacity: 4 << 20,
            flush_level: Level::ERROR,
            flush_when_full: false,
            flush_on_close: false,
        }
    }
}

impl FanOutConfig {
    /// Passes records on to the handlers of these ids.
    pub fn new<I: Into<String>>(targets: impl IntoIterator<Item = I>) -> Self {
        Self { targets: targets.into_iter().map(Into::into).collect() }
    }
}

impl NullConfig {
    /// Takes nothing.
    #[must_use]
    pub const fn new() -> Self {
        Self {}
    }
}

impl Default for NullConfig {
    fn default() -> Self {
        Self::new()
    }
}

impl MakesHandler for MemoryConfig {
    const WRITES: bool = false;

    fn check(&self, _parts: &Parts) -> Result<(), Error> {
        MemoryHandlerBuilder::check_capacity(self.capacity as usize)
    }

    fn build(&self, parts: &Parts) -> Result<Arc<Handler>, Error> {
        // That its target is there was looked at before.
        let Some(target) = parts.targets.first() else { return NullConfig {}.build(parts) };
        let mut builder = MemoryHandlerBuilder::new(target.clone())
            .with_capacity(self.capacity as usize)
            .with_byte_capacity(self.byte_capacity)
            .with_flush_level(self.flush_level)
            .with_flush_when_full(self.flush_when_full)
            .with_flush_on_close(self.flush_on_close)
            .with_level(parts.level.unwrap_or(Level::NOTSET));
        for filter in &parts.filters {
            builder = builder.with_filter(filter.clone());
        }
        builder.build()
    }

    fn targets(&self) -> (&'static str, &[String]) {
        ("target", slice::from_ref(&self.target))
    }
}

impl MakesHandler for FanOutConfig {
    const WRITES: bool = false;

    fn check(&self, _parts: &Parts) -> Result<(), Error> {
        match self.targets.is_empty() {
            true => Err(Error::CheckParameter {
                name: "targets",
                value: "[]".to_owned(),
                allowed: "one handler at least",
            }),
            false => Ok(()),
        }
    }

    fn build(&self, parts: &Parts) -> Result<Arc<Handler>, Error> {
        let mut builder = FanOutHandlerBuilder::new(parts.targets.iter().cloned())
            .with_level(parts.level.unwrap_or(Level::NOTSET));
        for filter in &parts.filters {
            builder = builder.with_filter(filter.clone());
        }
        builder.build()
    }

    fn targets(&self) -> (&'static str, &[String]) {
        ("targets", &self.targets)
    }
}

impl MakesHandler for NullConfig {
    const WRITES: bool = false;

    fn check(&self, _parts: &Parts) -> Result<(), Error> {
        Ok(())
    }

    fn build(&self, parts: &Parts) -> Result<Arc<Handler>, Error> {
        NullHandlerBuilder::new().with_level(parts.level.unwrap_or(Level::OFF)).build()
    }
}
