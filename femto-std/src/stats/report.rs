//! Statistics as records, every so often. Made on the *collector's* thread, between two passes.

use core::sync::atomic::{AtomicBool, Ordering};
use core::time::Duration;
use std::time::Instant;

use femto_core::Level;

use super::{LoggerStats, Stats};
use crate::{Logger, engine, log, registry};

/// When the next report is due: in the registry, whose lock a forked child finds free.
pub(crate) struct Schedule {
    every: Duration,
    level: Level,
    logger: Logger,
    next: Instant,
    /// What the last one said of loggers.
    told: Vec<LoggerStats>,
}

static IS_ON: AtomicBool = AtomicBool::new(false);

/// Has statistics logged every so often; never, for zero.
pub(crate) fn set_report(every: Duration, level: Level, logger: Logger) {
    let next = Instant::now() + every;
    let schedule =
        (!every.is_zero()).then(|| Schedule { every, level, logger, next, told: Vec::new() });
    let is_on = schedule.is_some();
    registry::lock().report = schedule;
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
    let (level, logger, told) = {
        let mut registry = registry::lock();
        let Some(schedule) = &mut registry.report else { return };
        let now = Instant::now();
        if now < schedule.next {
            return;
        }
        // What was missed, because the process was stopped say, is not made up for.
        schedule.next = now + schedule.every;
        (schedule.level, schedule.logger, core::mem::take(&mut schedule.told))
    };
    let stats = Stats::now();
    for (handler, stats) in &stats.handlers {
        log!(
            logger: logger, level,
            handler = handler.as_str(), accepted = stats.accepted, rejected = stats.rejected,
            dropped = stats.dropped, written = stats.written, bytes = stats.bytes,
            errors = stats.errors, queued = stats.queued, high_water = stats.high_water;
            "handler statistics"
        );
    }
    for own in stats.loggers.iter().filter(|own| own.name != logger.name() && !told.contains(own)) {
        log!(
            logger: logger, level,
            logger = own.name.as_str(), trace = own.trace, debug = own.debug, info = own.info,
            warn = own.warn, error = own.error, critical = own.critical, rejected = own.rejected,
            dropped = own.dropped;
            "logger statistics"
        );
    }
    if let Some(schedule) = &mut registry::lock().report {
        schedule.told = stats.loggers;
    }
}

/// The logger of the reports, unless another is asked for.
pub(crate) const LOGGER: &str = "femtologging.stats";
