//! A handler that begins a new file when the one there is gets too large.

use std::path::Path;

use super::file::{absolute, file_setters};
use super::{Handler, Options, handler_builder, option_setters};
use crate::Error;
use crate::sink::{Retention, Rotation};

/// Builds a handler that writes to a file of limited size, as Python's `RotatingFileHandler`: before a
/// record would make `app.log` as large as `max_bytes`, that file becomes `app.log.1`, the `app.log.1`
/// there was becomes `app.log.2`, and so on, and a new `app.log` begins.
///
/// | parameter | default | |
/// |---|---|---|
/// | `max_bytes` | 10 MiB | how large the file may get |
/// | `backup_count` | 5 | how many rotated files are kept |
/// | `max_age`, `max_total_bytes` | no limit | how old they may get, how large all of them together |
/// | `compression` | none | how they are compressed |
/// | `delay`, `mode`, `create_parents`, `sync` | | as for a [`FileHandlerBuilder`](super::FileHandlerBuilder) |
/// | `level`, `formatter`, `filter`, `capacity`, `overflow`, `delivery`, `flush_level`, `stall_limit`, `error_handler` | | as their methods say |
///
/// A record is never split, whatever its message; one that is larger than `max_bytes` has a file of its
/// own. A file that somebody moves away or deletes is opened anew. Where `app.log` is a symbolic link, the
/// file that it points to is rolled over, and the old ones are beside that.
///
/// Several processes may write to the same file, each with such a handler of the same parameters: one
/// of them rolls over, no record is lost, and none is torn. (They agree by `flock` on the log file; on a
/// file system without such locks only one process may write.) When a rollover fails, lines go on into
/// the old file, the error is reported, and it is tried again a second later.
///
/// # Examples
/// ```
/// use femto_std::{handlers::RotatingFileHandlerBuilder, Level, Manager, info};
///
/// # let folder = std::env::temp_dir().join(format!("femto-rotating-{}", std::process::id()));
/// # std::fs::create_dir_all(&folder)?;
/// let path = folder.join("app.log");
/// let handler = RotatingFileHandlerBuilder::new(&path)
///     .with_max_bytes(1000)
///     .with_backup_count(3)
///     .build()?;
/// let logger = Manager::global().get_logger("rotating");
/// logger.add_handler(handler.clone());
/// logger.set_level(Level::INFO);
///
/// for i in 0..100 {
///     info!(logger: logger, "record {i}");
/// }
///
/// handler.flush(std::time::Duration::from_secs(5))?;
/// assert!(std::fs::metadata(&path)?.len() < 1000);
/// assert!(folder.join("app.log.3").exists() && !folder.join("app.log.4").exists());
/// # std::fs::remove_dir_all(&folder)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
#[must_use = "a builder does nothing until `build` is called"]
pub struct RotatingFileHandlerBuilder {
    rotation: Rotation,
    delay: bool,
    options: Options,
}

impl RotatingFileHandlerBuilder {
    /// A handler for the file at `path`; it is created if it is not there.
    pub fn new(path: impl AsRef<Path>) -> Self {
        let mut rotation = Rotation::new(path.as_ref());
        rotation.max_bytes = 10 << 20;
        rotation.retention.count = Some(5);
        Self { rotation, delay: false, options: Options::default() }
    }

    /// The size in bytes that the file does not reach; 0 is no limit. Default: 10 MiB.
    pub fn with_max_bytes(mut self, bytes: u64) -> Self {
        self.rotation.max_bytes = bytes;
        self
    }

    /// How many rotated files are kept, at least 1; the oldest go first. Default: 5.
    pub fn with_backup_count(mut self, count: usize) -> Self {
        self.rotation.retention.count = Some(count);
        self
    }

    rotation_setters!();
    file_setters!(rotation.file);
    option_setters!();

    /// Whether the parameters are in their ranges; opens nothing.
    pub(crate) fn check(&self) -> Result<(), Error> {
        check(&self.rotation, &self.options)
    }

    fn make(self) -> Result<Handler, Error> {
        build(self.rotation, self.delay, self.options)
    }
}

handler_builder! {
    /// [`Error::OpenFile`] if the file cannot be opened for writing, [`Error::CheckParameter`].
    RotatingFileHandlerBuilder
}

/// Makes a handler for a file that is rolled over.
pub(super) fn build(
    mut rotation: Rotation,
    delay: bool,
    options: Options,
) -> Result<Handler, Error> {
    check(&rotation, &options)?;
    rotation.path = absolute(rotation.path);
    // The link stays, and what it points to is rolled over.
    if rotation.path.is_symlink() {
        rotation.path = rotation.path.canonicalize().unwrap_or(rotation.path);
    }
    let path = rotation.path.clone();
    Handler::new(Box::new(rotation), delay, options)
        .map_err(|source| Error::OpenFile { path, source })
}

pub(super) fn check(rotation: &Rotation, options: &Options) -> Result<(), Error> {
    options.check()?;
    rotation.file.check()?;
    let Retention { count, max_age, max_total_bytes } = &rotation.retention;
    for (name, is_zero, allowed) in [
        ("backup_count", *count == Some(0), "at least 1"),
        ("max_age", max_age.is_some_and(|age| age.is_zero()), "more than nothing"),
        ("max_total_bytes", *max_total_bytes == Some(0), "at least 1"),
    ] {
        if is_zero {
            return Err(Error::CheckParameter { name, value: "0".to_owned(), allowed });
        }
    }
    match rotation.compression {
        Some(compression) if !compression.is_available() => Err(Error::CheckParameter {
            name: "compression",
            value: format!("{compression:?}"),
            allowed: "what femto-std was built with: its features `gzip` and `zstd`",
        }),
        _ => Ok(()),
    }
}

/// The setters that every builder of a file that is rolled over has, for its field `rotation`.
macro_rules! rotation_setters {
    () => {
        /// How long rotated files are kept after their last line, looked at when the file is opened
        /// and at each rollover. More than zero. Default: no limit.
        pub fn with_max_age(mut self, age: core::time::Duration) -> Self {
            self.rotation.retention.max_age = Some(age);
            self
        }

        /// How many bytes all rotated files together may have, compressed or not as they are; the
        /// oldest go first. The file being written does not count. At least 1. Default: no limit.
        pub fn with_max_total_bytes(mut self, bytes: u64) -> Self {
            self.rotation.retention.max_total_bytes = Some(bytes);
            self
        }

        /// How rotated files are compressed, on a thread that nobody waits for: `app.log.1` becomes
        /// `app.log.1.gz`. What is not done when the program ends is done by the next one. Needs the
        /// crate's feature `gzip` or `zstd`. Default: they are not.
        pub fn with_compression(mut self, compression: $crate::handlers::Compression) -> Self {
            self.rotation.compression = Some(compression);
            self
        }
    };
}
pub(super) use rotation_setters;
