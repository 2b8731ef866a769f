//! Logger: a named place in the tree of static loggers.
//!
//! Runs on the *caller*: level check, filters, then the handlers of the logger and its ancestors.

mod default;
mod directives;
mod init;
mod registry;
mod target;
mod threshold;

pub use default::{DefaultLogger, RootAlreadySet, set_root};
pub use directives::{SetLevelsError, set_levels};
pub use init::{InitError, init};
pub(crate) use registry::is_short;
pub use registry::{MAX_LOGGERS, RegistryFull, find_logger, for_each_logger};
#[cfg(feature = "log")]
pub(crate) use registry::{lowest_level, nearest_logger};
pub use target::{NamedLogger, TargetLogger};

use core::fmt;

use self::threshold::Threshold;

use crate::atomic::AtomicWord;
use crate::call::{RECORD_PATH, RecordPath};
use crate::filter::Filters;
use crate::frame::Shape;
use crate::reference::Slot;
use crate::{Filter, Handler, Level, Record};

/// A logger in static memory, with its parent and handlers fixed at compile time and its level
/// changeable at run time.
///
/// A logger without a level of its own has its parent's. A record goes to the logger's handlers
/// and then to those of its ancestors.
///
/// # Examples
/// ```
/// use femto_core::{Level, Logger};
///
/// static ROOT: Logger = Logger::root().with_level(Level::WARN);
/// static NET: Logger = Logger::child("net", &ROOT);
///
/// assert!(!NET.is_enabled(Level::INFO));
/// ROOT.set_level(Level::DEBUG);
/// assert!(NET.is_enabled(Level::INFO));
/// ```
#[repr(C)] // a host reads it from the ELF: `frame::address`
pub struct Logger {
    name: &'static str,
    parent: Option<&'static Logger>,
    handlers: &'static [&'static dyn Handler],
    /// The usual case, without a loop: the only handler that a record of this logger goes to.
    only: Option<&'static &'static dyn Handler>,
    filters: Filters,
    /// The parent, if this logger has neither handlers nor filters.
    above: Option<&'static Logger>,
    /// What makes records, if this logger needs them whatever its handlers.
    records: Option<&'static RecordPath>,
    threshold: Threshold,
    #[allow(dead_code, reason = "a reference that is an address needs no place")]
    pub(crate) slot: Slot,
}

const _: () = assert!(core::mem::offset_of!(Logger, name) == crate::frame::address::logger::NAME);

impl Logger {
    /// The root of a tree, named `root`. Its level is [`Level::INFO`] unless set.
    #[must_use]
    pub const fn root() -> Self {
        Self {
            name: "root",
            parent: None,
            handlers: &[],
            only: None,
            filters: Filters::new(&[]),
            above: None,
            records: None,
            threshold: Threshold::new(Level::INFO),
            slot: Slot::new(),
        }
    }

    /// A logger that takes nothing: the default one until [`set_root`].
    const fn off() -> Self {
        Self { threshold: Threshold::off(), ..Self::root() }
    }

    /// A logger below `parent`. By custom its name is dotted: `net`, `net.tcp`.
    #[must_use]
    pub const fn child(name: &'static str, parent: &'static Logger) -> Self {
        Self {
            name,
            parent: Some(parent),
            handlers: &[],
            only: None,
            filters: Filters::new(&[]),
            above: Some(parent),
            records: None,
            threshold: Threshold::new(Level::NOTSET),
            slot: Slot::new(),
        }
    }

    /// Sets the level that the logger starts with.
    #[must_use]
    pub const fn with_level(mut self, level: Level) -> Self {
        self.threshold = Threshold::new(level);
        self
    }

