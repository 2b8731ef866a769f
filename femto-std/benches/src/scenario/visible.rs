//! Visible: how long after a call another reader of the file finds the line, while more come.

use core::time::Duration;
use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Instant;

use super::{Plan, word};
use crate::outcome::{Outcome, percentile};
use crate::peer::Peer;

pub(super) fn run<P: Peer>(plan: &Plan, outcome: &mut Outcome) {
    let peer = P::start(&plan.path);
    let calls = plan.count(CALLS);
    let called = Mutex::new(Vec::with_capacity(calls as usize));
    let is_over = AtomicBool::new(false);
    let mut latencies = thread::scope(|scope| {
        let reader = scope.spawn(|| watch(&plan.path, &called, &is_over));
        let word = word();
        for number in 0..calls {
            thread::sleep(PAUSE);
            called.lock().expect("no peer panics").push(Instant::now());
            peer.call(word, number);
        }
        // What a peer still holds back after this counts as this late.
        thread::sleep(PATIENCE);
        is_over.store(true, Ordering::Release);
        reader.join().expect("the reader does not panic")
    });
    peer.finish();
    outcome.calls = calls;
    outcome.set("unseen", (calls as usize - latencies.len()) as f64);
    latencies.resize(calls as usize, u64::MAX);
    latencies.sort_unstable();
    for (name, share) in [("p50_us", 0.5), ("p99_us", 0.99), ("max_us", 1.0)] {
        let value = percentile(&latencies, share) / 1e3;
        outcome.set(name, value.min(PATIENCE.as_micros() as f64));
    }
}

/// Reads what is added to the file; the nth line is that of the nth call.
fn watch(path: &Path, called: &Mutex<Vec<Instant>>, is_over: &AtomicBool) -> Vec<u64> {
    let mut file = loop {
        match File::open(path) {
            Ok(file) => break file,
            Err(_) if is_over.load(Ordering::Acquire) => return Vec::new(),
            Err(_) => thread::sleep(PAUSE),
        }
    };
    let mut latencies = Vec::new();
    let mut bytes = vec![0; 64 << 10];
    loop {
        let was_over = is_over.load(Ordering::Acquire);
        let read = file.read(&mut bytes).unwrap_or(0);
        let now = Instant::now();
        if read > 0 {
            let called = called.lock().expect("no peer panics");
            for _ in bytes[..read].iter().filter(|&&byte| byte == b'\n') {
                if let Some(&at) = called.get(latencies.len()) {
                    latencies.push(now.saturating_duration_since(at).as_nanos() as u64);
                }
            }
        } else if was_over {
            return latencies;
        }
        thread::sleep(LOOK);
    }
}

const CALLS: u64 = 10_000;
/// The kernel adds its timer slack of about 50 us to both.
const PAUSE: Duration = Duration::from_micros(50);
const LOOK: Duration = Duration::from_micros(20);
const PATIENCE: Duration = Duration::from_millis(500);
