//! Statistics as records, every so often. Made on the *collector's* thread, between two passes.

use core::sync::atomic::{AtomicBool, Ordering};
use core::time::Duration;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use femto_core::Level;

use super::{LoggerStats, Stats};
use crate::{Manager, engine, log};

/// When the next report is due.
struct Schedule {
    every: Duration,
    level: Level,
    next: Instant,
    /// What the last one said of loggers.
    told: Vec<LoggerStats>,
}

static IS_ON: AtomicBool = AtomicBool::new(false);
static SCHEDULE: Mutex<Option<Schedule>> = Mutex::new(None);

/// Has statistics logged every so often; never, for zero.
pub(crate) fn set_report(every: Duration, level: Level) {
    let schedule = (!every.is_zero()).then(|| Schedule {
        every,
        level,
        next: Instant::now() + every,
        told: Vec::new(),
    });
    let is_on = schedule.is_some();
    *SCHEDULE.lock().unwrap_or_else(PoisonError::into_inner) = schedule;
    IS_ON.store(is_on, Ordering::Relaxed);
    if is_on {
        // Somebody has to look at the time, though nothing is logged.
        drop(engine::current());
    }
}

/// Logs the statistics if it is time to. Called by the collector about ten times a second or more often.
#[inline]
pub(crate) fn report_if_due() {
    if IS_ON.load(Ordering::Relaxed) {
        report();
    }
}

#[cold]
fn report() {
    let (level, told) = {
        let mut schedule = SCHEDULE.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(schedule) = &mut *schedule else { return };
        let now = Instant::now();
        if now < schedule.next {
            return;
        }
        // What was missed, because the process was stopped say, is not made up for.
        schedule.next = now + schedule.every;
        (schedule.level, core::mem::take(&mut schedule.told))
    };
    let stats = Stats::now();
    let logger = Manager::global().get_logger(LOGGER);
    for (handler, stats) in &stats.handlers {
        log!(
            logger: logger, level,
            handler = handler.as_str(), accepted = stats.accepted, rejected = stats.rejected,
            dropped = stats.dropped, written = stats.written, bytes = stats.bytes,
            errors = stats.errors, queued = stats.queued, high_water = stats.high_water;
            "handler statistics"
        );
    }
    for own in stats.loggers.iter().filter(|own| own.name != LOGGER && !told.contains(own)) {
        log!(
            logger: logger, level,
            logger = own.name.as_str(), trace = own.trace, debug = own.debug, info = own.info,
            warn = own.warn, error = own.error, critical = own.critical, rejected = own.rejected,
            dropped = own.dropped;
            "logger statistics"
        );
    }
    if let Some(schedule) = &mut *SCHEDULE.lock().unwrap_or_else(PoisonError::into_inner) {
        schedule.told = stats.loggers;
    }
}

/// The logger of the reports.
const LOGGER: &str = "femtologging.stats";
