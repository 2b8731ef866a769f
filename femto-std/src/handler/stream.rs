//! A handler that writes to standard output or standard error.

use std::sync::Arc;

use femto_core::HandlerBuilderTrait;

use super::{Delivery, Handler, Options, option_setters};
use crate::Error;
use crate::sink::StreamOpener;

/// Builds a handler that writes to standard output or standard error.
///
/// A terminal is written directly, so that lines keep their place between prompts and other output;
/// a pipe or a file is queued, unless told otherwise.
///
/// | parameter | default | |
/// |---|---|---|
/// | `delivery` | direct on a terminal, else queued | who writes |
/// | `level`, `formatter`, `filter`, `capacity`, `overflow`, `flush_level`, `stall_limit`, `error_handler` | | as their methods say |
#[derive(Clone, Debug)]
#[must_use = "a builder does nothing until `build` is called"]
pub struct StreamHandlerBuilder {
    opener: StreamOpener,
    options: Options,
}

impl StreamHandlerBuilder {
    /// A handler for standard output.
    pub fn stdout() -> Self {
        Self::new(StreamOpener::Stdout)
    }

    /// A handler for standard error.
    pub fn stderr() -> Self {
        Self::new(StreamOpener::Stderr)
    }

    fn new(opener: StreamOpener) -> Self {
        let delivery = if opener.is_terminal() { Delivery::Direct } else { Delivery::Queued };
        Self { opener, options: Options { delivery, ..Options::default() } }
    }

    option_setters!();
}

/// # Errors
/// [`Error::OpenStream`] if the stream is closed, [`Error::CheckParameter`].
impl HandlerBuilderTrait for StreamHandlerBuilder {
    type Handler = Handler;
    type Shared = Arc<Handler>;
    type Error = Error;

    fn build_inner(self) -> Result<Handler, Error> {
        self.options.check()?;
        let name = self.opener.stream();
        Handler::new(Box::new(self.opener), false, self.options)
            .map_err(|source| Error::OpenStream { name, source })
    }

    fn build(self) -> Result<Arc<Handler>, Error> {
        self.build_inner().map(Arc::new)
    }
}
