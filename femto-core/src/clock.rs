//! Clock: the time of a record, read on the *caller*, once, after level and filter.

use core::fmt;
use core::time::Duration;

use crate::division::divide;
use crate::formatter::{Moment, write_rfc3339};
use crate::reference::SetOnce;

/// A source of time.
///
/// Ticks are what it counts: milliseconds of a timer interrupt, cycles of the processor, nanoseconds
/// of an operating system. They are kept as they are, in 64 bits, and only whoever prints a record
/// makes a time of them, exact to the nanosecond.
///
/// # Examples
/// A timer that counts milliseconds since boot, and a calendar once somebody knows what time it is:
/// ```
/// use core::sync::atomic::{AtomicU32, Ordering};
/// use core::time::Duration;
/// use femto_core::{Clock, set_clock};
///
/// struct Timer;
///
/// /// Counted by the timer's interrupt. (In 32 bits for the example's sake: 49 days.)
/// static MILLIS: AtomicU32 = AtomicU32::new(0);
/// /// Seconds between the Unix epoch and boot, 0 while unknown.
/// static BOOTED: AtomicU32 = AtomicU32::new(0);
///
/// impl Clock for Timer {
///     fn now(&self) -> u64 {
///         MILLIS.load(Ordering::Relaxed).into()
///     }
///     fn ticks_per_second(&self) -> u64 {
///         1000
///     }
///     fn epoch(&self) -> Option<Duration> {
///         let seconds = BOOTED.load(Ordering::Relaxed);
///         (seconds != 0).then(|| Duration::from_secs(seconds.into()))
///     }
/// }
///
/// set_clock(&Timer).unwrap();
/// ```
///
/// # For implementors
/// `now` is called from every context that logs, interrupts included: it must not block.
pub trait Clock: Sync {
    /// Ticks since boot, or since whatever [`Clock::epoch`] tells.
    fn now(&self) -> u64;

    /// The resolution: how many ticks make a second; at least 1. Default: 1,000,000,000
    /// (nanoseconds).
    fn ticks_per_second(&self) -> u64 {
        1_000_000_000
    }

    /// The time of tick 0 since the Unix epoch; `None` where there is no calendar, or not yet.
    /// Default: `None`.
    ///
    /// Asked when a record is printed: once it answers, records from before have a date too. A clock
    /// that counts from the epoch itself answers [`Duration::ZERO`].
    fn epoch(&self) -> Option<Duration> {
        None
    }

    /// The time of a count of ticks. Here, and not a function of this module, so that a program has in it
    /// only what its clock needs: no calendar without an epoch, little arithmetic for a usual rate.
    ///
    /// Not with host decoding, where as a rule nobody asks.
    #[cfg(not(feature = "host-decoding"))]
    #[doc(hidden)]
    fn moment(&self, ticks: u64) -> Option<Moment> {
        moment_at(ticks, self.ticks_per_second(), || self.epoch())
    }
}

#[inline(always)]
fn moment_at(ticks: u64, rate: u64, epoch: impl Fn() -> Option<Duration>) -> Option<Moment> {
    let (seconds, nanos) = time_at(ticks, rate)?;
    let Some(epoch) = epoch() else { return Some(Moment { seconds, nanos, date: None }) };
    let time = Duration::new(seconds, nanos).saturating_add(epoch);
    let (seconds, nanos) = (time.as_secs(), time.subsec_nanos());
    Some(Moment { seconds, nanos, date: Some(write_rfc3339) })
}

/// Sets the clock of this image, once.
///
/// Until then every record's time is 0, and formatters leave it out.
///
/// # Errors
/// [`ClockAlreadySet`] if one was set before; it stays.
pub fn set_clock(clock: &'static dyn Clock) -> Result<(), ClockAlreadySet> {
    if CLOCK.set(clock) { Ok(()) } else { Err(ClockAlreadySet) }
}

