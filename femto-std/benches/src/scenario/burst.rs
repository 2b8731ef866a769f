//! Burst: calls back to back, in batches with pauses, so that no queue is ever full.

use core::time::Duration;
use std::thread;

use super::{Plan, warm_up, word};
use crate::outcome::{Outcome, median};
use crate::peer::Peer;
use crate::timer::{Timer, ticks};

pub(super) fn run<P: Peer>(plan: &Plan, outcome: &mut Outcome) {
    let timer = Timer::calibrated();
    let peer = P::start(&plan.path);
    let mut next = warm_up(&peer);
    let word = word();
    let mut batches = Vec::new();
    for _ in 0..plan.count(BATCHES) {
        thread::sleep(PAUSE);
        batches.push(batch(&peer, word, next));
        next += CALLS;
    }
    peer.finish();
    outcome.calls = next;
    let per_call = |ticks: f64| timer.nanoseconds(ticks) / CALLS as f64;
    outcome.set("ns", per_call(median(&batches)));
    outcome.set("least_ns", per_call(batches.iter().copied().fold(f64::INFINITY, f64::min)));
}

/// The ticks of a batch. A function of its own, so that profilers can be told to count it alone.
#[inline(never)]
fn batch<P: Peer>(peer: &P, word: &str, first: u64) -> f64 {
    let began = ticks();
    for number in first..first + CALLS {
        peer.call(word, number);
    }
    (ticks() - began) as f64
}

const BATCHES: u64 = 400;
const CALLS: u64 = 500;
/// Long enough for every peer to write a batch.
const PAUSE: Duration = Duration::from_millis(3);
