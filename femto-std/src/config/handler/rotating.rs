//! Handlers that begin a new file when the one there is gets too large, or its time has come.

use core::time::Duration;
use std::path::{Path, PathBuf};

use super::file::Permissions;
use super::kind::MakesHandler;
use super::parts::{Parts, by_builder};
use crate::config::section::section;
use crate::config::setting::words;
use crate::handlers::{
    Compression, RotatingFileHandlerBuilder, TimedRotatingFileHandlerBuilder, When,
};

section! {
    /// A handler for a file of limited size: class `rotating_file`, Python's
    /// `logging.handlers.RotatingFileHandler`.
    RotatingFileConfig {
        /// The file; it is created if it is not there.
        filename: PathBuf;
        /// The size in bytes that the file does not reach; 0 is no limit. Default: 10 MiB.
        max_bytes: u64 = 10 << 20, set by with_max_bytes;
        /// How many rotated files are kept, at least 1. Default: 5.
        backup_count: u32 = 5, set by with_backup_count;
        /// How long rotated files are kept. Default: no limit.
        max_age: Option<Duration>, set by with_max_age;
        /// How many bytes all rotated files together may have. Default: no limit.
        max_total_bytes: Option<u64>, set by with_max_total_bytes;
        /// How rotated files are compressed: `gzip` or `zstd`. Default: they are not.
        compression: Option<Compression>, set by with_compression;
        /// Whether the file is opened only at the first record. Default: false.
        delay: bool = false, set by with_delay;
        /// Permissions of a file that is created: see [`FileConfig`](super::FileConfig).
        permissions: Option<Permissions>, set by with_permissions;
        /// Whether missing folders are made. Default: false.
        create_parents: bool = false, set by with_create_parents;
        /// Whether a flush waits until the disk has the lines. Default: false.
        sync: bool = false, set by with_sync;
    }
}

section! {
    /// A handler that begins a new file now and then: class `timed_rotating_file`, Python's
    /// `logging.handlers.TimedRotatingFileHandler`.
    TimedRotatingFileConfig {
        /// The file; it is created if it is not there.
        filename: PathBuf;
        /// When a new file begins: `S`, `M`, `H`, `D`, `midnight`, `W0` (Monday) to `W6`. Default:
        /// every hour.
        when: When = When::Hour, set by with_when;
        /// Every so many of them, 1 to 10,000. Default: 1.
        interval: u32 = 1, set by with_interval;
        /// Whether seconds, minutes, hours and days are those of the clock. Default: false.
        aligned: bool = false, set by with_aligned;
        /// Hour, minute and second, with `midnight` or a day of the week: `"03:30"`. Default: the end
        /// of the day.
        at_time: Option<(u8, u8, u8)>, set by with_at_time;
        /// Whether days and names of files are those of UTC. Default: false.
        utc: bool = false, set by with_utc;
        /// The size in bytes that a file does not reach before its time; 0 is no limit. Default: 0.
        max_bytes: u64 = 0, set by with_max_bytes;
        /// How many rotated files are kept, at least 1. Default: all.
        backup_count: Option<u32>, set by with_backup_count;
        /// How long rotated files are kept. Default: no limit.
        max_age: Option<Duration>, set by with_max_age;
        /// How many bytes all rotated files together may have. Default: no limit.
        max_total_bytes: Option<u64>, set by with_max_total_bytes;
        /// How rotated files are compressed: `gzip` or `zstd`. Default: they are not.
        compression: Option<Compression>, set by with_compression;
        /// Whether the file is opened only at the first record. Default: false.
        delay: bool = false, set by with_delay;
        /// Permissions of a file that is created: see [`FileConfig`](super::FileConfig).
        permissions: Option<Permissions>, set by with_permissions;
        /// Whether missing folders are made. Default: false.
        create_parents: bool = false, set by with_create_parents;
        /// Whether a flush waits until the disk has the lines. Default: false.
        sync: bool = false, set by with_sync;
    }
}

words! { Compression: "gzip" => Self::Gzip, "zstd" => Self::Zstd }

/// Hands what both have to a builder.
macro_rules! common {
    ($config:expr, $builder:expr) => {{
        let mut builder = $builder
            .with_max_bytes($config.max_bytes)
            .with_delay($config.delay)
            .with_create_parents($config.create_parents)
            .with_sync($config.sync);
        if let Some(Permissions(bits)) = $config.permissions {
            builder = builder.with_permissions(bits);
        }
        if let Some(age) = $config.max_age {
            builder = builder.with_max_age(age);
        }
        if let Some(bytes) = $config.max_total_bytes {
            builder = builder.with_max_total_bytes(bytes);
        }
        if let Some(compression) = $config.compression {
            builder = builder.with_compression(compression);
        }
        builder
    }};
}

impl RotatingFileConfig {
    /// A handler for the file at `path`.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self {
            filename: path.into(),
            max_bytes: 10 << 20,
            backup_count: 5,
            max_age: None,
            max_total_bytes: None,
            compression: None,
            delay: false,
            permissions: None,
            create_parents: false,
            sync: false,
        }
    }

    fn builder(&self, _parts: &Parts) -> RotatingFileHandlerBuilder {
        let builder = RotatingFileHandlerBuilder::new(&self.filename)
            .with_backup_count(self.backup_count as usize);
        common!(self, builder)
    }
}

impl TimedRotatingFileConfig {
    /// A handler for the file at `path`.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self {
            filename: path.into(),
            when: When::Hour,
            interval: 1,
            aligned: false,
            at_time: None,
            utc: false,
            max_bytes: 0,
            backup_count: None,
            max_age: None,
            max_total_bytes: None,
            compression: None,
            delay: false,
            permissions: None,
            create_parents: false,
            sync: false,
        }
    }

    fn builder(&self, _parts: &Parts) -> TimedRotatingFileHandlerBuilder {
        let mut builder = TimedRotatingFileHandlerBuilder::new(&self.filename)
            .with_when(self.when)
            .with_interval(self.interval)
            .with_aligned(self.aligned)
            .with_utc(self.utc);
        if let Some((hour, minute, second)) = self.at_time {
            builder = builder.with_at_time(hour, minute, second);
        }
        if let Some(count) = self.backup_count {
            builder = builder.with_backup_count(count as usize);
        }
        common!(self, builder)
    }
}

impl MakesHandler for RotatingFileConfig {
    by_builder!();

    fn file(&self) -> Option<&Path> {
        Some(&self.filename)
    }
}

impl MakesHandler for TimedRotatingFileConfig {
    by_builder!();

    fn file(&self) -> Option<&Path> {
        Some(&self.filename)
    }
}
