//! Writes on the caller.

mod builder;

pub use builder::DirectHandlerBuilder;

use core::fmt;
use core::sync::atomic::Ordering;

use embedded_io::Write;
use portable_atomic::AtomicUsize;
use spin::Mutex;

use super::gate::Gate;
use super::{Handler, with_report};
use crate::{Level, Record, Statistics, WriteRecord};

/// A handler that formats and writes on the calling thread.
///
/// An interrupt, or another thread, that meets the sink at work does not wait for it: its record is
/// dropped and counted, and a record at [`Level::WARN`] from `femtologging` says so after the next
/// that is written. The same goes for what a `Display` logs while its record is being written.
///
/// [`DirectHandlerBuilder`] makes one with a level and filters. As a target of
/// [`RingHandler::forward`](super::RingHandler::forward) it writes on the drain.
///
/// # Examples
/// ```
/// use femto_core::{DirectHandler, Level, Logger, TextFormatter, info};
///
/// # struct Uart;
/// # impl embedded_io::ErrorType for Uart { type Error = core::convert::Infallible; }
/// # impl embedded_io::Write for Uart {
/// #     fn write(&mut self, bytes: &[u8]) -> Result<usize, Self::Error> { Ok(bytes.len()) }
/// #     fn flush(&mut self) -> Result<(), Self::Error> { Ok(()) }
/// # }
/// static CONSOLE: DirectHandler<TextFormatter, Uart> = DirectHandler::new(TextFormatter::new(), Uart);
/// static ROOT: Logger = Logger::root().with_handlers(&[&CONSOLE]);
///
/// info!(logger: ROOT, "booted");
/// ```
pub struct DirectHandler<F, W> {
    gate: Gate,
    formatter: F,
    sink: Mutex<W>,
    written: AtomicUsize,
    dropped: AtomicUsize,
    /// Records dropped before they came here.
    dropped_before: AtomicUsize,
    /// Dropped records that were reported, of both kinds.
    reported: AtomicUsize,
}

impl<F: WriteRecord<W>, W: Write> DirectHandler<F, W> {
    /// A handler for all levels.
    pub const fn new(formatter: F, sink: W) -> Self {
        Self::with_gate(formatter, sink, Gate::new(Level::NOTSET, &[]))
    }

    const fn with_gate(formatter: F, sink: W, gate: Gate) -> Self {
        Self {
            gate,
            formatter,
            sink: Mutex::new(sink),
            written: AtomicUsize::new(0),
            dropped: AtomicUsize::new(0),
            dropped_before: AtomicUsize::new(0),
            reported: AtomicUsize::new(0),
        }
    }

    /// Changes the level below which records do not come here.
    pub fn set_level(&self, level: Level) {
        self.gate.set_level(level);
    }

    /// Records dropped since the start, reported or not, because the sink was at work or failed.
    pub fn dropped(&self) -> usize {
        self.dropped.load(Ordering::Relaxed)
    }
}

impl<F: WriteRecord<W> + Sync, W: Write + Send> Handler for DirectHandler<F, W> {
    fn level(&self) -> Level {
        self.gate.level()
    }

    fn set_level(&self, level: Level) {
        self.set_level(level);
    }

    fn handle(&self, record: &Record<'_>) {
        if !self.gate.admits(record) {
            return;
        }
        let written = self.sink.try_lock().is_some_and(|mut sink| {
            let written = self.write(record, &mut sink);
            if written {
                self.report(&mut sink);
            }
            written
        });
        let counter = if written { &self.written } else { &self.dropped };
        counter.fetch_add(1, Ordering::Relaxed);
    }

    fn report_dropped(&self, records: usize) {
        self.dropped_before.fetch_add(records, Ordering::Relaxed);
        // If it is at work it reports what is new after the record at hand, or the next.
        if let Some(mut sink) = self.sink.try_lock() {
            self.report(&mut sink);
        }
    }

    fn statistics(&self) -> Statistics {
        Statistics {
            written: self.written.load(Ordering::Relaxed),
            dropped: self.dropped(),
            rejected: self.gate.rejected(),
            ..Statistics::default()
        }
    }
}

impl<F: WriteRecord<W>, W: Write> DirectHandler<F, W> {
    fn write(&self, record: &Record<'_>, sink: &mut W) -> bool {
        matches!(self.formatter.write_record(record, sink), Ok(true))
    }

    /// Called with the sink locked: by one context at a time.
    fn report(&self, sink: &mut W) {
        let lost = self.dropped().wrapping_add(self.dropped_before.load(Ordering::Relaxed));
        let news = lost.wrapping_sub(self.reported.load(Ordering::Relaxed));
        if news > 0 && with_report(news, |report| self.write(report, sink)) {
            self.reported.store(lost, Ordering::Relaxed);
        }
    }
}

impl<F, W> fmt::Debug for DirectHandler<F, W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DirectHandler").field("dropped", &self.dropped).finish_non_exhaustive()
    }
}
