//! The `log` crate: its macros log to our loggers, on targets without compare-and-swap too.
//!
//! Runs on the *caller*. A target `a::b` reads as `a.b`: the record goes to the static logger of that
//! name, else to the nearest known one above it, else to the root. `log` lends message and key-values
//! only for the call, so a handler with a ring renders them on the spot.

// Chosen once, here: how the `log` crate is told of a logger and of levels.
#[cfg(target_has_atomic = "ptr")]
#[path = "log/set_atomics.rs"]
mod set;
#[cfg(not(target_has_atomic = "ptr"))]
#[path = "log/set_racy.rs"]
mod set;

#[cfg(feature = "log-kv")]
mod pairs;

use core::fmt;
use core::sync::atomic::{AtomicBool, Ordering, fence};

#[cfg(feature = "log-kv")]
use self::pairs::Pairs;
use crate::logger::{lowest_level, nearest_logger};
use crate::reference::SetOnce;
use crate::{Details, Level, Logger, Record, Value, clock};

/// Makes the `log` crate's macros log to the static loggers of this image, once.
///
/// A target finds loggers that were asked for a record before; records of all other targets go to
/// `root`. `log::max_level` follows the loggers' levels from then on. Key-values come along with the feature
/// `log-kv`; without it they are left out.
///
/// Call it from thread mode, before interrupts log: a target without compare-and-swap cannot tell
/// two calls apart that interrupt each other.
///
/// # Errors
/// [`LogAlreadySet`] if the `log` crate has a logger already; it stays.
///
/// # Examples
/// ```
/// use femto_core::{Logger, RingHandler, bridge};
///
/// static RING: RingHandler<256> = RingHandler::new();
/// static ROOT: Logger = Logger::root().with_handlers(&[&RING]);
///
/// bridge::log::install(&ROOT)?;
/// log::info!(target: "net::tcp", "link up in {} ms", 12);
/// # Ok::<(), bridge::log::LogAlreadySet>(())
/// ```
pub fn install(root: &'static Logger) -> Result<(), LogAlreadySet> {
    set::logger(&LogBridge).map_err(|_| LogAlreadySet)?;
    ROOT.set(root);
    IS_INSTALLED.store(true, Ordering::Release);
    refresh();
    Ok(())
}

/// The `log` crate has a logger already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LogAlreadySet;

impl fmt::Display for LogAlreadySet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the log crate has a logger already")
    }
}

impl core::error::Error for LogAlreadySet {}

/// Keeps `log::max_level` at the lowest level that any logger lets through. Called whenever a level
/// changed, or a logger became known.
///
/// An interrupt may do the same in between: so it ends only when nothing has changed meanwhile.
#[cold]
pub(crate) fn refresh() {
    if !IS_INSTALLED.load(Ordering::Acquire) {
        return;
    }
    let root = *ROOT.get();
    // Where the loggers cannot be looked at now, all come through, and meet their logger's level.
    let lowest = || lowest_level().map_or(Level::NOTSET, |level| level.min(root.effective_level()));
    follow(lowest, |level| set::max_level(filter(level)), || fence(Ordering::SeqCst));
}

/// Tells what is the lowest until that is what was told. As everybody who changes a level looks after a
/// fence, and everybody looks again after one here, the last to tell knows all changes.
fn follow(lowest: impl Fn() -> Level, tell: impl Fn(Level), fence: impl Fn()) {
    let mut seen = lowest();
    loop {
        tell(seen);
        fence();
        let now = lowest();
        if now == seen {
            break;
        }
        seen = now;
    }
}

/// The `log` crate's logger.
struct LogBridge;

impl log::Log for LogBridge {
    fn enabled(&self, metadata: &log::Metadata<'_>) -> bool {
        nearest(metadata.target()).is_enabled(level(metadata.level()))
    }

    fn log(&self, record: &log::Record<'_>) {
        let logger = nearest(record.target());
        if logger.is_enabled(level(record.level())) {
            take(logger, record);
        }
    }

    /// Does nothing: the application drains.
    fn flush(&self) {}
}

/// Apart, so that a record that is switched off needs little of the stack.
#[inline(never)]
fn take(logger: &'static Logger, record: &log::Record<'_>) {
    #[cfg(feature = "log-kv")]
    if record.key_values().count() > 0 {
        return take_with_pairs(logger, record);
    }
    hand_over(logger, record, &[]);
}

