//! The longer way of a call: a record is made, for whoever has to see one. Runs on the *caller*.

use portable_atomic::AtomicUsize;

use super::keep::{Keep, keep};
use super::render::keep_rendered;
use super::{KINDS_BITS, MAX_SIMPLE};
use crate::atomic::Word;
use crate::filter::pass_or_count;
use crate::frame::local;
use crate::{CallSite, Filter, Level, Logger, Record, Value, clock};

/// What makes records of statements. A table, so that it is linked only where a handler, a filter or a
/// second handler of a logger wants records.
#[derive(Debug)]
pub struct RecordPath {
    /// Hands out up to four numbers, given as words, with level and kinds in one.
    pub(super) words: fn(&'static Logger, &'static CallSite, &[Word], u32),
    /// Hands out values of any kind of which nothing is to be rendered.
    pub(super) values: fn(&'static Logger, &'static CallSite, Level, &[Value<'_>]),
    /// Asks filters.
    pub(crate) pass_all: fn(&[&dyn Filter], &Record<'_>, &AtomicUsize) -> bool,
}

pub(crate) static RECORD_PATH: RecordPath =
    RecordPath { words: hand_out_words, values: hand_out, pass_all: pass_or_count };

fn hand_out_words(
    logger: &'static Logger,
    site: &'static CallSite,
    words: &[Word],
    level_and_kinds: u32,
) {
    let mut room = [Value::None; MAX_SIMPLE];
    let values = local::simple_values(words, level_and_kinds, &mut room);
    hand_out(logger, site, Level::new((level_and_kinds >> KINDS_BITS) as u8), values);
}

#[inline(never)]
pub(super) fn hand_out(
    logger: &'static Logger,
    site: &'static CallSite,
    level: Level,
    values: &[Value<'_>],
) {
    hand_out_as(keep, logger, site, level, values);
}

/// Hands out values of which some are still to be rendered.
#[inline(never)]
pub(super) fn hand_out_unrendered(
    logger: &'static Logger,
    site: &'static CallSite,
    level: Level,
    values: &[Value<'_>],
) {
    hand_out_as(keep_rendered, logger, site, level, values);
}

#[inline(never)]
fn hand_out_as(
    keep: Keep,
    logger: &'static Logger,
    site: &'static CallSite,
    level: Level,
    values: &[Value<'_>],
) {
    if logger.takes(level) {
        let record = Record::new(logger, site, level, clock::now(), values);
        logger.hand_over(&record.kept_by(keep));
    }
}
