//! Signal handlers that log, at 1 kHz and more for two seconds: no deadlock, no torn line, none lost.

use core::time::Duration;

use femto_tests::{Scratch, lines, numbers, run};

fn hammer(which: &str) {
    let scratch = Scratch::new(which);
    let path = scratch.path("log");
    let scenario = format!("signal-{which}");
    let program = env!("CARGO_BIN_EXE_program");
    let ended = run(program, &scenario, &[path.as_os_str()], Duration::from_secs(30));
    assert!(ended.status.success(), "{:?} {}", ended.status, ended.stderr);
    let count = |text: &str| -> Vec<u64> {
        text.split_whitespace().map(|number| number.parse().expect("a number")).collect()
    };
    let said: Vec<_> = ended.stdout.lines().map(count).collect();
    let [logged, handled] = said[0][..] else { panic!("{}", ended.stdout) };
    let [accepted, written, dropped] = said[1][..] else { panic!("{}", ended.stdout) };
    assert!(handled > 200, "{handled} signals");

    let lines = lines(&path);
    let (own, signals) = (numbers(&lines, "main "), numbers(&lines, "signal "));
    let is_report =
        |line: &&String| line.ends_with(" records dropped") || line.ends_with(" record dropped");
    let reports = lines.iter().filter(is_report).count();
    assert_eq!(lines.len(), own.len() + signals.len() + reports + 1, "torn");
    assert!(own.iter().copied().eq(0..logged), "the thread's own records: lost or out of order");
    // A signal finds room unless the ring for such calls is full: then its record is counted.
    assert!(signals.is_sorted_by(|one, next| one < next), "twice or out of order");
    assert_eq!(signals.len() as u64 + dropped, handled);
    assert_eq!((accepted, written), (logged + handled + 1, accepted - dropped));
}

#[test]
fn into_a_thread_that_logs() {
    hammer("plain");
}

#[test]
fn as_fast_as_they_can_be_sent() {
    hammer("flooded");
}

#[test]
fn into_a_thread_that_renders() {
    hammer("rendered");
}

#[test]
fn into_a_thread_that_logs_now_and_then() {
    hammer("paused");
}

#[test]
fn into_a_thread_that_flushes() {
    hammer("flushing");
}

#[test]
fn into_a_thread_that_asks_for_loggers() {
    hammer("configuring");
}

#[test]
fn into_a_thread_that_sleeps() {
    hammer("alone");
}
