//! A process that logs little or nothing: what it costs, and when its lines can be seen.

use core::time::Duration;
use std::time::Instant;

use femto_std::{Logger, error, info};

use crate::log_to;

pub(crate) fn run(which: &str, arguments: &[&str]) {
    let (root, handler) = log_to(arguments[0]);
    info!(logger: root, "begin");
    handler.flush(Duration::from_secs(20)).expect("flush");
    match which {
        "idle" => idle(),
        "visible" => visible(root, arguments[0]),
        _ => panic!("no such scenario: {which}"),
    }
}

/// Prints the microseconds of processor time that three quiet seconds took.
fn idle() {
    // Past the time that the collector looks for records by itself.
    std::thread::sleep(Duration::from_millis(1_500));
    let before = processor_time();
    std::thread::sleep(Duration::from_secs(3));
    println!("{}", (processor_time() - before).as_micros());
}

fn processor_time() -> Duration {
    // SAFETY: a zeroed `rusage` is a place for the answer.
    let usage = unsafe {
        let mut usage: libc::rusage = core::mem::zeroed();
        assert_eq!(libc::getrusage(libc::RUSAGE_SELF, &raw mut usage), 0);
        usage
    };
    let time = |value: libc::timeval| {
        Duration::from_secs(value.tv_sec as u64) + Duration::from_micros(value.tv_usec as u64)
    };
    time(usage.ru_utime) + time(usage.ru_stime)
}

/// Prints, per record, the microseconds until its line is in the file: for a sleeping logger, for
/// one that just wrote, and for errors.
fn visible(root: Logger, path: &str) {
    let size = || std::fs::metadata(path).expect("the file").len();
    let measure = |log: &dyn Fn()| {
        let before = size();
        let start = Instant::now();
        log();
        while size() == before {
            assert!(start.elapsed() < Duration::from_secs(10), "never visible");
            std::thread::sleep(Duration::from_micros(50));
        }
        start.elapsed().as_micros()
    };
    for _ in 0..5 {
        std::thread::sleep(Duration::from_millis(1_300));
        println!("asleep {}", measure(&|| info!(logger: root, "x {}", 1)));
        println!("awake {}", measure(&|| info!(logger: root, "x {}", 2)));
        println!("error {}", measure(&|| error!(logger: root, "x {}", 3)));
    }
}
