//! Writing without a queue: a handler of direct delivery, and one whose collector has ended.
//!
//! Runs on the *caller*, in place of the collector.

use core::sync::atomic::Ordering;

use femto_core::Record;

use super::{Failure, Handler, Outlet};
use crate::report;
use crate::sink::{Lines, RecordEnd};
use crate::unwind::guarded;

impl Handler {
    /// Formats a record and writes it, on the calling thread.
    pub(crate) fn write_through(&self, record: &Record<'_>, at_any_level: bool) {
        if record.level() < self.level() && !at_any_level {
            return;
        }
        let settings = self.settings.load();
        let mut line = String::new();
        let formatted = guarded(|| {
            settings.admit(record).then(|| settings.formatter.format(record, &mut line))
        });
        // Not before: the application's own code may have forked.
        let outlet = self.outlet();
        let failure = match formatted {
            Some(None) => {
                outlet.counts.rejected.fetch_add(1, Ordering::Relaxed);
                return;
            }
            Some(Some(Ok(()))) => None,
            Some(Some(Err(error))) => Some(Failure::FormatRecords { error, records: 1 }),
            None => Some(Failure::Panicked { records: 1 }),
        };
        outlet.counts.accepted.fetch_add(1, Ordering::Relaxed);
        if let Some(failure) = failure {
            outlet.counts.errors.fetch_add(1, Ordering::Relaxed);
            self.drop_here(&outlet, &failure);
            return;
        }
        line.push('\n');
        let missing = outlet.take_untold();
        let mut lines = String::new();
        let mut ends = Vec::new();
        if missing > 0 {
            ends.extend(settings.push_dropped(missing, &mut lines));
        }
        lines.push_str(&line);
        ends.push(RecordEnd::of(record, lines.len()));
        let was_failing = outlet.is_failing();
        match outlet.write(self, Lines::new(lines.as_bytes(), &ends)) {
            Ok(()) => {
                outlet.counts.written.fetch_add(1, Ordering::Relaxed);
                if was_failing {
                    report::tell(self, &Failure::Recovered { dropped: missing });
                }
            }
            Err(error) => {
                outlet.give_back_untold(missing);
                self.drop_here(&outlet, &Failure::WriteRecord { error });
            }
        }
        if let Some(error) = outlet.take_problem() {
            report::tell(self, &Failure::MaintainFile { error });
        }
    }

    /// Drops the record at hand; the next line that is written directly says so.
    fn drop_here(&self, outlet: &Outlet, failure: &Failure) {
        outlet.drop_untold();
        report::tell(self, failure);
    }
}
