//! Usage: processor time, memory and wake-ups of this process.

use std::fs;

use rustix::time::{ClockId, clock_gettime};

/// Processor time of all threads so far, ended ones too, in nanoseconds.
#[must_use]
pub fn process_cpu() -> u64 {
    nanoseconds(ClockId::ProcessCPUTime)
}

/// Processor time of the calling thread so far, in nanoseconds.
#[must_use]
pub fn thread_cpu() -> u64 {
    nanoseconds(ClockId::ThreadCPUTime)
}

fn nanoseconds(clock: ClockId) -> u64 {
    let time = clock_gettime(clock);
    time.tv_sec as u64 * 1_000_000_000 + time.tv_nsec as u64
}

/// The largest resident memory of the process, in MiB. `getrusage` would count the parent's.
#[must_use]
pub fn peak_memory() -> f64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    field(&status, "VmHWM:").map_or(f64::NAN, |kib| kib as f64 / 1024.0)
}

/// How often the living threads went to sleep, each of which is a wake-up.
#[must_use]
pub fn sleeps() -> u64 {
    let tasks = fs::read_dir("/proc/self/task").into_iter().flatten().flatten();
    tasks
        .filter_map(|task| fs::read_to_string(task.path().join("status")).ok())
        .filter_map(|status| field(&status, "voluntary_ctxt_switches:"))
        .sum()
}

fn field(status: &str, name: &str) -> Option<u64> {
    let rest = status.lines().find_map(|line| line.strip_prefix(name))?;
    rest.split_whitespace().next()?.parse().ok()
}
