//! A handler that takes nothing.

use std::io;

use femto_core::Level;

use super::{Handler, Options, handler_builder};
use crate::Error;
use crate::sink::FunctionOpener;

/// Builds a handler that takes no records, and costs their callers nothing: its level is
/// [`Level::OFF`].
///
/// With another level set ([`Handler::set_level`], [`with_level`](Self::with_level)) it formats and
/// counts records, and throws the lines away.
///
/// # Examples
/// ```
/// use femto_std::{Level, Manager, handlers::NullHandlerBuilder};
///
/// let logger = Manager::global().get_logger("library");
/// logger.add_handler(NullHandlerBuilder::new().build()?);
/// logger.set_propagate(false);
/// assert!(!logger.is_enabled(Level::CRITICAL));
/// # Ok::<(), femto_std::Error>(())
/// ```
#[derive(Clone, Debug)]
#[must_use = "a builder does nothing until `build` is called"]
pub struct NullHandlerBuilder {
    level: Level,
}

impl NullHandlerBuilder {
    /// A handler that takes nothing.
    pub const fn new() -> Self {
        Self { level: Level::OFF }
    }

    /// Records at or above it are taken, formatted, counted, and thrown away. Default:
    /// [`Level::OFF`], none are.
    pub const fn with_level(mut self, level: Level) -> Self {
        self.level = level;
        self
    }
}

impl Default for NullHandlerBuilder {
    fn default() -> Self {
        Self::new()
    }
}

impl NullHandlerBuilder {
    fn make(self) -> Result<Handler, Error> {
        let opener = FunctionOpener::new("null".to_owned(), || Ok(io::sink()));
        let options = Options { level: self.level, ..Options::default() };
        Handler::new(Box::new(opener), true, options)
            .map_err(|source| Error::OpenSink { name: "null".to_owned(), source })
    }
}

handler_builder! {
    /// None.
    NullHandlerBuilder
}
