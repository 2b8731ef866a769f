//! However a process ends by itself, what it logged is in the file.

use core::time::Duration;

use femto_tests::{Ended, Scratch, lines, numbers, run};

fn end(which: &str) -> (Ended, Vec<String>) {
    let scratch = Scratch::new(which);
    let path = scratch.path("log");
    let scenario = format!("exit-{which}");
    let ended = run(PROGRAM, &scenario, &[path.as_os_str()], Duration::from_secs(30));
    let lines = lines(&path);
    assert_eq!(numbers(&lines, "n ")[..5_000], (0..5_000).collect::<Vec<_>>(), "{}", ended.stderr);
    assert!(ended.took < Duration::from_secs(10), "{:?}", ended.took);
    (ended, lines)
}

const PROGRAM: &str = env!("CARGO_BIN_EXE_program");

#[test]
fn main_returns_without_guard_or_flush() {
    let (ended, lines) = end("return");
    assert!(ended.status.success() && lines.len() == 5_000);
}

#[test]
fn exit_is_called() {
    let (ended, lines) = end("exit");
    assert_eq!((ended.status.code(), lines.len()), (Some(3), 5_000));
}

#[test]
fn exit_is_called_on_another_thread() {
    let (ended, lines) = end("exit_in_thread");
    assert_eq!((ended.status.code(), lines.len()), (Some(3), 5_000));
}

/// Without a mapped file: promised are 10 ms, but others use the machine too, so one of several has to
/// have them all.
#[test]
fn what_was_logged_50_ms_before_is_there_however_the_process_dies() {
    for which in ["killed_soon", "aborted_soon", "left_soon"] {
        let all = (0..5).any(|_| {
            let scratch = Scratch::new(which);
            let path = scratch.path("log");
            let scenario = format!("exit-{which}");
            let ended = run(PROGRAM, &scenario, &[path.as_os_str()], Duration::from_secs(30));
            assert!(!ended.status.success());
            numbers(&lines(&path), "n ").into_iter().eq(0..5_000)
        });
        assert!(all, "{which}: something was missing five times");
    }
}

#[test]
fn main_panics() {
    let (ended, lines) = end("panic");
    assert_eq!((ended.status.code(), lines.len()), (Some(101), 5_000));
}

#[test]
fn main_panics_past_a_guard() {
    let (ended, lines) = end("panic_with_guard");
    assert_eq!((ended.status.code(), lines.len()), (Some(101), 5_000));
}

#[test]
fn a_panic_hook_logs_and_flushes() {
    let (ended, lines) = end("panic_hook");
    assert_eq!(ended.status.code(), Some(101));
    assert_eq!(numbers(&lines, "hook "), [1, 2, 1, 2]);
}

#[test]
fn panics_are_logged_even_those_that_abort() {
    let (ended, lines) = end("logged_panics");
    assert_eq!(ended.status.code(), None, "{:?}", ended.status);
    let said: Vec<_> = lines[5_000..].iter().map(String::as_str).collect();
    let [worker, displayed, shown, first, again, rest @ ..] = &said[..] else { panic!("{said:?}") };
    assert!(worker.starts_with("thread 'worker' panicked at tests/src/bin/program/exit.rs:"));
    assert!(worker.ends_with(": a number: 7"), "{worker}");
    assert!(displayed.ends_with(": displayed"), "{displayed}");
    assert_eq!(*shown, "shown: <formatting panicked>");
    assert!(first.ends_with(": a value that is no text"), "{first}");
    assert!(again.ends_with(": again, which aborts"), "{again}");
    // The runtime may say itself that it aborts.
    assert!(rest.iter().all(|line| line.starts_with("thread 'main' panicked")), "{rest:?}");
    // The hook that was there is called.
    assert!(ended.stderr.contains("a number: 7"), "{}", ended.stderr);
}

#[test]
fn a_panic_hook_flushes_and_aborts() {
    let (ended, lines) = end("abort_in_hook");
    assert_eq!((ended.status.code(), lines.len()), (None, 5_000));
}

#[test]
fn a_guard_is_dropped_and_the_process_ends_later() {
    let (ended, lines) = end("guard");
    assert!(ended.status.success() && lines.len() == 5_000);
}

#[test]
fn exit_hooks_log_before_and_after_the_engines() {
    let (ended, lines) = end("atexit");
    assert!(ended.status.success(), "{}", ended.stderr);
    for when in ["before", "after"] {
        assert_eq!(numbers(&lines, &format!("{when} the engine's end ")), [1, 2]);
    }
}

#[test]
fn a_thread_local_of_the_main_thread_logs_when_it_goes() {
    let (ended, lines) = end("threadlocal");
    assert!(ended.status.success(), "{}", ended.stderr);
    // One was replaced while the program ran.
    assert_eq!(numbers(&lines, "parting "), [1, 2, 1, 2]);
}

#[test]
fn other_threads_log_while_the_process_ends() {
    let (ended, lines) = end("while_logging");
    assert!(ended.status.success(), "{}", ended.stderr);
    assert_eq!(numbers(&lines, "n ").len(), 10_000);
    // `lines` and `numbers` found no torn line.
    assert!(!numbers(&lines, "other ").is_empty());
}
