//! Timer: the processor's time-stamp counter where there is one, `Instant` elsewhere.
//!
//! Reads are fenced, so that what is measured lies whole between two of them. What a read costs is
//! measured in the same loop with an empty call, and subtracted.

use std::time::{Duration, Instant};

/// Counts ticks of an unknown, constant length.
#[derive(Clone, Copy, Debug)]
pub struct Timer {
    nanoseconds_per_tick: f64,
}

impl Timer {
    /// Finds out how long a tick is; takes 50 ms.
    #[must_use]
    pub fn calibrated() -> Self {
        let (began, first) = (Instant::now(), ticks());
        while began.elapsed() < Duration::from_millis(50) {
            core::hint::spin_loop();
        }
        let (elapsed, last) = (began.elapsed(), ticks());
        Self { nanoseconds_per_tick: elapsed.as_nanos() as f64 / (last - first) as f64 }
    }

    /// A number of ticks in nanoseconds.
    #[must_use]
    pub fn nanoseconds(&self, ticks: f64) -> f64 {
        ticks * self.nanoseconds_per_tick
    }

    /// A time in ticks.
    #[must_use]
    pub fn ticks_of(&self, time: Duration) -> u64 {
        (time.as_nanos() as f64 / self.nanoseconds_per_tick) as u64
    }
}

/// The counter, after everything before it is done and before anything after it begins.
#[cfg(target_arch = "x86_64")]
#[inline(always)]
#[must_use]
#[allow(unsafe_code)]
pub fn ticks() -> u64 {
    use core::arch::x86_64::{_mm_lfence, _rdtsc};
    // SAFETY: SSE2 is part of x86_64.
    unsafe { _mm_lfence() };
    // SAFETY: part of x86_64; no operating system of today denies it to programs.
    let ticks = unsafe { _rdtsc() };
    // SAFETY: SSE2 is part of x86_64.
    unsafe { _mm_lfence() };
    ticks
}

/// Nanoseconds since the first look.
#[cfg(not(target_arch = "x86_64"))]
#[inline(always)]
#[must_use]
pub fn ticks() -> u64 {
    static START: std::sync::OnceLock<Instant> = std::sync::OnceLock::new();
    START.get_or_init(Instant::now).elapsed().as_nanos() as u64
}
