//! A handler that appends to a file.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use femto_core::HandlerBuilderTrait;

use super::{Handler, Options, option_setters};
use crate::Error;
use crate::sink::FileOpener;

/// Builds a handler that writes to a file.
///
/// | parameter | default | |
/// |---|---|---|
/// | `append` | true | whether what is in the file stays |
/// | `delay` | false | whether the file is opened only at the first record |
/// | `level`, `formatter`, `filter`, `capacity`, `overflow`, `delivery`, `flush_level`, `stall_limit`, `error_handler` | | as their methods say |
///
/// # Examples
/// ```
/// use femto_std::{handlers::FileHandlerBuilder, HandlerBuilderTrait, Level, Manager, info};
///
/// let path = std::env::temp_dir().join("femto-file-handler.log");
/// let handler = FileHandlerBuilder::new(&path).with_append(false).build()?;
/// let logger = Manager::global().get_logger("app");
/// logger.add_handler(handler.clone());
/// logger.set_level(Level::INFO);
///
/// info!(logger: logger, "started with {} workers", 4);
///
/// handler.flush(std::time::Duration::from_secs(5))?;
/// assert!(std::fs::read_to_string(&path)?.ends_with(" INFO     app: started with 4 workers\n"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
#[must_use = "a builder does nothing until `build` is called"]
pub struct FileHandlerBuilder {
    path: PathBuf,
    append: bool,
    delay: bool,
    options: Options,
}

impl FileHandlerBuilder {
    /// A handler for the file at `path`; it is created if it is not there.
    pub fn new(path: impl AsRef<Path>) -> Self {
        Self {
            path: path.as_ref().to_owned(),
            append: true,
            delay: false,
            options: Options::default(),
        }
    }

    /// Whether what is in the file stays. Default: true.
    pub fn with_append(mut self, append: bool) -> Self {
        self.append = append;
        self
    }

    /// Whether the file is opened only at the first record. Default: false.
    pub fn with_delay(mut self, delay: bool) -> Self {
        self.delay = delay;
        self
    }

    option_setters!();
}

/// # Errors
/// [`Error::OpenFile`] if the file cannot be opened for writing, [`Error::CheckParameter`].
impl HandlerBuilderTrait for FileHandlerBuilder {
    type Handler = Handler;
    type Shared = Arc<Handler>;
    type Error = Error;

    fn build_inner(self) -> Result<Handler, Error> {
        self.options.check()?;
        // A relative path keeps its meaning when the working directory changes.
        let path = std::path::absolute(&self.path).unwrap_or(self.path);
        let opener = FileOpener { path: path.clone(), append: self.append };
        Handler::new(Box::new(opener), self.delay, self.options)
            .map_err(|source| Error::OpenFile { path, source })
    }

    fn build(self) -> Result<Arc<Handler>, Error> {
        self.build_inner().map(Arc::new)
    }
}
