//! Open: handlers of femto-std, made as Python's parameters say.
//!
//! Called where handlers are configured.

use core::time::Duration;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use femto_core::Level;
use femto_std::handlers::{
    FileHandlerBuilder, MemoryHandlerBuilder, RotatingFileHandlerBuilder, StreamHandlerBuilder,
    TimedRotatingFileHandlerBuilder,
};
use femto_std::{Color, Delivery, Error, Handler, OverflowPolicy};
use pyo3::exceptions::{PyOSError, PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict};

use crate::formatter::Line;

/// What every handler takes beside what says where it writes.
#[derive(Default)]
pub(super) struct Options {
    capacity: Option<usize>,
    overflow: Option<OverflowPolicy>,
    delivery: Option<Delivery>,
    flush_level: Option<Level>,
    sync: bool,
}

impl Options {
    /// Reads keyword arguments.
    ///
    /// # Errors
    /// `TypeError` for what is none of them, `ValueError` for a value that is not allowed.
    pub(super) fn read(keywords: Option<&Bound<'_, PyDict>>) -> PyResult<Self> {
        let mut options = Self::default();
        for (name, value) in keywords.into_iter().flatten() {
            match name.extract::<String>()?.as_str() {
                "capacity" => options.capacity = Some(capacity(&value)?),
                "overflow" => options.overflow = Some(overflow(&value)?),
                "delivery" => options.delivery = Some(delivery(&value)?),
                "flush_level" => options.flush_level = Some(clamp(value.extract()?)),
                "sync" => options.sync = value.is_truthy()?,
                other => {
                    let text = format!("a handler has no parameter {other}");
                    return Err(PyTypeError::new_err(text));
                }
            }
        }
        Ok(options)
    }
}

/// Gives a builder the options.
macro_rules! with_options {
    ($builder:expr, $options:expr) => {{
        let mut builder = $builder.with_formatter(Arc::new(Line::default()));
        if let Some(bytes) = $options.capacity {
            builder = builder.with_capacity(bytes);
        }
        if let Some(overflow) = $options.overflow {
            builder = builder.with_overflow(overflow);
        }
        if let Some(delivery) = $options.delivery {
            builder = builder.with_delivery(delivery);
        }
        if let Some(level) = $options.flush_level {
            builder = builder.with_flush_level(level);
        }
        builder
    }};
}

pub(super) fn file(path: PathBuf, watch: bool, options: &Options) -> PyResult<Arc<Handler>> {
    let builder = FileHandlerBuilder::new(path).with_watch(watch).with_sync(options.sync);
    with_options!(builder, options).build().map_err(to_python)
}

pub(super) fn rotating(
    path: PathBuf,
    max_bytes: u64,
    backup_count: usize,
    options: &Options,
) -> PyResult<Arc<Handler>> {
    let builder = RotatingFileHandlerBuilder::new(path)
        .with_max_bytes(max_bytes)
        .with_backup_count(backup_count)
        .with_sync(options.sync);
    with_options!(builder, options).build().map_err(to_python)
}

pub(super) fn timed(
    path: PathBuf,
    when: &str,
    interval: u32,
    backup_count: usize,
    utc: bool,
    at_time: Option<(u8, u8, u8)>,
    options: &Options,
) -> PyResult<Arc<Handler>> {
    let mut builder = TimedRotatingFileHandlerBuilder::new(path)
        .with_when(when.parse().map_err(to_python)?)
        .with_interval(interval)
        .with_utc(utc)
        .with_sync(options.sync);
    if backup_count > 0 {
        builder = builder.with_backup_count(backup_count);
    }
    if let Some((hour, minute, second)) = at_time {
        builder = builder.with_at_time(hour, minute, second);
    }
    with_options!(builder, options).build().map_err(to_python)
}

pub(super) fn stream(name: &str, options: &Options) -> PyResult<Arc<Handler>> {
    let builder = match name {
        "stdout" => StreamHandlerBuilder::stdout(),
        _ => StreamHandlerBuilder::stderr(),
    };
    // Bytes are stdlib's.
    let builder = builder.with_color(Color::Never);
    with_options!(builder, options).with_escaping(false).build().map_err(to_python)
}

pub(super) fn memory(
    target: Arc<Handler>,
    capacity: usize,
    flush_level: i64,
    flush_on_close: bool,
) -> PyResult<Arc<Handler>> {
    MemoryHandlerBuilder::new(target)
        .with_capacity(capacity)
        .with_flush_level(clamp(flush_level))
        .with_flush_when_full(true)
        .with_flush_on_close(flush_on_close)
        .build()
        .map_err(to_python)
}

fn capacity(value: &Bound<'_, PyAny>) -> PyResult<usize> {
    match value.extract() {
        Ok(bytes) => Ok(bytes),
        Err(_) => Err(refused("capacity", value, "at least 4096 bytes")),
    }
}

fn overflow(value: &Bound<'_, PyAny>) -> PyResult<OverflowPolicy> {
    let seconds = value.extract().ok().and_then(|found| duration(found).ok());
    if let Some(seconds) = seconds.filter(|_| !value.is_instance_of::<PyBool>()) {
        return Ok(OverflowPolicy::Timeout(seconds));
    }
    match value.extract::<String>().as_deref() {
        Ok("block") => Ok(OverflowPolicy::Block),
        Ok("drop") => Ok(OverflowPolicy::DropNewest),
        _ => Err(refused("overflow", value, "'block', 'drop' or seconds")),
    }
}

fn delivery(value: &Bound<'_, PyAny>) -> PyResult<Delivery> {
    match value.extract::<String>().as_deref() {
        Ok("queued") => Ok(Delivery::Queued),
        Ok("direct") => Ok(Delivery::Direct),
        _ => Err(refused("delivery", value, "'queued' and 'direct'")),
    }
}

fn refused(name: &str, value: &Bound<'_, PyAny>, allowed: &str) -> PyErr {
    match value.repr() {
        Ok(given) => PyValueError::new_err(format!("{name} = {given}: allowed are {allowed}")),
        Err(error) => error,
    }
}

pub(super) fn duration(seconds: f64) -> PyResult<Duration> {
    Duration::try_from_secs_f64(seconds)
        .map_err(|_| PyValueError::new_err(format!("{seconds} is not a number of seconds to wait")))
}

/// A level of Python as a threshold: numbers beyond a byte's are as good as its ends.
pub(crate) fn clamp(level: i64) -> Level {
    Level::new(u8::try_from(level.clamp(0, 255)).unwrap_or(u8::MAX))
}

/// The exception that stdlib would raise.
pub(super) fn to_python(error: Error) -> PyErr {
    let at = |path: &Path, source: std::io::Error| match source.raw_os_error() {
        Some(number) => {
            PyOSError::new_err((number, source.kind().to_string(), path.display().to_string()))
        }
        None => PyOSError::new_err(format!("{}: {source}", path.display())),
    };
    match error {
        Error::OpenFile { path, source } | Error::OpenRecoverFile { path, source } => {
            at(&path, source)
        }
        Error::OpenStream { source, .. } => source.into(),
        other => PyValueError::new_err(other.to_string()),
    }
}
