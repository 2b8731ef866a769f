//! Disabled: nanoseconds over an empty loop. Many short turns of both, alternating.

use core::hint::black_box;

use super::{Plan, word};
use crate::outcome::{Outcome, median};
use crate::peer::Peer;
use crate::timer::{Timer, ticks};

pub(super) fn run<P: Peer>(plan: &Plan, outcome: &mut Outcome) {
    let peer = P::start(&plan.path);
    // One record, so that the level is known to be looked at and not the absence of a logger.
    peer.call(word(), 0);
    outcome.calls = 1;
    let timer = Timer::calibrated();
    let (mut empty, mut calls) = (Vec::new(), Vec::new());
    for _ in 0..plan.count(TURNS) {
        empty.push(turn(|_, number| {
            black_box(number);
        }));
        calls.push(turn(|word, number| peer.call_disabled(word, black_box(number))));
    }
    peer.finish();
    let nanoseconds = |turns: &[f64]| timer.nanoseconds(median(turns)) / CALLS as f64;
    outcome.set("ns", nanoseconds(&calls) - nanoseconds(&empty));
    outcome.set("empty_ns", nanoseconds(&empty));
    let least = |turns: &[f64]| turns.iter().copied().fold(f64::INFINITY, f64::min);
    let least_over = least(&calls) - least(&empty);
    outcome.set("least_ns", timer.nanoseconds(least_over) / CALLS as f64);
}

#[inline(never)]
fn turn(mut call: impl FnMut(&str, u64)) -> f64 {
    let word = word();
    let began = ticks();
    for number in 0..CALLS {
        call(word, number);
    }
    (ticks() - began) as f64
}

const TURNS: u64 = 200;
const CALLS: u64 = 500_000;
