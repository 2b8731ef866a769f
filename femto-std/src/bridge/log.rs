//! The `log` crate: its macros log to our loggers.
//!
//! Runs on the *caller*. A target `a::b` is the logger `a.b`; the message is rendered on the spot,
//! as `log` lends it only for the call.

use core::cell::Cell;
use core::sync::atomic::{AtomicU8, Ordering};

use femto_core::frame::portable::Portable;
use femto_core::{CallSite, Level, STATIC_MAX_LEVEL, SiteFacts};
use log::kv::{self, VisitSource};

use crate::formatter::CaptureMask;
use crate::unwind::render;
use crate::{Error, Logger, Manager, Value, clock};

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
    crate::manager::refresh();
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
        let level = level(record.level());
        with_scratch(|scratch| {
            let logger = scratch.logger(record.target());
            if !logger.is_enabled(level) {
                return;
            }
            let message = match record.args().as_str() {
                Some(text) => text,
                None => {
                    scratch.text.clear();
                    render(&mut scratch.text, *record.args());
                    &scratch.text
                }
            };
            let has_pairs = record.key_values().count() > 0;
            if has_pairs || logger.mask().contains(CaptureMask::LOCATION) {
                submit(logger, level, record, message, &mut scratch.frame);
            } else {
                logger.log(level, &SITE, &[Value::Rendered(message)]);
            }
        });
    }

    fn flush(&self) {
        // `log` has no way to tell what went wrong.
        let _ = Manager::global().flush(core::time::Duration::from_secs(5));
    }
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

/// The statement of all records that are nothing but a message.
static SITE: CallSite = CallSite::new(
    &SiteFacts { level: Level::NOTSET, target: None, module_path: "", file: "", keys: &[] },
    0,
    "{}",
    |values, out| match values {
        [message, ..] => message.write_to(out),
        _ => Ok(()),
    },
);

/// What a thread keeps from record to record.
struct Scratch {
    text: String,
    frame: Vec<u8>,
    /// Loggers of targets seen, by the target's address.
    loggers: [Option<(Box<str>, Logger)>; TARGETS],
}

thread_local! {
    static SCRATCH: Cell<Option<Box<Scratch>>> = const { Cell::new(None) };
}

/// Lends the thread's scratch; a record that is logged while another is rendered gets a new one.
fn with_scratch<T>(work: impl FnOnce(&mut Scratch) -> T) -> T {
    let taken = SCRATCH.try_with(Cell::take).ok().flatten();
    let mut scratch = taken.unwrap_or_else(|| Box::new(Scratch::new()));
    let done = work(&mut scratch);
    // A thread that is ending keeps nothing.
    let _ = SCRATCH.try_with(|slot| slot.set(Some(scratch)));
    done
}

impl Scratch {
    const fn new() -> Self {
        Self { text: String::new(), frame: Vec::new(), loggers: [const { None }; TARGETS] }
    }

    fn logger(&mut self, target: &str) -> Logger {
        let slot = &mut self.loggers[(target.as_ptr().addr() >> 3) % TARGETS];
        match slot {
            Some((name, logger)) if **name == *target => *logger,
            _ => slot.insert((target.into(), Manager::global().get_logger(target))).1,
        }
    }
}

/// Takes a record with key-values, or one whose place is shown.
fn submit(
    logger: Logger,
    level: Level,
    record: &log::Record<'_>,
    message: &str,
    frame: &mut Vec<u8>,
) {
    let time = clock::now();
    let Some(route) = logger.admit(level, message) else { return };
    let mut pairs = Pairs(Vec::new());
    // The visitor never fails.
    let _ = record.key_values().visit(&mut pairs);
    let pairs: Vec<_> = pairs.0.iter().map(|(key, value)| (key.as_str(), value.borrow())).collect();
    frame.clear();
    let Ok(()) = Portable {
        level,
        template: message,
        key_values: (!pairs.is_empty()).then_some(&pairs[..]),
        location: record.file().zip(record.line()),
        ..Portable::default()
    }
    .write(frame);
    route.submit(level, time, frame);
}

/// The key-values of a record, typed as far as `log` tells.
struct Pairs(Vec<(String, Owned)>);

enum Owned {
    Bool(bool),
    I64(i64),
    U64(u64),
    F64(f64),
    Text(String),
}

impl Owned {
    fn borrow(&self) -> Value<'_> {
        match self {
            Self::Bool(b) => Value::Bool(*b),
            Self::I64(n) => Value::I64(*n),
            Self::U64(n) => Value::U64(*n),
            Self::F64(n) => Value::F64(*n),
            Self::Text(text) => Value::Str(text),
        }
    }
}

impl<'kvs> VisitSource<'kvs> for Pairs {
    fn visit_pair(&mut self, key: kv::Key<'kvs>, value: kv::Value<'kvs>) -> Result<(), kv::Error> {
        let owned = if let Some(b) = value.to_bool() {
            Owned::Bool(b)
        } else if let Some(n) = value.to_i64() {
            Owned::I64(n)
        } else if let Some(n) = value.to_u64() {
            Owned::U64(n)
        } else if let Some(n) = value.to_f64() {
            Owned::F64(n)
        } else {
            let mut text = String::new();
            render(&mut text, format_args!("{value}"));
            Owned::Text(text)
        };
        self.0.push((key.to_string(), owned));
        Ok(())
    }
}

/// Targets that a thread remembers.
const TARGETS: usize = 64;
