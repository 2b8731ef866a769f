//! Configuration: what it takes to make one of fifty loggers and to apply it; first when nothing is
//! there, then again with other levels, at last while another thread logs.

use core::time::Duration;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Instant;

use super::{Plan, word};
use crate::outcome::{Outcome, median};
use crate::peer::Configured;
use crate::usage;

pub(super) fn run<P: Configured>(plan: &Plan, outcome: &mut Outcome) {
    let (began, cpu) = (Instant::now(), usage::thread_cpu());
    let peer = P::start(&plan.path);
    outcome.set("first_us", began.elapsed().as_nanos() as f64 / 1e3);
    outcome.set("first_cpu_us", (usage::thread_cpu() - cpu) as f64 / 1e3);
    let turns = plan.count(TURNS);
    let (wall, cpu) = applied(&peer, &plan.path, 0..turns);
    outcome.set("quiet_us", wall);
    outcome.set("quiet_cpu_us", cpu);
    let is_over = AtomicBool::new(false);
    thread::scope(|scope| {
        let caller = scope.spawn(|| {
            let (word, mut number) = (word(), 0);
            while !is_over.load(Ordering::Relaxed) {
                for _ in 0..BATCH {
                    peer.call(word, number);
                    number += 1;
                }
                thread::sleep(PAUSE);
            }
            number
        });
        let (wall, cpu) = applied(&peer, &plan.path, turns..2 * turns);
        is_over.store(true, Ordering::Relaxed);
        outcome.set("busy_us", wall);
        outcome.set("busy_cpu_us", cpu);
        outcome.calls = caller.join().expect("no peer panics");
    });
    peer.finish();
}

/// The medians of the time that a configuration takes, and of its thread's CPU, in microseconds.
fn applied<P: Configured>(peer: &P, path: &Path, turns: core::ops::Range<u64>) -> (f64, f64) {
    let (mut walls, mut cpus) = (Vec::new(), Vec::new());
    for turn in turns {
        let (began, cpu) = (Instant::now(), usage::thread_cpu());
        peer.apply(path, turn + 1);
        walls.push(began.elapsed().as_nanos() as f64 / 1e3);
        cpus.push((usage::thread_cpu() - cpu) as f64 / 1e3);
        thread::sleep(PAUSE);
    }
    (median(&walls), median(&cpus))
}

const TURNS: u64 = 200;
const BATCH: u64 = 10;
const PAUSE: Duration = Duration::from_micros(500);
