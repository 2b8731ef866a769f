//! Call: an enabled statement on its way to the handlers.
//!
//! Made on the *caller*, on the statement's own stack, after the level. Handlers that keep frames
//! take it as it is; the others see a record.

use crate::atomic::Word;
use crate::frame::{Shape, local};
use crate::{CallSite, Level, Logger, Record, Value};

/// A statement that is being logged: who, where, what. The time is taken once for all handlers.
#[derive(Debug)]
pub struct Call<'a> {
    pub(crate) shape: Shape,
    pub(crate) logger: &'static Logger,
    pub(crate) site: &'static CallSite,
    pub(crate) values: Values<'a>,
}

/// The values of a call.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Values<'a> {
    /// As they lie in a frame, each in one word; their kinds are in the shape.
    Words(&'a [Word]),
    Any(&'a [Value<'a>]),
}

impl<'a> Call<'a> {
    /// Calls `f` with the call of a statement. How the values travel is decided when the statement
    /// is compiled: an array of words is much cheaper to make and to copy than one of values.
    #[inline(always)]
    pub(crate) fn with<const N: usize>(
        logger: &'static Logger,
        level: Level,
        site: &'static CallSite,
        values: &[Value<'_>; N],
        f: fn(&Call<'_>),
    ) {
        let shape = Shape::of(level, values);
        match local::simple_words(values) {
            Some(words) => f(&Call { shape, logger, site, values: Values::Words(&words) }),
            None => f(&Call { shape, logger, site, values: Values::Any(values) }),
        }
    }

    /// The severity.
    #[inline(always)]
    #[must_use]
    pub const fn level(&self) -> Level {
        self.shape.level()
    }

    /// The record; `time` in ticks of the clock. `room` is for values that travel as words.
    #[must_use]
    pub(crate) fn record<'r>(&self, time: u64, room: &'r mut [Value<'a>; MAX_SIMPLE]) -> Record<'r>
    where
        'a: 'r,
    {
        let values = match self.values {
            Values::Words(words) => local::simple_values(words, self.shape.kinds(), room),
            Values::Any(values) => values,
        };
        Record::new(self.logger, self.site, self.level(), time, values)
    }
}

/// The most values that travel as words.
pub(crate) const MAX_SIMPLE: usize = 4;
