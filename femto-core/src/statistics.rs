//! Statistics: what became of the records that a handler was given.
//!
//! Counted on the *caller* and the *drain*; read from anywhere.

/// The counters of one handler. They wrap with the width of a pointer.
///
/// Records given to a handler = `written + dropped + overwritten + rejected` + those that wait in its
/// ring.
///
/// # Examples
/// ```
/// use femto_core::{Handler, Logger, RingHandler, info};
///
/// static RING: RingHandler<256> = RingHandler::new();
/// static ROOT: Logger = Logger::root().with_handlers(&[&RING]);
///
/// info!(logger: ROOT, "booted");
/// let statistics = RING.statistics();
/// assert_eq!((statistics.written, statistics.dropped), (0, 0));
/// assert!(statistics.high_water > 0 && statistics.high_water < statistics.capacity);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Statistics {
    /// Records written, or handed on to other handlers.
    pub written: usize,
    /// Records dropped: the ring was full or the sink at work, the sink failed, or the record was too
    /// large, whatever was cut.
    pub dropped: usize,
    /// Records that made room for newer ones.
    pub overwritten: usize,
    /// Records taken out whose text was cut to fit.
    pub cut: usize,
    /// Records that a filter of the handler refused. What those of a logger refuse does not come here:
    /// [`Logger::rejected`](crate::Logger::rejected).
    pub rejected: usize,
    /// Size of the ring, in bytes (its type counts words); 0 without one.
    pub capacity: usize,
    /// The most bytes of the ring that were in use.
    pub high_water: usize,
}