/// Ticks of the clock that was set, 0 without one.
#[inline(always)]
#[must_use]
pub fn now() -> u64 {
    CLOCK.get().now()
}

/// Ticks per second of the clock that was set, 0 without one.
pub(crate) fn rate() -> u64 {
    CLOCK.get().ticks_per_second()
}

/// The time of `ticks` of the clock that was set; `None` without one.
pub(crate) fn moment(ticks: u64) -> Option<Moment> {
    let clock = CLOCK.get();
    #[cfg(not(feature = "host-decoding"))]
    return clock.moment(ticks);
    #[cfg(feature = "host-decoding")]
    return moment_at(ticks, clock.ticks_per_second(), || clock.epoch());
}

/// The duration of `ticks`, by the rate of the clock that was set; `None` without one.
pub(crate) fn duration(ticks: u64) -> Option<Duration> {
    duration_at(ticks, rate())
}

/// The duration of `ticks`, so many a second; `None` if there are none.
pub(crate) fn duration_at(ticks: u64, rate: u64) -> Option<Duration> {
    time_at(ticks, rate).map(|(seconds, nanos)| Duration::new(seconds, nanos))
}

/// [`duration_at`], as seconds and nanoseconds.
#[inline]
pub(crate) fn time_at(ticks: u64, rate: u64) -> Option<(u64, u32)> {
    if rate == 0 {
        return None;
    }
    let (seconds, rest) = divide(ticks, rate);
    Some((seconds, nanos(rest, rate)))
}

/// The time of tick 0 since the Unix epoch, if the clock that was set knows it.
pub(crate) fn epoch() -> Option<Duration> {
    CLOCK.get().epoch()
}

/// The time of tick 0 since the Unix epoch in ticks, 0 if it is not known.
pub(crate) fn ticks_of_epoch() -> u64 {
    let (Some(epoch), rate) = (epoch(), rate()) else { return 0 };
    let part = u64::from(epoch.subsec_nanos()).saturating_mul(rate) / 1_000_000_000;
    epoch.as_secs().saturating_mul(rate).saturating_add(part)
}

/// `ticks` of less than a second in nanoseconds, without a division of 128 bits: from 17 GHz on, the
/// lowest bits of rate and ticks count for nothing.
#[inline]
fn nanos(ticks: u64, rate: u64) -> u32 {
    const NANOS: u64 = 1_000_000_000;
    if rate == NANOS {
        return ticks as u32;
    }
    let excess = (u64::BITS - rate.leading_zeros()).saturating_sub(34);
    divide((ticks >> excess) * NANOS, rate >> excess).0.min(NANOS - 1) as u32
}

/// There is a clock already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClockAlreadySet;

impl fmt::Display for ClockAlreadySet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a clock was set before, and stays")
    }
}

impl core::error::Error for ClockAlreadySet {}

static CLOCK: SetOnce<&'static dyn Clock> = SetOnce::new(&(&Stopped as &dyn Clock));

/// Says that there is no clock by its rate.
struct Stopped;

impl Clock for Stopped {
    fn now(&self) -> u64 {
        0
    }

    fn ticks_per_second(&self) -> u64 {
        0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn ticks_are_nanoseconds_to_the_last(ticks: u64, rate in 1_u64..) {
            let ticks = ticks % rate;
            let exact = (u128::from(ticks) * 1_000_000_000 / u128::from(rate)) as u32;
            let found = nanos(ticks, rate);
            prop_assert!(found < 1_000_000_000 && found.abs_diff(exact) <= 1, "{found} {exact}");
            if rate <= 1 << 34 {
                prop_assert_eq!(found, exact);
            }
        }
    }

    #[test]
    fn rates_at_the_edge_do_not_overflow() {
        for rate in [1, 1 << 34, u64::MAX / 1_000_000_000, u64::MAX / 1_000_000_000 + 1, u64::MAX] {
            assert!(nanos(rate - 1, rate) < 1_000_000_000, "{rate}");
        }
    }
}
