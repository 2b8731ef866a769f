//! A handler that writes to a sink of the application's own.

use std::io;
use std::sync::Arc;

use super::{Handler, Options, handler_builder, option_setters};
use crate::Error;
use crate::sink::{FunctionOpener, Open, Sink};

/// Builds a handler that writes to a sink of the application's own.
///
/// | parameter | default | |
/// |---|---|---|
/// | `delay` | false | whether the sink is opened only at the first record |
/// | `level`, `formatter`, `filter`, `capacity`, `overflow`, `delivery`, `flush_level`, `stall_limit`, `error_handler` | | as their methods say |
///
/// # Examples
/// ```
/// use femto_std::{Manager, handlers::SinkHandlerBuilder, sink::Sink, warn};
/// use std::{io, sync::{Arc, Mutex}, time::Duration};
///
/// struct Longest(Arc<Mutex<String>>);
///
/// impl Sink for Longest {
///     fn write(&mut self, block: &[u8]) -> io::Result<usize> {
///         let text = String::from_utf8_lossy(block);
///         let line = text.lines().max_by_key(|line| line.len());
///         *self.0.lock().unwrap() = line.unwrap_or_default().to_owned();
///         Ok(block.len())
///     }
///     fn flush(&mut self) -> io::Result<()> {
///         Ok(())
///     }
/// }
///
/// let longest = Arc::new(Mutex::new(String::new()));
/// let kept = longest.clone();
/// let handler = SinkHandlerBuilder::from_fn("longest", move || Ok(Longest(kept.clone()))).build()?;
/// Manager::global().root().add_handler(handler.clone());
///
/// warn!("it is getting warm");
/// handler.flush(Duration::from_secs(5))?;
/// assert!(longest.lock().unwrap().ends_with("it is getting warm"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
#[must_use = "a builder does nothing until `build` is called"]
pub struct SinkHandlerBuilder {
    opener: Arc<dyn Open>,
    delay: bool,
    options: Options,
}

impl SinkHandlerBuilder {
    /// A handler for the sink that `opener` opens.
    pub fn new(opener: impl Open + 'static) -> Self {
        Self { opener: Arc::new(opener), delay: false, options: Options::default() }
    }

    /// A handler for the sink that `open` opens: when the handler is built, and anew when it is
    /// reopened, and in a forked child. The name is for error texts. The sink gets a worker of its
    /// own, as one that may stall.
    pub fn from_fn<S: Sink + 'static>(
        name: impl Into<String>,
        open: impl Fn() -> io::Result<S> + Send + Sync + 'static,
    ) -> Self {
        Self::new(FunctionOpener::new(name.into(), open))
    }

    /// Whether the sink is opened only at the first record. Default: false.
    pub fn with_delay(mut self, delay: bool) -> Self {
        self.delay = delay;
        self
    }

    option_setters!();

    fn make(self) -> Result<Handler, Error> {
        self.options.check()?;
        let name = self.opener.name();
        Handler::new(Box::new(self.opener), self.delay, self.options)
            .map_err(|source| Error::OpenSink { name, source })
    }
}

handler_builder! {
    /// [`Error::OpenSink`] if the sink cannot be opened, [`Error::CheckParameter`].
    SinkHandlerBuilder
}
