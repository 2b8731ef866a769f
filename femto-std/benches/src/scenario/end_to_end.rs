//! End to end: as many records as possible, until everything is with the operating system.

use std::sync::Barrier;
use std::thread;
use std::time::Instant;

use super::{Plan, word};
use crate::outcome::Outcome;
use crate::peer::Peer;
use crate::usage;

pub(super) fn run<P: Peer>(plan: &Plan, threads: u64, calls: u64, outcome: &mut Outcome) {
    let before = usage::peak_memory();
    let peer = P::start(&plan.path);
    let each = plan.count(calls) / threads;
    let start = Barrier::new(threads as usize + 1);
    let cpu = usage::process_cpu();
    let (began, callers) = thread::scope(|scope| {
        let callers: Vec<_> = (0..threads)
            .map(|thread| {
                let (peer, start) = (&peer, &start);
                scope.spawn(move || {
                    start.wait();
                    let (began, cpu) = (Instant::now(), usage::thread_cpu());
                    let word = word();
                    for number in thread * each..(thread + 1) * each {
                        peer.call(word, number);
                    }
                    (began.elapsed().as_nanos() as u64, usage::thread_cpu() - cpu)
                })
            })
            .collect();
        let began = Instant::now();
        start.wait();
        let ended = callers.into_iter().map(|caller| caller.join().expect("no peer panics"));
        (began, ended.collect::<Vec<_>>())
    });
    peer.finish();
    let took = began.elapsed();
    let cpu = usage::process_cpu() - cpu;
    let calls = each * threads;
    outcome.calls = calls;
    outcome.threads = threads;
    outcome.set("M_per_s", calls as f64 / took.as_secs_f64() / 1e6);
    outcome.set("cpu_ns", cpu as f64 / calls as f64);
    let per_call = |total: u64| total as f64 / calls as f64;
    outcome.set("caller_ns", per_call(callers.iter().map(|caller| caller.0).sum()));
    outcome.set("caller_cpu_ns", per_call(callers.iter().map(|caller| caller.1).sum()));
    outcome.set("peak_MiB", usage::peak_memory());
    outcome.set("start_MiB", before);
}
