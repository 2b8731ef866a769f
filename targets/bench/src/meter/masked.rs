//! How long interrupts are masked: the critical section of this program reads the counter before it masks and after it
//! unmasks, so that its own instructions are in the figure.

use core::sync::atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering};

use super::{BATCHES, Dither, tenths};
use crate::processor::{self, now};

/// The longest stretch in `statement`, in tenths of an instruction: the sections of a run are told apart by their
/// order, and averaged over the runs.
pub(super) fn longest(
    dither: &mut Dither,
    mut prepare: impl FnMut(),
    mut statement: impl FnMut(),
) -> u32 {
    // What the two readings cost.
    let mut nothing = || {
        begins();
        ended();
    };
    let own = average(dither, &mut || {}, &mut nothing);
    prepare();
    statement(); // what only a first call does is not the cost of a call
    average(dither, &mut prepare, &mut statement).saturating_sub(own)
}

fn average(dither: &mut Dither, prepare: &mut impl FnMut(), statement: &mut impl FnMut()) -> u32 {
    for sum in &SUMS {
        sum.store(0, Ordering::Relaxed);
    }
    for _ in 0..BATCHES {
        prepare();
        SECTION.store(0, Ordering::Relaxed);
        dither.wait();
        IS_COUNTING.store(true, Ordering::Relaxed);
        statement();
        IS_COUNTING.store(false, Ordering::Relaxed);
    }
    let longest = SUMS.iter().map(|sum| sum.load(Ordering::Relaxed)).max().unwrap_or(0);
    tenths(longest, BATCHES)
}

/// Before interrupts are masked.
#[inline(always)]
pub(crate) fn begins() {
    START.store(now(), Ordering::Relaxed);
}

/// After interrupts were unmasked.
#[inline(always)]
pub(crate) fn ended() {
    let end = now();
    note(end);
}

#[inline(never)]
fn note(end: u32) {
    if !IS_COUNTING.load(Ordering::Relaxed) {
        return;
    }
    let section = SECTION.load(Ordering::Relaxed);
    SECTION.store(section + 1, Ordering::Relaxed);
    let Some(sum) = SUMS.get(section) else { panic!("more than {} sections", SUMS.len()) };
    let ticks = processor::between(START.load(Ordering::Relaxed), end);
    sum.store(sum.load(Ordering::Relaxed) + ticks, Ordering::Relaxed);
}

static IS_COUNTING: AtomicBool = AtomicBool::new(false);
static START: AtomicU32 = AtomicU32::new(0);
static SECTION: AtomicUsize = AtomicUsize::new(0);
static SUMS: [AtomicU32; 200] = [const { AtomicU32::new(0) }; 200];