    /// Sets the handlers.
    #[must_use]
    pub const fn with_handlers(mut self, handlers: &'static [&'static dyn Handler]) -> Self {
        self.handlers = handlers;
        self.with_shortcuts()
    }

    /// Sets the filters: a record of this logger has to pass all of them. They do not concern the
    /// records of loggers below, which pass by on their way to this logger's handlers, as in Python's
    /// `logging`.
    ///
    /// Statements of a logger with filters take the longer way, where a record is made for each. For
    /// those of others nothing changes.
    #[must_use]
    pub const fn with_filters(mut self, filters: &'static [&'static dyn Filter]) -> Self {
        self.filters = Filters::new(filters);
        self.with_shortcuts()
    }

    /// Records of this logger that its filters refused, modulo the width of a pointer. What the filters of a
    /// handler refuse is in [`Handler::statistics`].
    #[must_use]
    pub fn rejected(&self) -> usize {
        self.filters.rejected()
    }

    /// The filters.
    pub(crate) fn filters(&self) -> &'static [&'static dyn Filter] {
        self.filters.all()
    }

    /// Works out what spares a call the general way.
    const fn with_shortcuts(mut self) -> Self {
        let ways = match (self.filters.are_none(), self.handlers, self.parent) {
            (true, [only], None) => (Some(only), None, None),
            (true, [], parent) => (None, parent, None),
            _ => (None, None, Some(&RECORD_PATH)),
        };
        (self.only, self.above, self.records) = ways;
        self
    }

    /// The name.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// The level of its own, [`Level::NOTSET`] if it takes its parent's.
    #[must_use]
    pub fn level(&self) -> Level {
        self.threshold.own()
    }

    /// Changes the level, at once, for this logger and all below it that have none of their own.
    ///
    /// From any context, and without waiting. An interrupt that meets another context at the registry
    /// of loggers leaves the last step to it: loggers below follow as soon as that goes on.
    pub fn set_level(&'static self, level: Level) {
        self.threshold.set_own(level);
        self.threshold.forget();
        registry::forget_thresholds();
        #[cfg(feature = "log")]
        crate::bridge::log::refresh();
    }

    /// Makes the logger known by its name, for [`find_logger`], [`set_levels`] and the shell, before its
    /// first record, which would do it too.
    ///
    /// From thread mode only, as [`find_logger`].
    ///
    /// # Errors
    /// [`RegistryFull`] if [`MAX_LOGGERS`] others are known. The logger works all the same.
    pub fn register(&'static self) -> Result<(), RegistryFull> {
        registry::register(self)
    }

    /// The level that counts: its own or that of the nearest ancestor that has one.
    #[must_use]
    pub fn effective_level(&self) -> Level {
        let mut logger = self;
        loop {
            let level = logger.level();
            match logger.parent {
                Some(parent) if level == Level::NOTSET => logger = parent,
                _ => return level,
            }
        }
    }

    /// Whether a record at `level` would be taken.
    #[must_use]
    pub fn is_enabled(&'static self, level: Level) -> bool {
        level.is_compiled_in() && self.enabled(level) && self.admits(level)
    }

    /// The quick look of the macros: one byte. A logger whose threshold is not known yet says yes.
    #[doc(hidden)]
    #[inline(always)]
    pub fn enabled(&self, level: Level) -> bool {
        self.threshold.passes(level)
    }

    /// Claims room for a frame with the handler, if there is only one, as [`Handler::claim`] does.
    /// What is not admitted gets no words.
    #[inline(never)]
    pub(crate) fn claim(&'static self, shape: Shape) -> &'static [AtomicWord] {
        self.claim_here(shape)
    }

    /// [`Logger::claim`] as a part of its caller, which then needs less stack.
    #[inline(always)]
    pub(crate) fn claim_here(&'static self, shape: Shape) -> &'static [AtomicWord] {
        if self.threshold.is_unknown() {
            return self.look_and_claim(shape);
        }
        self.claim_known(shape)
    }

    #[inline(always)]
    fn claim_known(&'static self, shape: Shape) -> &'static [AtomicWord] {
        match self.only {
            Some(only) => only.claim(shape).0,
            None => self.claim_above(shape),
        }
    }

    #[cold]
    #[inline(never)]
    fn look_and_claim(&'static self, shape: Shape) -> &'static [AtomicWord] {
        if self.admits(shape.level()) { self.claim_known(shape) } else { &[] }
    }

    /// Claims for a logger that is not a root with one handler.
    #[inline(never)]
    fn claim_above(&'static self, shape: Shape) -> &'static [AtomicWord] {
        let mut logger = self;
        while let Some(above) = logger.above {
            logger = above;
            if let Some(only) = logger.only {
                return only.claim(shape).0;
            }
        }
        &[]
    }

    /// What makes records where a claim was answered with no words; `None` if nobody wants one.
    #[cold]
    #[inline(never)]
    pub(crate) fn record_path(&'static self) -> Option<&'static RecordPath> {
        let mut logger = self;
        while let Some(above) = logger.above {
            logger = above;
        }
        match logger.only {
            Some(only) => only.record_path(),
            None => logger.records,
        }
    }

    /// Whether a record of this level is wanted.
    pub(crate) fn takes(&'static self, level: Level) -> bool {
        let is_unknown = self.threshold.is_unknown();
        self.enabled(level) && (!is_unknown || self.admits(level))
    }

    /// Hands a record, that is admitted, to the handlers.
    pub(crate) fn hand_over(&'static self, record: &Record<'_>) {
        if !self.filters.pass(record) {
            return;
        }
        let mut next = Some(self);
        while let Some(logger) = next {
            for handler in logger.handlers {
                if record.level() >= handler.level() {
                    handler.handle(record);
                }
            }
            next = logger.parent;
        }
    }

    /// Finds out the threshold and keeps it where [`Logger::set_level`] can reach it.
    #[cold]
    fn admits(&'static self, level: Level) -> bool {
        let is_known = registry::try_add(self);
        #[cfg(feature = "log")]
        crate::bridge::log::refresh();
        let threshold = if is_known {
            self.threshold.keep(|| self.effective_level())
        } else {
            self.effective_level()
        };
        level >= threshold
    }
}

impl fmt::Debug for Logger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Logger({} {})", self.name, self.effective_level())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_is_inherited_until_it_is_set() {
        static ROOT: Logger = Logger::root().with_level(Level::ERROR);
        static NET: Logger = Logger::child("net", &ROOT);
        static TCP: Logger = Logger::child("net.tcp", &NET);
        assert!(!TCP.is_enabled(Level::WARN));
        NET.set_level(Level::DEBUG);
        assert!(TCP.is_enabled(Level::DEBUG));
        assert!(!TCP.enabled(Level::TRACE));
        assert!(!ROOT.is_enabled(Level::WARN));
        NET.set_level(Level::NOTSET);
        assert!(!TCP.is_enabled(Level::WARN));
        assert_eq!(find_logger("net.tcp").map(Logger::name), Some("net.tcp"));
    }
}