/// Apart, too: most records have no key-values.
#[cfg(feature = "log-kv")]
#[inline(never)]
fn take_with_pairs(logger: &'static Logger, record: &log::Record<'_>) {
    let source = record.key_values();
    let mut pairs = Pairs::new();
    hand_over(logger, record, &pairs.fill(&source));
}

#[inline(never)]
fn hand_over(logger: &'static Logger, record: &log::Record<'_>, key_values: &[(&str, Value<'_>)]) {
    let room;
    let name = match record.target() {
        target if target.as_bytes().windows(2).any(|pair| pair == b"::") => {
            room = dotted(target);
            room.as_str()
        }
        target => target,
    };
    let location = record.file().zip(record.line());
    let details = Details { key_values, location, ..Details::default() };
    let level = level(record.level());
    logger.hand_over(&Record::of_ticks(name, record.args(), level, clock::now(), &details));
}

/// The logger that a target belongs to.
fn nearest(target: &str) -> &'static Logger {
    nearest_logger(target).map_or(*ROOT.get(), |(logger, _)| logger)
}

/// A target as the name of a logger; what is longer than any name is cut.
fn dotted(target: &str) -> heapless::String<NAME_BYTES> {
    let mut name = heapless::String::new();
    let mut letters = target.chars().peekable();
    while let Some(letter) = letters.next() {
        let is_end = letter == ':' && letters.next_if_eq(&':').is_some();
        if name.push(if is_end { '.' } else { letter }).is_err() {
            break;
        }
    }
    name
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

/// The least strict filter that nothing falls through which passes `lowest`.
fn filter(lowest: Level) -> log::LevelFilter {
    match lowest {
        level if level <= Level::TRACE => log::LevelFilter::Trace,
        level if level <= Level::DEBUG => log::LevelFilter::Debug,
        level if level <= Level::INFO => log::LevelFilter::Info,
        level if level <= Level::WARN => log::LevelFilter::Warn,
        level if level <= Level::ERROR => log::LevelFilter::Error,
        _ => log::LevelFilter::Off,
    }
}

static ROOT: SetOnce<&'static Logger> = SetOnce::new(&&OFF);

/// The root until one is set.
static OFF: Logger = Logger::root().with_level(Level::OFF);

static IS_INSTALLED: AtomicBool = AtomicBool::new(false);

/// The longest name of a record, in bytes.
const NAME_BYTES: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_reads_as_a_dotted_name() {
        for (target, name) in [("a", "a"), ("a::b", "a.b"), ("a::b::c.d", "a.b.c.d"), ("", "")] {
            assert_eq!(dotted(target).as_str(), name);
        }
        let long = "é".repeat(NAME_BYTES);
        assert_eq!(dotted(&long).as_str(), &long[..NAME_BYTES]);
        assert_eq!(dotted(&format!("a::{long}::b")).as_str(), format!("a.{}", &long[..62]));
    }

    #[cfg(loom)]
    #[test]
    fn in_loom_the_level_told_is_the_lowest_in_the_end() {
        use loom::sync::Arc;
        use loom::sync::atomic::{AtomicU8, fence};
        use loom::thread;

        let mut builder = loom::model::Builder::new();
        builder.preemption_bound = Some(3);
        builder.check(|| {
            let shared = Arc::new([AtomicU8::new(20), AtomicU8::new(20)]);
            let change = |shared: &[AtomicU8; 2], to| {
                let [level, told] = shared;
                level.store(to, Ordering::Relaxed);
                fence(Ordering::SeqCst);
                let lowest = || Level::new(level.load(Ordering::Relaxed));
                let tell = |level: Level| told.store(level.number(), Ordering::Relaxed);
                follow(lowest, tell, || fence(Ordering::SeqCst));
            };
            let other = {
                let shared = Arc::clone(&shared);
                thread::spawn(move || change(&shared, 10))
            };
            change(&shared, 30);
            other.join().unwrap();
            let [level, told] = shared.each_ref().map(|byte| byte.load(Ordering::Relaxed));
            assert_eq!(told, level);
        });
    }
}
