//! Forwards records to the program's defmt logger. Runs on the *caller*, or where a ring is drained.

use core::fmt::Write as _;
use core::sync::atomic::{AtomicU8, Ordering};

use crate::call::Cutting;
use crate::{Handler, Level, Record};

/// A handler that gives records to whatever defmt global logger the program has, as
/// `name: message key=value`.
///
/// Message and key-values are rendered before defmt is asked, so that its logger, which as a rule
/// masks interrupts, does so while bytes are copied and no longer. What is longer than 192 bytes is
/// cut at a character boundary and ends in `[cut]`. [`Level::CRITICAL`] and what is above it are
/// errors; a level between two of defmt's counts as the lower.
///
/// Which levels are compiled in, defmt decides by `DEFMT_LOG`, for this crate as for any other:
/// `DEFMT_LOG=info,femto_core=trace` lets everything through that our own levels let through. Its
/// default is errors only.
///
/// # Examples
/// ```
/// use femto_core::{Logger, bridge::defmt::DefmtHandler};
///
/// static DEFMT: DefmtHandler = DefmtHandler::new();
/// static ROOT: Logger = Logger::root().with_handlers(&[&DEFMT]);
/// ```
#[derive(Debug)]
pub struct DefmtHandler {
    level: AtomicU8,
}

impl DefmtHandler {
    /// A handler for all levels.
    #[must_use]
    pub const fn new() -> Self {
        Self { level: AtomicU8::new(Level::NOTSET.number()) }
    }

    /// Changes the level below which records do not come here.
    pub fn set_level(&self, level: Level) {
        self.level.store(level.number(), Ordering::Relaxed);
    }
}

impl Default for DefmtHandler {
    fn default() -> Self {
        Self::new()
    }
}

impl Handler for DefmtHandler {
    fn level(&self) -> Level {
        Level::new(self.level.load(Ordering::Relaxed))
    }

    fn handle(&self, record: &Record<'_>) {
        let mut text = heapless::String::<TEXT_BYTES>::new();
        let mut out = Cutting { text: &mut text, is_cut: false };
        // A `Display` that fails leaves what it wrote.
        let _ = record.write_message(&mut out);
        for (key, value) in record.key_values() {
            let _ = write!(out, " {key}={value}");
        }
        let cut = if out.is_cut || record.is_cut() { " [cut]" } else { "" };
        let (name, text) = (record.logger_name(), text.as_str());
        match record.level() {
            level if level >= Level::ERROR => {
                ::defmt::error!("{=str}: {=str}{=str}", name, text, cut)
            }
            level if level >= Level::WARN => {
                ::defmt::warn!("{=str}: {=str}{=str}", name, text, cut)
            }
            level if level >= Level::INFO => {
                ::defmt::info!("{=str}: {=str}{=str}", name, text, cut)
            }
            level if level >= Level::DEBUG => {
                ::defmt::debug!("{=str}: {=str}{=str}", name, text, cut)
            }
            _ => ::defmt::trace!("{=str}: {=str}{=str}", name, text, cut),
        }
    }
}

/// The longest message with its key-values, in bytes. With a name it fits into a frame of our own logger.
const TEXT_BYTES: usize = 192;
