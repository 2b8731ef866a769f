//! Pipes whose readers come late, die and come back; and what `SIGPIPE` does.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

#[path = "support/scratch.rs"]
mod scratch;

use core::time::Duration;
use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader, Read};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};

use femto_std::handlers::{PipeHandlerBuilder, StreamHandlerBuilder};
use femto_std::{Delivery, Failure, Handler, Manager, OverflowPolicy, info};
use scratch::{PATIENCE, Scratch, lone_logger, pattern, stalled_pipe, wait_until};

fn pipe(path: &Path) -> PipeHandlerBuilder {
    PipeHandlerBuilder::new(path).with_formatter(pattern("%(message)s"))
}

/// Opens a pipe for reading, without waiting for a writer.
fn reader(path: &Path) -> File {
    OpenOptions::new().read(true).custom_flags(libc::O_NONBLOCK).open(path).unwrap()
}

/// Reads until so many lines are there.
fn read_lines(pipe: &mut File, count: usize) -> Vec<String> {
    let mut bytes = Vec::new();
    let mut buffer = vec![0; 64 << 10];
    wait_until("lines", || {
        while let Ok(count @ 1..) = pipe.read(&mut buffer) {
            bytes.extend_from_slice(&buffer[..count]);
        }
        bytes.iter().filter(|byte| **byte == b'\n').count() >= count
    });
    String::from_utf8(bytes).unwrap().lines().map(str::to_owned).collect()
}

fn numbers(range: core::ops::Range<u64>) -> Vec<String> {
    range.map(|i| i.to_string()).collect()
}

#[test]
fn a_reader_that_comes_late_goes_and_comes_back_gets_everything() {
    let scratch = Scratch::new("late");
    let path = scratch.path("pipe");
    drop(stalled_pipe(&path));
    let told = Arc::new(Mutex::new(Vec::new()));
    let into = told.clone();
    let hook = move |_: &Handler, failure: &Failure| {
        into.lock().unwrap().push(failure.to_string());
    };
    let handler = pipe(&path).with_error_handler(hook).build().unwrap();
    let logger = lone_logger("late", &handler);
    for i in 0..10_000 {
        info!(logger: logger, "{i}");
    }
    let error = handler.flush(PATIENCE).expect_err("nobody reads");
    assert!(error.to_string().contains("nobody reads the pipe"), "{error}");
    let mut first = reader(&path);
    assert_eq!(read_lines(&mut first, 10_000), numbers(0..10_000));
    drop(first);
    for i in 10_000..20_000 {
        info!(logger: logger, "{i}");
    }
    handler.flush(PATIENCE).expect_err("nobody reads");
    let broken = told.lock().unwrap().iter().any(|text| text.contains("Broken pipe"));
    assert!(broken, "{:?}", told.lock().unwrap());
    let mut second = reader(&path);
    assert_eq!(read_lines(&mut second, 10_000), numbers(10_000..20_000));
    // Another pipe at the same path is the next reader's.
    drop(second);
    std::fs::remove_file(&path).unwrap();
    drop(stalled_pipe(&path));
    info!(logger: logger, "20000");
    let mut third = reader(&path);
    assert_eq!(read_lines(&mut third, 1), ["20000"]);
    assert_eq!((handler.stats().written, handler.stats().dropped), (20_001, 0));
}

#[test]
fn what_a_pipe_holds_when_its_reader_dies_is_there_for_the_next() {
    let scratch = Scratch::new("held");
    let path = scratch.path("pipe");
    drop(stalled_pipe(&path));
    let first = reader(&path);
    let handler = pipe(&path).with_error_handler(|_: &Handler, _: &Failure| {}).build().unwrap();
    let logger = lone_logger("held", &handler);
    info!(logger: logger, "1");
    handler.flush(PATIENCE).unwrap();
    drop(first);
    info!(logger: logger, "2");
    handler.flush(PATIENCE).expect_err("nobody reads");
    let mut second = reader(&path);
    assert_eq!(read_lines(&mut second, 2), ["1", "2"]);
}

#[test]
fn a_path_that_does_not_exist_is_not_created() {
    let scratch = Scratch::new("absent");
    let path = scratch.path("pipe");
    let handler = pipe(&path).with_error_handler(|_: &Handler, _: &Failure| {}).build().unwrap();
    info!(logger: lone_logger("absent", &handler), "1");
    let error = handler.flush(PATIENCE).expect_err("no pipe");
    assert!(error.to_string().contains(path.to_str().unwrap()), "{error}");
    assert!(!path.exists());
    assert!(handler.close(Duration::from_millis(100)).is_err());
    let stats = handler.stats();
    assert_eq!((stats.accepted, stats.dropped), (1, 1), "counted when it is closed: {stats:?}");
}

/// What the test below starts: a program that logs to standard output, and ends well.
#[test]
fn child_that_is_read_in_part() {
    if std::env::var_os("FEMTO_CHILD").is_none() {
        return;
    }
    let long = Duration::from_secs(3600);
    let handler =
        StreamHandlerBuilder::stdout().with_capacity(4096).with_stall_limit(long).build().unwrap();
    let logger = lone_logger("head", &handler);
    (0..50_000).for_each(|i| info!(logger: logger, "{i}"));
    Manager::global().shutdown(long).expect_err("nobody reads");
    wait_until("the count", || {
        let stats = handler.stats();
        stats.accepted == 50_000 && stats.written + stats.dropped == 50_000
    });
    std::process::exit(7);
}

/// As of `service | head -1`.
#[test]
fn a_program_whose_output_nobody_reads_any_more_waits_for_nobody() {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "child_that_is_read_in_part", "--nocapture"])
        .env("FEMTO_CHILD", "head")
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    wait_until("its end", || child.try_wait().unwrap().is_some());
    assert_eq!(child.wait().unwrap().code(), Some(7));
}

/// What the test below starts: a program in which `SIGPIPE` does what it does in C.
#[test]
fn child() {
    let Ok(delivery) = std::env::var("FEMTO_CHILD") else { return };
    // SAFETY: the default action runs none of our code.
    unsafe { libc::signal(libc::SIGPIPE, libc::SIG_DFL) };
    let delivery = if delivery == "direct" { Delivery::Direct } else { Delivery::Queued };
    let handler = StreamHandlerBuilder::stderr()
        .with_delivery(delivery)
        .with_overflow(OverflowPolicy::DropNewest)
        .with_error_handler(|_: &Handler, _: &Failure| {})
        .build()
        .unwrap();
    let logger = lone_logger("child", &handler);
    wait_until("the pipe to break", || {
        info!(logger: logger, "x");
        let _ = Manager::global().flush(Duration::from_secs(1));
        handler.stats().errors > 0
    });
    let _ = handler.close(Duration::ZERO);
    std::process::exit(7);
}

#[test]
fn a_pipe_without_a_reader_ends_no_program_whose_records_are_queued() {
    let run = |delivery: &str| {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "child", "--nocapture"])
            .env("FEMTO_CHILD", delivery)
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stderr.take());
        child.wait().unwrap()
    };
    assert_eq!(run("queued").code(), Some(7));
    // The caller's own write is the caller's own signal, as of any print.
    use std::os::unix::process::ExitStatusExt;
    assert_eq!(run("direct").signal(), Some(libc::SIGPIPE));
}
