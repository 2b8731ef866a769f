//! Allocations: how often a call asks for memory, once its thread is warm.

use core::time::Duration;
use std::thread;

use super::{Plan, warm_up, word};
use crate::allocation;
use crate::outcome::Outcome;
use crate::peer::Peer;

pub(super) fn run<P: Peer>(plan: &Plan, outcome: &mut Outcome) {
    let peer = P::start(&plan.path);
    let mut next = warm_up(&peer);
    let word = word();
    let before = allocation::so_far();
    let first = next;
    for _ in 0..plan.count(BATCHES) {
        for number in next..next + CALLS {
            peer.call(word, number);
        }
        next += CALLS;
        thread::sleep(Duration::from_millis(3));
    }
    let count = allocation::so_far().zip(before).map(|(after, before)| after - before);
    peer.finish();
    outcome.calls = next;
    if let Some(count) = count {
        outcome.set("per_call", count as f64 / (next - first) as f64);
    }
}

const BATCHES: u64 = 40;
const CALLS: u64 = 500;
