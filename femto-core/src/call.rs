//! Call: an enabled statement on its way to the handlers.
//!
//! Made on the *caller*, on the statement's own stack, after the level. Handlers that keep frames
//! take it as it is; the others see a record.

use crate::frame::Shape;
use crate::{CallSite, Level, Logger, Record, Value};

/// A statement that is being logged: who, where, what. The time is taken once for all handlers.
#[derive(Debug)]
pub struct Call<'a> {
    pub(crate) shape: Shape,
    pub(crate) logger: &'static Logger,
    pub(crate) site: &'static CallSite,
    pub(crate) values: &'a [Value<'a>],
}

impl<'a> Call<'a> {
    /// The severity.
    #[inline(always)]
    #[must_use]
    pub const fn level(&self) -> Level {
        self.shape.level()
    }

    /// The record; `time` in ticks of the clock.
    #[must_use]
    pub fn record(&self, time: u64) -> Record<'a> {
        Record::new(self.logger, self.site, self.level(), time, self.values)
    }
}
