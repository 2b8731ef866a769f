//! What a handler's configuration says and names, found.

use std::sync::Arc;

use femto_core::{Filter, Level};

use super::QueueConfig;
use crate::Handler;
use crate::formatter::Formatter;
use crate::handler::Options;

/// What every class of handlers is made of.
#[derive(Clone, Default)]
pub(crate) struct Parts {
    pub(crate) level: Option<Level>,
    /// The default if it names none.
    pub(crate) formatter: Option<Arc<dyn Formatter>>,
    pub(crate) filters: Vec<Arc<dyn Filter>>,
    pub(crate) queue: QueueConfig,
    /// The handlers that it passes records on to.
    pub(crate) targets: Vec<Arc<Handler>>,
}

impl Parts {
    pub(crate) fn formatter_or_default(&self) -> Arc<dyn Formatter> {
        self.formatter.clone().unwrap_or_else(|| Options::default().formatter)
    }

    /// Sets what all builders have.
    pub(super) fn set(&self, options: &mut Options) {
        options.level = self.level.unwrap_or(Level::NOTSET);
        options.filters.clone_from(&self.filters);
        options.capacity = self.queue.capacity;
        options.overflow = self.queue.overflow.unwrap_or(options.overflow);
        options.flush_level = self.queue.flush_level;
        options.stall_limit = self.queue.stall_limit;
        options.delivery = self.queue.delivery.unwrap_or(options.delivery);
        if let Some(formatter) = &self.formatter {
            options.formatter = formatter.clone();
        }
    }
}

/// A class whose handler is what a builder with the common options makes.
macro_rules! by_builder {
    () => {
        fn check(&self, parts: &crate::config::handler::Parts) -> Result<(), crate::Error> {
            let mut builder = self.builder(parts);
            parts.set(builder.options_mut());
            builder.check()
        }

        fn build(
            &self,
            parts: &crate::config::handler::Parts,
        ) -> Result<std::sync::Arc<crate::Handler>, crate::Error> {
            let mut builder = self.builder(parts);
            parts.set(builder.options_mut());
            femto_core::HandlerBuilderTrait::build(builder)
        }
    };
}
pub(super) use by_builder;
