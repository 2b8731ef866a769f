//! What all handlers have in common.

use core::fmt;
use core::time::Duration;
use std::sync::Arc;

use femto_core::{Filter, Level};

use super::{Delivery, ErrorHandler, OverflowPolicy};
use crate::Error;
use crate::formatter::{self, ConsoleStyle, Formatter};

/// The parameters that every handler builder takes.
#[derive(Clone)]
pub(crate) struct Options {
    pub(crate) level: Level,
    pub(crate) formatter: Arc<dyn Formatter>,
    /// What a console's formatter is to mind.
    pub(crate) console: Option<ConsoleStyle>,
    pub(crate) filters: Vec<Arc<dyn Filter>>,
    pub(crate) capacity: usize,
    pub(crate) overflow: OverflowPolicy,
    pub(crate) delivery: Delivery,
    pub(crate) flush_level: Level,
    pub(crate) stall_limit: Duration,
    /// `None` is standard error.
    pub(crate) error_handler: Option<Arc<dyn ErrorHandler>>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            level: Level::NOTSET,
            formatter: formatter::usual(),
            console: None,
            filters: Vec::new(),
            capacity: 4 << 20,
            overflow: OverflowPolicy::default(),
            delivery: Delivery::default(),
            flush_level: Level::ERROR,
            stall_limit: Duration::from_secs(30),
            error_handler: None,
        }
    }
}

impl Options {
    pub(crate) fn check(&self) -> Result<(), Error> {
        if self.capacity < MIN_CAPACITY {
            return Err(Error::CheckParameter {
                name: "capacity",
                value: self.capacity.to_string(),
                allowed: "at least 4096 bytes",
            });
        }
        Ok(())
    }
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options")
            .field("level", &self.level)
            .field("capacity", &self.capacity)
            .field("overflow", &self.overflow)
            .field("delivery", &self.delivery)
            .finish_non_exhaustive()
    }
}

/// The setters of which records a handler takes, for its builder's field `options`.
macro_rules! choice_setters {
    () => {
        /// Records below it are not taken. Default: [`Level::NOTSET`](femto_core::Level::NOTSET), all
        /// are.
        pub fn with_level(mut self, level: femto_core::Level) -> Self {
            self.options.level = level;
            self
        }

        /// Adds a filter. Default: none.
        pub fn with_filter(mut self, filter: std::sync::Arc<dyn femto_core::Filter>) -> Self {
            self.options.filters.push(filter);
            self
        }
    };
}
pub(crate) use choice_setters;

/// The setters that every handler builder has, for its field `options`.
macro_rules! option_setters {
    () => {
        $crate::handler::choice_setters!();

        /// What makes lines of records. Default: `%(asctime)s %(levelname)-8s %(name)s: %(message)s`.
        pub fn with_formatter(
            mut self,
            formatter: std::sync::Arc<dyn $crate::formatter::Formatter>,
        ) -> Self {
            self.options.formatter = formatter;
            self
        }

        /// Bytes that may wait to be written, at least 4096. Default: 4 MiB. Lines are handed over in
        /// blocks of up to 64 KiB, so as much more may wait.
        pub fn with_capacity(mut self, bytes: usize) -> Self {
            self.options.capacity = bytes;
            self
        }

        /// What happens to records beyond the capacity. Default:
        /// [`OverflowPolicy::Block`](crate::OverflowPolicy::Block), for sockets
        /// [`OverflowPolicy::DropNewest`](crate::OverflowPolicy::DropNewest).
        pub fn with_overflow(mut self, overflow: $crate::OverflowPolicy) -> Self {
            self.options.overflow = overflow;
            self
        }

        /// Who writes. Default: [`Delivery::Queued`](crate::Delivery::Queued).
        pub fn with_delivery(mut self, delivery: $crate::Delivery) -> Self {
            self.options.delivery = delivery;
            self
        }

        /// For what is configured by id.
        #[allow(dead_code, reason = "not every handler can be configured by id")]
        pub(crate) fn options_mut(&mut self) -> &mut $crate::handler::Options {
            &mut self.options
        }

        /// Records at or above it are written at once rather than within milliseconds. Default:
        /// [`Level::ERROR`](femto_core::Level::ERROR).
        pub fn with_flush_level(mut self, level: femto_core::Level) -> Self {
            self.options.flush_level = level;
            self
        }

        /// How long its sink may fail, or a write not return, before callers no longer wait for it,
        /// whatever the policy: records beyond the capacity are dropped and counted until it works
        /// again. Default: 30 seconds.
        pub fn with_stall_limit(mut self, limit: core::time::Duration) -> Self {
            self.options.stall_limit = limit;
            self
        }

        /// Who is told what goes wrong: a sink that fails, records that cannot be formatted. Default:
        /// standard error, a line in five seconds at most.
        pub fn with_error_handler(
            mut self,
            error_handler: impl $crate::ErrorHandler + 'static,
        ) -> Self {
            self.options.error_handler = Some(std::sync::Arc::new(error_handler));
            self
        }
    };
}
pub(crate) use option_setters;

/// A block of a queue is never smaller than a page.
const MIN_CAPACITY: usize = 4096;
