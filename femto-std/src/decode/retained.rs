//! Frames of a crash log, which is in a microcontroller's RAM after a reset.

use core::time::Duration;

use femto_core::Record;
use femto_core::frame::portable::Portable;
use femto_core::frame::retained;

use super::record::Content;

/// A frame that was found whole.
#[derive(Clone, Debug)]
pub(super) struct Retained<'d> {
    frame: retained::Retained<'d>,
    portable: Portable<'d>,
    /// Whether a later boot logged too.
    is_recovered: bool,
}

impl<'d> Retained<'d> {
    /// Those of them that can be read, oldest first.
    pub(super) fn in_order(mut found: Vec<retained::Retained<'d>>) -> Vec<Self> {
        // Positions wrap: what lies half of their range behind is before.
        let pivot = found.first().map_or(0, |frame| frame.position);
        found.sort_by_key(|frame| frame.position.wrapping_sub(pivot) as i32);
        let boot = found.last().map(|newest| newest.boot);
        let read = |frame: retained::Retained<'d>| {
            let portable = frame.portable().ok()?;
            Some(Self { frame, portable, is_recovered: Some(frame.boot) != boot })
        };
        found.into_iter().filter_map(read).collect()
    }

    /// Gives `take` the record; one of an earlier boot says which, as on the target.
    pub(super) fn with_record<R>(&self, take: impl FnOnce(Record<'_>) -> R) -> R {
        let Self { frame, portable, is_recovered } = self;
        let boot = is_recovered.then_some(frame.boot);
        let content = Content::Portable { frame: *portable, boot };
        content.with_record(portable.level, self.time(), |mut record| {
            if !frame.is_since_epoch {
                record = record.since_boot();
            }
            if frame.is_cut {
                record = record.cut();
            }
            take(if *is_recovered { record.recovered() } else { record })
        })
    }

    fn time(&self) -> Option<Duration> {
        let rate = u64::from(self.frame.ticks_per_second);
        (rate != 0).then(|| super::duration(self.portable.time, rate))
    }
}
