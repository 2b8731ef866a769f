//! The `log` crate: its macros log to our loggers.
//!
//! Runs on the *caller*. A target `a::b` is the logger `a.b`; the message is rendered on the spot,
//! as `log` lends it only for the call. Key-values keep their types: integers, floats, `bool`, texts;
//! everything else is text.
//!
//! What `tracing`'s feature `log-always` tells of events that [`bridge::tracing`](crate::bridge) takes
//! is left out.

mod key_values;
mod statement;

use core::sync::atomic::{AtomicU8, Ordering};

use femto_core::{Level, STATIC_MAX_LEVEL};

use super::scratch::Scratch;
use crate::unwind::{guarded, render};
use crate::{Error, Manager, Value, scope};
use key_values::KeyValues;
pub(super) use statement::Sites;
use statement::{Statement, with_scratch};

/// Makes the `log` crate's macros log to this crate's loggers.
///
/// `log::max_level` follows the loggers' levels from then on.
///
/// # Errors
/// [`Error::InstallLogBridge`] if the `log` crate has a logger already.
///
/// # Examples
/// ```
/// femto_std::bridge::log::install()?;
/// femto_std::Manager::global().get_logger("db").set_level(femto_std::Level::DEBUG);
///
/// log::debug!(target: "db", "{} rows", 3);
/// # Ok::<(), femto_std::Error>(())
/// ```
pub fn install() -> Result<(), Error> {
    static BRIDGE: LogBridge = LogBridge;
    log::set_logger(&BRIDGE).map_err(|_| Error::InstallLogBridge)?;
    IS_INSTALLED.store(1, Ordering::Release);
    let _ = Manager::global().root();
    crate::tree::refresh();
    Ok(())
}

/// Keeps `log::max_level` at the lowest level that any logger lets through, the compile-time ceiling
/// in mind.
pub(crate) fn set_max_level(lowest: Level) {
    if IS_INSTALLED.load(Ordering::Acquire) == 1 {
        log::set_max_level(match lowest.max(STATIC_MAX_LEVEL) {
            level if level <= Level::TRACE => log::LevelFilter::Trace,
            level if level <= Level::DEBUG => log::LevelFilter::Debug,
            level if level <= Level::INFO => log::LevelFilter::Info,
            level if level <= Level::WARN => log::LevelFilter::Warn,
            level if level <= Level::ERROR => log::LevelFilter::Error,
            _ => log::LevelFilter::Off,
        });
    }
}

static IS_INSTALLED: AtomicU8 = AtomicU8::new(0);

/// The `log` crate's logger.
#[derive(Debug)]
struct LogBridge;

impl log::Log for LogBridge {
    fn enabled(&self, metadata: &log::Metadata<'_>) -> bool {
        let level = level(metadata.level());
        with_scratch(|scratch| scratch.logger(metadata.target()).is_enabled(level))
    }

    fn log(&self, record: &log::Record<'_>) {
        // Only what makes records without `log`'s macros has a file that is not static.
        #[cfg(feature = "tracing")]
        if record.file_static().is_none() && super::tracing::has_taken(record) {
            return;
        }
        with_scratch(|scratch| take(scratch, record));
    }

    fn flush(&self) {
        // `log` has no way to tell what went wrong.
        let _ = Manager::global().flush(core::time::Duration::from_secs(5));
    }
}

fn take(scratch: &mut Scratch<Statement>, record: &log::Record<'_>) {
    let level = level(record.level());
    let Statement { logger, site, is_located, .. } = *Statement::find(scratch, record);
    if !logger.is_enabled(level) {
        return;
    }
    let Scratch { text, value, extra, .. } = scratch;
    let message = match record.args().as_str() {
        Some(text) => text,
        None => {
            text.clear();
            render(text, *record.args());
            text
        }
    };
    extra.clear();
    if record.key_values().count() > 0 {
        // The visitor never fails; of a source that panics what came before is kept.
        let _ = guarded(|| record.key_values().visit(&mut KeyValues { extra, value }));
    }
    let location = if is_located { None } else { record.file().zip(record.line()) };
    if extra.is_empty() && location.is_none() {
        return logger.log(level, site, &[Value::Rendered(message)]);
    }
    scope::add_to(extra);
    if let Some((file, line)) = location {
        extra.set_location(file, line);
    }
    logger.log_extended(level, site, message, extra.bytes());
}

const fn level(level: log::Level) -> Level {
    match level {
        log::Level::Error => Level::ERROR,
        log::Level::Warn => Level::WARN,
        log::Level::Info => Level::INFO,
        log::Level::Debug => Level::DEBUG,
        log::Level::Trace => Level::TRACE,
    }
}
