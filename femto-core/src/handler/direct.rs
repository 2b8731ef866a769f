//! Writes on the caller.

use core::fmt;
use core::sync::atomic::{AtomicU8, Ordering};

use embedded_io::Write;
use portable_atomic::AtomicUsize;
use spin::Mutex;

use super::{Handler, Statistics};
use crate::{Details, Level, Record, WriteRecord, clock};

/// A handler that formats and writes on the calling thread.
///
/// An interrupt, or another thread, that meets the sink at work does not wait for it: its record is
/// dropped and counted, and a record at [`Level::WARN`] from `femtologging` says so after the next
/// that is written. The same goes for what a `Display` logs while its record is being written.
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
    level: AtomicU8,
    formatter: F,
    sink: Mutex<W>,
    dropped: AtomicUsize,
    /// Dropped records that were reported.
    reported: AtomicUsize,
}

impl<F: WriteRecord<W>, W: Write> DirectHandler<F, W> {
    /// A handler for all levels.
    pub const fn new(formatter: F, sink: W) -> Self {
        Self {
            level: AtomicU8::new(Level::NOTSET.number()),
            formatter,
            sink: Mutex::new(sink),
            dropped: AtomicUsize::new(0),
            reported: AtomicUsize::new(0),
        }
    }

    /// Changes the level below which records do not come here.
    pub fn set_level(&self, level: Level) {
        self.level.store(level.number(), Ordering::Relaxed);
    }

    /// Records dropped since the start, reported or not, because the sink was at work or failed.
    pub fn dropped(&self) -> usize {
        self.dropped.load(Ordering::Relaxed)
    }
}

impl<F: WriteRecord<W> + Sync, W: Write + Send> Handler for DirectHandler<F, W> {
    fn level(&self) -> Level {
        Level::new(self.level.load(Ordering::Relaxed))
    }

    fn set_level(&self, level: Level) {
        self.set_level(level);
    }

    fn statistics(&self) -> Statistics {
        Statistics { dropped: self.dropped(), ..Statistics::default() }
    }

    fn handle(&self, record: &Record<'_>) {
        let written = self.sink.try_lock().is_some_and(|mut sink| {
            let written = self.write(record, &mut sink);
            if written {
                self.report_dropped(&mut sink);
            }
            written
        });
        if !written {
            self.dropped.fetch_add(1, Ordering::Relaxed);
        }
    }
}

impl<F: WriteRecord<W>, W: Write> DirectHandler<F, W> {
    fn write(&self, record: &Record<'_>, sink: &mut W) -> bool {
        matches!(self.formatter.write_record(record, sink), Ok(true))
    }

    /// Called with the sink locked: by one context at a time.
    fn report_dropped(&self, sink: &mut W) {
        let dropped = self.dropped.load(Ordering::Relaxed);
        let news = dropped.wrapping_sub(self.reported.load(Ordering::Relaxed));
        if news == 0 {
            return;
        }
        let message = format_args!("{news} records dropped");
        let details = Details::default();
        let record = Record::of_the_system(&message, Level::WARN, clock::now(), &details);
        if self.write(&record, sink) {
            self.reported.store(dropped, Ordering::Relaxed);
        }
    }
}

impl<F, W> fmt::Debug for DirectHandler<F, W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DirectHandler").field("dropped", &self.dropped).finish_non_exhaustive()
    }
}
