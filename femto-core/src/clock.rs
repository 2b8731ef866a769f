//! Clock: the time of a record, read on the *caller*, once, after level and filter.

use core::fmt;
use core::time::Duration;

use crate::reference::SetOnce;

/// A source of time.
///
/// # For implementors
/// `now` is called from every context that logs, interrupts included: it must not block.
pub trait Clock: Sync {
    /// Ticks since boot, or since the Unix epoch.
    fn now(&self) -> u64;

    /// How many ticks make a second; at least 1. Default: 1,000,000,000 (nanoseconds).
    fn ticks_per_second(&self) -> u64 {
        1_000_000_000
    }
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

/// The duration of `ticks`, by the rate of the clock that was set.
pub(crate) fn duration(ticks: u64) -> Option<Duration> {
    let rate = rate();
    if rate == 0 {
        return None;
    }
    let nanos = u128::from(ticks % rate) * 1_000_000_000 / u128::from(rate);
    Some(Duration::new(ticks / rate, nanos as u32))
}

/// There is a clock already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClockAlreadySet;

impl fmt::Display for ClockAlreadySet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a clock was set before")
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
