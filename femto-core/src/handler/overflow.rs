//! What becomes of a record when the ring is full. Runs on the *caller*, where a claim found no room.

use core::time::Duration;

/// The rule for a record that finds the ring full. Default: [`OverflowPolicy::DropNewest`].
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub enum OverflowPolicy {
    /// The record is dropped and counted.
    #[default]
    DropNewest,
    /// The oldest records make room, and are counted; the newest are what is left after a crash. The
    /// record is dropped if the oldest is being written, by a context that this one interrupts.
    OverwriteOldest,
    /// The caller waits for the drain, which must be another context: a thread, an interrupt.
    Timeout {
        /// How long at most, by the clock that was [set](crate::set_clock); without one nobody waits.
        limit: Duration,
        /// Called again and again meanwhile: yields or sleeps, and answers whether the caller may go on
        /// waiting. `false` drops the record at once, in an interrupt for instance.
        relax: fn() -> bool,
    },
}
