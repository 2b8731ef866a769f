//! The processor's time stamp counter.
#![allow(unsafe_code)]

use core::sync::atomic::{AtomicU8, Ordering};

/// The counter. It may run a few nanoseconds ahead of the instructions before it.
#[inline(always)]
pub(super) fn read() -> u64 {
    // SAFETY: the instruction is part of the architecture and reads nothing but the counter. Where an
    // operating system forbids it, `is_trusted` has found another clock source; a process that forbids it
    // to itself (`prctl`) ends with `SIGSEGV`, as it does when it reads the time.
    unsafe { core::arch::x86_64::_rdtsc() }
}

/// Whether the counter runs evenly, on all processors alike: the kernel checks it all the time
/// before it takes it as its own clock.
#[inline(always)]
pub(super) fn is_trusted() -> bool {
    match TRUSTED.load(Ordering::Relaxed) {
        UNKNOWN => find_out(),
        answer => answer == YES,
    }
}

#[cold]
fn find_out() -> bool {
    let source = std::fs::read_to_string(CLOCK_SOURCE);
    let trusted = source.is_ok_and(|name| name.trim() == "tsc");
    TRUSTED.store(if trusted { YES } else { NO }, Ordering::Relaxed);
    trusted
}

static TRUSTED: AtomicU8 = AtomicU8::new(UNKNOWN);
const UNKNOWN: u8 = 0;
const YES: u8 = 1;
const NO: u8 = 2;
const CLOCK_SOURCE: &str = "/sys/devices/system/clocksource/clocksource0/current_clocksource";
