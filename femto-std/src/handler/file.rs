//! A handler that appends to a file.

use std::path::{Path, PathBuf};

use super::{Handler, Options, handler_builder, option_setters};
use crate::Error;
use crate::sink::{FileOpener, FileOptions};

/// Builds a handler that writes to a file.
///
/// | parameter | default | |
/// |---|---|---|
/// | `append` | true | whether what is in the file stays |
/// | `watch` | false | whether a file that was moved away or deleted is opened anew |
/// | `delay` | false | whether the file is opened only at the first record |
/// | `mode` | 0o666 without the process's mask | permissions of a file that is created |
/// | `create_parents` | false | whether missing folders are made |
/// | `sync` | false | whether a flush waits for the disk |
/// | `level`, `formatter`, `filter`, `capacity`, `overflow`, `delivery`, `flush_level`, `stall_limit`, `error_handler` | | as their methods say |
///
/// # Examples
/// ```
/// use femto_std::{handlers::FileHandlerBuilder, Level, Manager, info};
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
///
/// A file that `logrotate` looks after, readable by its group:
/// ```
/// use femto_std::handlers::FileHandlerBuilder;
///
/// # let folder = std::env::temp_dir().join(format!("femto-watched-{}", std::process::id()));
/// let handler = FileHandlerBuilder::new(folder.join("app.log"))
///     .with_create_parents(true)
///     .with_permissions(0o640)
///     .with_watch(true)
///     .build()?;
/// # drop(handler);
/// # std::fs::remove_dir_all(&folder)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
#[must_use = "a builder does nothing until `build` is called"]
pub struct FileHandlerBuilder {
    path: PathBuf,
    append: bool,
    watch: bool,
    delay: bool,
    file: FileOptions,
    options: Options,
}

impl FileHandlerBuilder {
    /// A handler for the file at `path`; it is created if it is not there.
    pub fn new(path: impl AsRef<Path>) -> Self {
        Self {
            path: path.as_ref().to_owned(),
            append: true,
            watch: false,
            delay: false,
            file: FileOptions::default(),
            options: Options::default(),
        }
    }

    /// Whether what is in the file stays. Default: true.
    pub fn with_append(mut self, append: bool) -> Self {
        self.append = append;
        self
    }

    /// Whether a file that was moved away or deleted is opened anew, by its name: for rotation from
    /// outside, as Python's `WatchedFileHandler`. Default: false.
    ///
    /// The name is looked up before each write (a system call for each block of lines). What is
    /// written while another program moves the file goes to the moved file; have `logrotate` wait with
    /// its compression (`delaycompress`). With `copytruncate` there is nothing to watch, and what is
    /// written between its copying and its truncating is lost by it.
    pub fn with_watch(mut self, watch: bool) -> Self {
        self.watch = watch;
        self
    }

    file_setters!(file);
    option_setters!();

    /// Whether the parameters are in their ranges; opens nothing.
    pub(crate) fn check(&self) -> Result<(), Error> {
        self.options.check()?;
        self.file.check()
    }

    fn make(self) -> Result<Handler, Error> {
        self.check()?;
        let path = absolute(self.path);
        let opener = FileOpener {
            path: path.clone(),
            append: self.append,
            watch: self.watch,
            options: self.file,
        };
        Handler::new(Box::new(opener), self.delay, self.options)
            .map_err(|source| Error::OpenFile { path, source })
    }
}

handler_builder! {
    /// [`Error::OpenFile`] if the file cannot be opened for writing, [`Error::CheckParameter`].
    FileHandlerBuilder
}

/// A relative path keeps its meaning when the working directory changes.
pub(super) fn absolute(path: PathBuf) -> PathBuf {
    std::path::absolute(&path).unwrap_or(path)
}

impl FileOptions {
    pub(super) fn check(&self) -> Result<(), Error> {
        match self.mode {
            Some(mode) if mode & !0o777 != 0 || mode & 0o200 == 0 => Err(Error::CheckParameter {
                name: "permissions",
                value: format!("{mode:#o}"),
                allowed: "0o200 to 0o777, with the owner's permission to write (0o200)",
            }),
            _ => Ok(()),
        }
    }
}

/// The setters that every builder of a file has, for its field `delay` and the one of the file's options.
macro_rules! file_setters {
    ($($file:ident).+) => {
        /// Whether the file is opened only at the first record. Default: false.
        pub fn with_delay(mut self, delay: bool) -> Self {
            self.delay = delay;
            self
        }

        /// Permissions of a file that is created, whatever the process's mask: 0o200 to 0o777, and the
        /// owner must be allowed to write. Default: 0o666 without the bits of the mask.
        pub fn with_permissions(mut self, mode: u32) -> Self {
            self.$($file).+.mode = Some(mode);
            self
        }

        /// Whether missing folders are made, also when they vanish later. Default: false.
        pub fn with_create_parents(mut self, create: bool) -> Self {
            self.$($file).+.create_parents = create;
            self
        }

        /// Whether a flush, and so the end of the program, waits until the disk has the lines, rather
        /// than the operating system. Default: false.
        pub fn with_sync(mut self, sync: bool) -> Self {
            self.$($file).+.sync = sync;
            self
        }
    };
}
pub(super) use file_setters;
