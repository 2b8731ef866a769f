//! Signals that end the process: what was logged is written first, and it ends by that signal all the same.

use core::time::Duration;
use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::Command;

use femto_tests::{Ended, Scratch, finish, lines, numbers, run, start};

const PROGRAM: &str = env!("CARGO_BIN_EXE_program");
/// A signal that waits for the deadline, 100 s, hangs.
const LIMIT: Duration = Duration::from_secs(50);

fn end(which: &str, arguments: &[&OsStr]) -> Ended {
    run(PROGRAM, &format!("ended-{which}"), arguments, LIMIT)
}

/// With a file as first argument.
fn end_with_file(which: &str, arguments: &[&str]) -> (Ended, Vec<String>) {
    let scratch = Scratch::new(&format!("{which}{}", arguments.concat()));
    let path = scratch.path("log");
    let rest = arguments.iter().map(OsStr::new);
    let all: Vec<&OsStr> = core::iter::once(path.as_os_str()).chain(rest).collect();
    let ended = end(which, &all);
    (ended, lines(&path))
}

#[track_caller]
fn assert_ended_by(ended: &Ended, signal: i32) {
    assert_eq!(ended.status.signal(), Some(signal), "{:?} {}", ended.status, ended.stderr);
}

#[test]
fn everything_is_written_and_the_process_ends_by_the_signal() {
    for signal in [libc::SIGTERM, libc::SIGINT, libc::SIGHUP, libc::SIGQUIT] {
        let (ended, lines) = end_with_file("by", &[&signal.to_string()]);
        assert_ended_by(&ended, signal);
        assert_eq!(numbers(&lines, "n "), (0..1_000).collect::<Vec<_>>());
        assert_eq!(ended.stderr, "");
    }
}

#[test]
fn it_may_be_asked_for_late() {
    let (ended, lines) = end_with_file("late", &[]);
    assert_ended_by(&ended, libc::SIGTERM);
    assert_eq!(lines.len(), 1_000);
}

/// The first process of a container: the system lets no signal end it that it does not handle.
#[test]
fn the_first_process_of_a_container_exits_as_if_by_the_signal() {
    let may = Command::new("unshare").args(["--pid", "--fork", "true"]).output();
    if !may.is_ok_and(|output| output.status.success()) {
        eprintln!("SKIPPED: no permission to make a name space of processes");
        return;
    }
    let scratch = Scratch::new("container");
    let path = scratch.path("log");
    let mut unshare = Command::new("unshare");
    unshare.args(["--pid", "--fork", PROGRAM, "ended-by"]).arg(&path).arg("15");
    let child = unshare.spawn().expect("it was tried");
    let ended = finish(child, "container", LIMIT);
    assert_eq!(ended.status.code(), Some(128 + 15), "{:?}", ended.status);
    assert_eq!(lines(&path).len(), 1_000);
}

#[test]
fn what_is_not_asked_for_ends_the_process_at_once() {
    assert_ended_by(&end("unasked", &[]), libc::SIGTERM);
}

#[test]
fn an_ignored_signal_stays_ignored() {
    let (ended, lines) = end_with_file("ignored", &[]);
    assert!(ended.status.success(), "{:?}", ended.status);
    assert_eq!(lines.len(), 1_000);
}

#[test]
fn a_handler_of_the_application_is_called_and_ends_the_process_when_it_wants() {
    for which in ["own_before", "own_after"] {
        let (ended, lines) = end_with_file(which, &[]);
        assert_eq!(ended.status.code(), Some(7), "{which} {:?} {}", ended.status, ended.stderr);
        assert_eq!(lines.len(), 2_000);
    }
}

#[test]
fn a_later_handler_that_calls_no_other_has_the_signal_alone() {
    let (ended, lines) = end_with_file("own_alone", &[]);
    assert_eq!(ended.status.code(), Some(0), "{:?}", ended.status);
    assert_eq!(lines.len(), 1_000);
}

#[test]
fn a_second_signal_ends_the_process_at_once() {
    for signal in [libc::SIGINT, libc::SIGTERM] {
        let ended = end("twice", &[OsStr::new(&signal.to_string())]);
        assert_ended_by(&ended, signal);
    }
}

#[test]
fn a_sink_that_stalls_is_waited_for_no_longer_than_asked() {
    let ended = end("unwritten", &[]);
    assert_ended_by(&ended, libc::SIGTERM);
    assert!(ended.stderr.starts_with("femtologging: "), "{}", ended.stderr);
}

#[test]
fn a_thread_that_waits_for_room_keeps_nobody() {
    let mut child = start(PROGRAM, "ended-blocked", &[]);
    let output = child.stdout.take().expect("a pipe");
    // Nobody reads until the pipe is full and the thread waits: it says nothing more.
    let mut said = BufReader::new(child.stderr.take().expect("a pipe"));
    let mut returned = 0;
    let (sender, receiver) = std::sync::mpsc::channel();
    let reader = std::thread::spawn(move || {
        let mut line = String::new();
        while said.read_line(&mut line).is_ok_and(|bytes| bytes > 0) {
            let _ = sender.send(());
            line.clear();
        }
    });
    while receiver.recv_timeout(Duration::from_secs(1)).is_ok() {
        returned += 1;
    }
    child.stdin.take().expect("a pipe").write_all(b"x").expect("it reads");
    let lines: Vec<String> =
        BufReader::new(output).lines().map(|line| line.expect("text")).collect();
    reader.join().expect("it reads to the end");
    returned += receiver.try_iter().count();
    let ended = finish(child, "blocked", LIMIT);
    assert_ended_by(&ended, libc::SIGTERM);
    // The call that was waiting may have returned without having said so.
    assert!(lines.len() >= returned && lines.len() <= returned + 1, "{} {returned}", lines.len());
    assert!(numbers(&lines, "n ").into_iter().eq(0..lines.len() as u64));
}

#[test]
fn calls_that_returned_are_written_however_many_threads_log_on() {
    let (ended, lines) = end_with_file("while_logging", &[]);
    assert_ended_by(&ended, libc::SIGTERM);
    let said: Vec<String> = ended.stderr.lines().map(str::to_owned).collect();
    for thread in 0..4 {
        let label = format!("thread{thread} ");
        let written = numbers(&lines, &label);
        // The last line of what was said may be torn by the end.
        let returned = said.iter().filter(|line| line.starts_with(&label)).count();
        assert!(written.iter().copied().eq(0..written.len() as u64), "{label}");
        assert!(written.len() >= returned, "{label}{} {returned}", written.len());
    }
}

#[test]
fn forked_children_end_by_themselves_and_not_their_parent() {
    let scratch = Scratch::new("ended-fork");
    let path: &Path = &scratch.path("log");
    let ended = end("fork", &[path.as_os_str()]);
    assert_ended_by(&ended, libc::SIGTERM);
    let mut counts = BTreeMap::new();
    for line in lines(path) {
        let (label, number) = line.split_once(' ').expect("a label and a number");
        let next: &mut u64 = counts.entry(label.to_owned()).or_default();
        assert_eq!(number, next.to_string(), "{label}");
        *next += 1;
    }
    let expected = ["before", "child", "parent"].map(|label| (label.to_owned(), 1_000));
    assert_eq!(counts, BTreeMap::from(expected));
}
