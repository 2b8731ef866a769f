//! Clock: the time of a record, read on the *caller* in raw ticks; the *collector* makes wall-clock
//! time of them.
//!
//! Ticks are those of the processor's time stamp counter where the kernel itself trusts it, else
//! nanoseconds of the monotonic clock. Nothing is calibrated: the collector reads both clocks now
//! and then, and each record's time lies between two such readings.

#[cfg(target_arch = "x86_64")]
mod counter;

use core::sync::atomic::{AtomicU64, Ordering, fence};
use core::time::Duration;
use std::sync::OnceLock;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use crate::registry;

/// Raw ticks now. They only mean something to the collector of this process.
#[inline(always)]
#[must_use]
pub fn now() -> u64 {
    #[cfg(target_arch = "x86_64")]
    if counter::is_trusted() {
        return counter::read();
    }
    monotonic()
}

/// Nanoseconds since the first call.
fn monotonic() -> u64 {
    uptime().as_nanos() as u64
}

/// The time since the first call.
pub(crate) fn uptime() -> Duration {
    START.get().unwrap_or_else(begin).elapsed()
}

#[cold]
fn begin<'s>() -> &'s Instant {
    registry::undisturbed(|| START.get_or_init(Instant::now))
}

static START: OnceLock<Instant> = OnceLock::new();

/// A moment on both clocks.
#[derive(Clone, Copy, Debug)]
struct Anchor {
    ticks: u64,
    /// Nanoseconds since the Unix epoch.
    wall: u64,
}

impl Anchor {
    fn now() -> Self {
        // The two readings are apart by what one of them takes: take the middle of two ticks.
        let before = now();
        let wall = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos();
        let after = now();
        Self { ticks: before + (after - before) / 2, wall: wall as u64 }
    }
}

/// Makes wall-clock time of ticks.
#[derive(Debug)]
pub(crate) struct Conversion {
    base: Anchor,
    latest: Anchor,
    /// Nanoseconds per tick, times 2^32.
    rate: u64,
}

impl Conversion {
    pub(crate) fn new() -> Self {
        let anchor = Anchor::now();
        Self { base: anchor, latest: anchor, rate: 1 << 32 }
    }

    /// What [`Conversion::of_parts`] takes.
    pub(crate) fn parts(&self) -> [u64; 3] {
        [self.latest.ticks, self.latest.wall, self.rate]
    }

    /// One that converts as the one whose parts these are did.
    pub(crate) fn of_parts([ticks, wall, rate]: [u64; 3]) -> Self {
        let anchor = Anchor { ticks, wall };
        Self { base: anchor, latest: anchor, rate }
    }

    /// Reads both clocks again. Called before the records of a pass are looked at, so that their
    /// times lie before the reading.
    pub(crate) fn refresh(&mut self) {
        let now = Anchor::now();
        let ticks = now.ticks.saturating_sub(self.base.ticks);
        let wall = now.wall.checked_sub(self.base.wall);
        match wall {
            Some(wall) if ticks > 0 && self.is_plausible(&now) => {
                self.rate = ((u128::from(wall) << 32) / u128::from(ticks)) as u64;
            }
            // The wall clock was set: go on with the rate that was, from the new time.
            _ => self.base = now,
        }
        self.latest = now;
        if ticks > REBASE_TICKS {
            self.base = now;
        }
    }

    /// Lets callers convert as this one does: see [`wall`].
    pub(crate) fn publish(&self) {
        LATEST.set(self.parts());
    }

    /// Nanoseconds since the Unix epoch.
    #[inline]
    pub(crate) fn wall(&self, ticks: u64) -> u64 {
        let scaled = |ticks: u64| ((u128::from(ticks) * u128::from(self.rate)) >> 32) as u64;
        match self.latest.ticks.checked_sub(ticks) {
            Some(before) => self.latest.wall.saturating_sub(scaled(before)),
            None => self.latest.wall.saturating_add(scaled(ticks - self.latest.ticks)),
        }
    }

