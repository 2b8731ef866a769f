//! Handlers that pass records on to other handlers, rather than writing.
//!
//! Their levels and filters are applied on the *collector*, which then gives the record to the
//! others, or keeps it.

use core::time::Duration;
use std::io;
use std::sync::Arc;

use femto_core::Level;

use super::Handler;
use crate::sink::{Open, Sink};

/// Where a handler passes records on to, and when.
#[derive(Clone)]
pub(crate) struct Relay {
    pub(crate) targets: Vec<Arc<Handler>>,
    /// `None`: at once.
    pub(crate) memory: Option<Memory>,
}

/// What a memory handler keeps, and when it passes it on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Memory {
    /// Records kept at most.
    pub(crate) capacity: usize,
    /// Bytes kept at most, one record excepted.
    pub(crate) byte_capacity: usize,
    pub(crate) flush_level: Level,
    pub(crate) flush_when_full: bool,
    pub(crate) flush_on_close: bool,
}

impl Relay {
    /// The lowest level that a record may have to reach anybody.
    pub(super) fn threshold(&self) -> Level {
        match self.memory {
            Some(_) => Level::NOTSET,
            None => {
                self.targets.iter().map(|target| target.threshold()).min().unwrap_or(Level::OFF)
            }
        }
    }

    pub(super) fn flush_level(&self) -> Level {
        let target = self.targets.iter().map(|target| target.flush_level()).min();
        match self.memory {
            Some(memory) => memory.flush_level,
            None => target.unwrap_or(Level::OFF),
        }
    }

    /// How long callers wait for room: the strictest policy of the targets; `None` is for ever.
    pub(super) fn patience(&self) -> Option<Duration> {
        let patiences = self.targets.iter().map(|target| target.patience());
        patiences.reduce(|one, other| Some(one?.max(other?))).unwrap_or(Some(Duration::ZERO))
    }
}

/// Opens nothing: a relay writes nothing itself.
#[derive(Debug)]
pub(super) struct RelayOpener(pub(super) String);

impl Open for RelayOpener {
    fn open(&self, _again: bool) -> io::Result<Box<dyn Sink>> {
        Ok(Box::new(io::sink()))
    }

    fn name(&self) -> String {
        self.0.clone()
    }

    fn may_stall(&self) -> bool {
        false
    }
}

/// The setters of builders whose handlers pass records on, for their field `options`.
macro_rules! relay_setters {
    () => {
        $crate::handler::choice_setters!();

        /// Who is told if a filter panics. Default: standard error.
        pub fn with_error_handler(
            mut self,
            error_handler: impl $crate::ErrorHandler + 'static,
        ) -> Self {
            self.options.error_handler = Some(std::sync::Arc::new(error_handler));
            self
        }
    };
}
pub(super) use relay_setters;
