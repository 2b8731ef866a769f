//! The loggers in use, by name, so that levels can be changed at run time.

mod attended;

use core::fmt;
use core::sync::atomic::{AtomicBool, AtomicU8, Ordering};

use heapless::Vec;

use self::attended::{Attend, Attended};
use super::Logger;
use super::threshold::Byte;
#[cfg(feature = "log")]
use crate::Level;

/// The logger with the given name, among those that were registered or asked for a record before.
///
/// Waits while another context is at the registry: from thread mode only, not from an interrupt.
#[must_use]
pub fn find_logger(name: &str) -> Option<&'static Logger> {
    LOGGERS.with(|loggers| loggers.iter().find(|logger| logger.name() == name).copied())
}

/// Calls `f` with every logger that was registered or asked for a record before, in that order.
///
/// `f` may log, change levels and register loggers. From thread mode only, as [`find_logger`].
///
/// # Examples
/// ```
/// use femto_core::{Level, Logger, for_each_logger};
///
/// static ROOT: Logger = Logger::root();
/// static NET: Logger = Logger::child("net", &ROOT);
/// ROOT.register()?;
/// NET.register()?;
///
/// let mut names = Vec::new();
/// for_each_logger(|logger| names.push(logger.name()));
/// assert_eq!(names, ["root", "net"]);
/// # Ok::<(), femto_core::RegistryFull>(())
/// ```
pub fn for_each_logger(mut f: impl FnMut(&'static Logger)) {
    // One at a time: `f` runs with the registry free.
    let nth = |index: usize| LOGGERS.with(|loggers| loggers.get(index).copied());
    (0..MAX_LOGGERS).map_while(nth).for_each(&mut f);
}

/// The most loggers that can be found by name, 32. Any number more may be logged to: their levels
/// are right too, but are looked up at each call.
pub const MAX_LOGGERS: usize = 32;

/// There is no room for this logger: [`MAX_LOGGERS`] others are registered.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct RegistryFull {
    name: &'static str,
}

/// Without quotes, for an `expect` in firmware: what escapes a text takes 5 KB.
impl fmt::Debug for RegistryFull {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RegistryFull({})", self.name)
    }
}

impl fmt::Display for RegistryFull {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no room for the logger `{}`: {MAX_LOGGERS} can be known by name", self.name)
    }
}

impl core::error::Error for RegistryFull {}

/// The logger whose name is `target` or, of those above it, the nearest; and whether it is itself.
/// In a target `::` separates as `.` does.
///
/// For the log path: where it would have to wait, it finds nothing.
pub(crate) fn nearest_logger(target: &str) -> Option<(&'static Logger, bool)> {
    let beyond = |logger: &&'static Logger| Some((*logger, below(logger.name(), target)?.len()));
    let nearest = LOGGERS
        .try_with(|loggers| loggers.iter().filter_map(beyond).min_by_key(|(_, beyond)| *beyond));
    nearest?.map(|(logger, beyond)| (logger, beyond == 0))
}

/// The lowest level that counts for any known logger, [`Level::OFF`] without one. `None` where it
/// would have to wait.
#[cfg(feature = "log")]
pub(crate) fn lowest_level() -> Option<Level> {
    let level = |logger: &&'static Logger| logger.effective_level();
    LOGGERS.try_with(|loggers| loggers.iter().map(level).min().unwrap_or(Level::OFF))
}

/// Whether `logger` is known from now on.
///
/// Called on the log path, an interrupt's too: it never waits. A logger that cannot be added now
/// (an interrupt met the registry at work, or it is full) looks its level up at each call.
pub(super) fn try_add(logger: &'static Logger) -> bool {
    LOGGERS.try_with(|loggers| add(loggers, logger)) == Some(true)
}

/// Makes `logger` known. From thread mode only.
pub(super) fn register(logger: &'static Logger) -> Result<(), RegistryFull> {
    let is_known = LOGGERS.with(|loggers| add(loggers, logger));
    if is_known { Ok(()) } else { Err(RegistryFull { name: logger.name() }) }
}

/// Whether a logger found no room.
#[must_use]
pub(crate) fn is_short() -> bool {
    SHORT.load(Ordering::Relaxed)
}

/// Makes all known loggers find out their thresholds anew. From any context: if another is at the
/// registry, that one does it before it goes on.
pub(super) fn forget_thresholds() {
    LOGGERS.ask();
}

impl Attend for Loggers {
    fn attend(&self) {
        self.iter().for_each(|logger| logger.threshold.forget());
    }
}

fn add(loggers: &mut Loggers, logger: &'static Logger) -> bool {
    let added =
        loggers.iter().any(|known| core::ptr::eq(*known, logger)) || loggers.push(logger).is_ok();
    if !added {
        SHORT.store(true, Ordering::Relaxed);
    }
    added
}

/// What of `target` lies below `name`: nothing if it is that name, `None` if `name` is not above.
fn below<'t>(name: &str, target: &'t str) -> Option<&'t str> {
    let separated = |rest: &'t str| rest.strip_prefix('.').or_else(|| rest.strip_prefix("::"));
    let mut parts = name.split('.');
    let mut rest = target.strip_prefix(parts.next()?)?;
    for part in parts {
        rest = separated(rest)?.strip_prefix(part)?;
    }
    (rest.is_empty() || separated(rest).is_some()).then_some(rest)
}

type Loggers = Vec<&'static Logger, MAX_LOGGERS>;

static LOGGERS: Attended<Loggers, Asked> = Attended::new(Vec::new(), Asked);

/// Whether thresholds have to be forgotten: [`ASKED`].
struct Asked;

/// A static of its own: so the compiler sees where nobody ever asks, and leaves the answer out.
static ASKED: AtomicU8 = AtomicU8::new(0);

impl Byte for Asked {
    fn load(&self) -> u8 {
        Byte::load(&ASKED)
    }

    fn store(&self, value: u8) {
        Byte::store(&ASKED, value);
    }

    fn fence() {
        AtomicU8::fence();
    }
}

/// Whether a logger found no room.
static SHORT: AtomicBool = AtomicBool::new(false);

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;
    use crate::Level;

    #[test]
    fn a_level_set_by_who_meets_the_registry_at_work_counts_once_that_is_free() {
        static ROOT: Logger = Logger::root().with_level(Level::INFO);
        static NET: Logger = Logger::child("registry.net", &ROOT);
        assert!(!NET.is_enabled(Level::DEBUG) && !NET.enabled(Level::DEBUG));
        LOGGERS.with(|_| ROOT.set_level(Level::DEBUG));
        assert!(NET.enabled(Level::DEBUG), "the old threshold was kept");
        assert!(NET.is_enabled(Level::DEBUG) && !NET.enabled(Level::TRACE));
    }

    #[test]
    fn a_target_is_below_its_own_name_and_the_dotted_ones_above() {
        assert_eq!(below("net.tcp", "net.tcp"), Some(""));
        assert_eq!(below("net.tcp", "net::tcp"), Some(""));
        assert_eq!(below("net", "net.tcp"), Some(".tcp"));
        assert_eq!(below("net.tcp", "net::tcp::rx"), Some("::rx"));
        assert_eq!(below("", ""), Some(""));
        for (name, target) in [
            ("net", "network"),
            ("net.tcp", "net"),
            ("net.tcp", "net::tcpx"),
            ("tcp", "net.tcp"),
            ("net", ""),
            ("a.b", "a:b"),
        ] {
            assert_eq!(below(name, target), None, "{name} {target}");
        }
    }
}
