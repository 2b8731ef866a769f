//! Paced: a call each 50 us, while the thread waits busily. Shows what waking a worker costs.

use core::hint::{black_box, spin_loop};
use core::time::Duration;

use super::{Plan, warm_up, word};
use crate::outcome::{Outcome, within};
use crate::peer::Peer;
use crate::timer::{Timer, ticks};

pub(super) fn run<P: Peer>(plan: &Plan, outcome: &mut Outcome) {
    let timer = Timer::calibrated();
    let word = word();
    let pace = timer.ticks_of(PACE);
    // The timer alone, in the same loop: its median is what it adds to each measurement.
    let timing = times(plan.count(CALLS / 10), pace, |number| {
        black_box((word, number));
    });
    let peer = P::start(&plan.path);
    let first = warm_up(&peer);
    let calls = plan.count(CALLS);
    let took = times(calls, pace, |number| peer.call(word, first + number));
    peer.finish();
    outcome.calls = first + calls;
    let own = within(&timing, 0.5);
    outcome.set("timer_ns", timer.nanoseconds(own));
    for (name, share) in SHARES {
        let ticks = (within(&took, share) - own).max(0.0);
        outcome.set(name, timer.nanoseconds(ticks));
    }
}

/// How long each of some calls took, sorted.
#[inline(never)]
fn times(calls: u64, pace: u64, mut call: impl FnMut(u64)) -> Vec<u64> {
    let mut took = Vec::with_capacity(calls as usize);
    let mut due = ticks();
    let mut seed: u64 = 1;
    for number in 0..calls {
        due = due.max(ticks()) + pace;
        while ticks() < due {
            spin_loop();
        }
        // Some processors' counters advance in steps of 10 ns, and the loop ends just behind one.
        // Begin at any place of a step, so that the mean over many calls is that of the true times.
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        for _ in 0..seed >> 59 {
            black_box(seed);
        }
        let began = ticks();
        call(number);
        took.push(ticks() - began);
    }
    took.sort_unstable();
    took
}

/// The percentiles that are reported and drawn.
const SHARES: [(&str, f64); 7] = [
    ("p50", 0.5),
    ("p75", 0.75),
    ("p90", 0.9),
    ("p99", 0.99),
    ("p99.9", 0.999),
    ("p99.99", 0.9999),
    ("max", 1.0),
];
const CALLS: u64 = 20_000;
const PACE: Duration = Duration::from_micros(50);
