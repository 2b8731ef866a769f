//! Idle: what a logger costs that was used and is quiet now.

use core::time::Duration;
use std::thread;
use std::time::Instant;

use super::{Plan, warm_up};
use crate::outcome::Outcome;
use crate::peer::Peer;
use crate::usage;

pub(super) fn run<P: Peer>(plan: &Plan, outcome: &mut Outcome) {
    let peer = P::start(&plan.path);
    outcome.calls = warm_up(&peer);
    let (settle, quiet) = if plan.is_quick { (300, 500) } else { (2_000, 5_000) };
    thread::sleep(Duration::from_millis(settle));
    let (began, cpu, sleeps) = (Instant::now(), usage::process_cpu(), usage::sleeps());
    thread::sleep(Duration::from_millis(quiet));
    let (elapsed, cpu, sleeps) =
        (began.elapsed(), usage::process_cpu() - cpu, usage::sleeps() - sleeps);
    peer.finish();
    outcome.set("percent", cpu as f64 / elapsed.as_nanos() as f64 * 100.0);
    // The measuring thread's own one is not the peer's.
    outcome.set("wake_ups_per_s", (sleeps.saturating_sub(1)) as f64 / elapsed.as_secs_f64());
}