    /// Whether the wall clock went on as the counter did, within a millisecond. The first
    /// reading, which has nothing to compare with, is.
    fn is_plausible(&self, now: &Anchor) -> bool {
        self.base.ticks == self.latest.ticks || self.wall(now.ticks).abs_diff(now.wall) < 1_000_000
    }
}

/// Wall-clock time of ticks just read, in nanoseconds since the Unix epoch: by the conversion that the
/// collector published last, if that was within the last second, else by a look at the clock.
pub(crate) fn wall(ticks: u64) -> u64 {
    let converted = LATEST.get().and_then(|[latest, wall, rate]| {
        let since = (u128::from(ticks.checked_sub(latest)?) * u128::from(rate)) >> 32;
        (since < 1_000_000_000).then(|| wall.saturating_add(since as u64))
    });
    converted.unwrap_or_else(|| {
        SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos() as u64
    })
}

/// Words that are written and read together: a sequence lock, whose reader never waits.
struct Published {
    /// Odd while they are written; 0 if they never were.
    version: AtomicU64,
    words: [AtomicU64; 3],
}

impl Published {
    /// Does nothing while another thread, or at a fork one of the parent's, writes.
    fn set(&self, words: [u64; 3]) {
        let version = self.version.load(Ordering::Relaxed) & !1;
        let claim = version + 1;
        let claimed =
            self.version.compare_exchange(version, claim, Ordering::Acquire, Ordering::Relaxed);
        if claimed.is_err() {
            return;
        }
        fence(Ordering::Release);
        for (to, word) in self.words.iter().zip(words) {
            to.store(word, Ordering::Relaxed);
        }
        self.version.store(claim + 1, Ordering::Release);
    }

    #[inline]
    fn get(&self) -> Option<[u64; 3]> {
        let version = self.version.load(Ordering::Acquire);
        let words = self.words.each_ref().map(|word| word.load(Ordering::Relaxed));
        fence(Ordering::Acquire);
        let is_whole = version & 1 == 0 && self.version.load(Ordering::Relaxed) == version;
        (is_whole && version != 0).then_some(words)
    }
}

static LATEST: Published =
    Published { version: AtomicU64::new(0), words: [const { AtomicU64::new(0) }; 3] };

/// Ticks after which the rate is measured anew, so that it follows the kernel's: some seconds.
const REBASE_TICKS: u64 = 1 << 34;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_convert_to_wall_clock_time_within_microseconds() {
        let mut conversion = Conversion::new();
        for _ in 0..50 {
            let before = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_nanos() as u64;
            let ticks = now();
            let after = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_nanos() as u64;
            conversion.refresh();
            let wall = conversion.wall(ticks);
            assert!(before - 20_000 <= wall && wall <= after + 20_000, "{before} {wall} {after}");
        }
    }

    #[test]
    fn a_clock_that_is_set_back_is_followed() {
        let mut conversion = Conversion::new();
        conversion.refresh();
        let second = 1_000_000_000;
        conversion.base.wall += second;
        conversion.latest.wall += second;
        conversion.refresh();
        let wall = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_nanos() as u64;
        assert!(conversion.wall(now()).abs_diff(wall) < second / 10);
    }

    #[test]
    fn callers_convert_as_the_collector_does() {
        let mut conversion = Conversion::new();
        std::thread::sleep(core::time::Duration::from_millis(2));
        conversion.refresh();
        conversion.publish();
        let ticks = now();
        assert!(wall(ticks).abs_diff(conversion.wall(ticks)) < 1_000_000);
    }

    #[test]
    fn words_are_read_as_they_were_written_together() {
        let published = Published { version: AtomicU64::new(0), words: Default::default() };
        assert_eq!(published.get(), None);
        std::thread::scope(|scope| {
            scope.spawn(|| (1..200_000).for_each(|number| published.set([number; 3])));
            let mut last = 0;
            while last < 199_999 {
                let Some([one, two, three]) = published.get() else { continue };
                assert!(
                    one == two && two == three && one >= last,
                    "{one} {two} {three} after {last}"
                );
                last = one;
            }
        });
    }
}
