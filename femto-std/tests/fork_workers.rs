//! A fork while workers hold records for a server, a pipe and a memory handler. One test: the process
//! forks.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

#[path = "support/child.rs"]
mod child;
#[path = "support/scratch.rs"]
mod scratch;

use core::time::Duration;
use std::collections::BTreeMap;
use std::io::Read;
use std::net::TcpListener;
use std::sync::{Arc, Mutex};
use std::thread;

use child::{in_child, wait};
use femto_std::handlers::{MemoryHandlerBuilder, PipeHandlerBuilder, TcpHandlerBuilder};
use femto_std::{Failure, Handler, Logger, OverflowPolicy, error, info};
use scratch::{PATIENCE, Scratch, lone_logger, pattern, read, stalled_pipe, wait_until};

const RECORDS: usize = 500;

fn log(logger: Logger, who: &str) {
    for i in 0..RECORDS {
        info!(logger: logger, "{} {}", who, i);
    }
}

/// Reads everything that comes, for ever, line by line.
fn collect(mut source: impl Read + Send + 'static, into: &Arc<Mutex<Vec<u8>>>) {
    let into = into.clone();
    thread::spawn(move || {
        let (mut buffer, mut line) = (vec![0; 64 << 10], Vec::new());
        while let Ok(count @ 1..) = source.read(&mut buffer) {
            line.extend_from_slice(&buffer[..count]);
            let whole = line.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
            into.lock().unwrap().extend(line.drain(..whole));
        }
    });
}

#[track_caller]
fn all_once(received: &Mutex<Vec<u8>>, who: &[&str]) {
    let mut last = String::new();
    wait_until("all records", || {
        last = String::from_utf8(received.lock().unwrap().clone()).unwrap();
        last.lines().count() >= who.len() * RECORDS
    });
    let mut numbers = BTreeMap::<&str, Vec<usize>>::new();
    for line in last.lines() {
        let (name, number) = line.split_once(' ').unwrap();
        numbers.entry(name).or_default().push(number.parse().unwrap());
    }
    assert_eq!(numbers.keys().copied().collect::<Vec<_>>(), who);
    for (name, numbers) in numbers {
        assert!(numbers.into_iter().eq(0..RECORDS), "{name}: lost, twice or out of order");
    }
}

#[test]
fn a_child_has_workers_of_its_own_and_the_parents_records_are_the_parents() {
    let scratch = Scratch::new("fork");
    // Nobody accepts and nobody reads yet: workers are at their sinks when the process forks.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let quiet = |_: &Handler, _: &Failure| {};
    let tcp = TcpHandlerBuilder::new(listener.local_addr().unwrap().to_string())
        .with_formatter(pattern("%(message)s"))
        .with_overflow(OverflowPolicy::Block)
        .with_error_handler(quiet)
        .build()
        .unwrap();
    let pipe_path = scratch.path("pipe");
    let pipe = stalled_pipe(&pipe_path);
    let builder = PipeHandlerBuilder::new(&pipe_path).with_formatter(pattern("%(message)s"));
    let piped = builder.with_error_handler(quiet).build().unwrap();
    let (file, path) = scratch.handler("log");
    let memory = MemoryHandlerBuilder::new(file).build().unwrap();
    let logger = lone_logger("fork", &tcp);
    logger.add_handler(piped.clone());
    logger.add_handler(memory.clone());

    let flush = |handlers: [&Arc<Handler>; 2]| {
        handlers.iter().for_each(|handler| handler.flush(PATIENCE).unwrap());
    };
    log(logger, "parent");
    let child = in_child(|| {
        log(logger, "child");
        flush([&tcp, &piped]);
        error!(logger: lone_logger("fork.memory", &memory), "child trigger");
        memory.flush(PATIENCE).unwrap();
    });
    let (by_tcp, by_pipe) = (Arc::default(), Arc::default());
    let accepting = Arc::clone(&by_tcp);
    thread::spawn(move || {
        for stream in listener.incoming() {
            collect(stream.unwrap(), &accepting);
        }
    });
    collect(pipe, &by_pipe);
    wait(child);
    flush([&tcp, &piped]);
    all_once(&by_tcp, &["child", "parent"]);
    all_once(&by_pipe, &["child", "parent"]);
    assert_eq!((tcp.stats().written, piped.stats().written), (RECORDS as u64, RECORDS as u64));

    // The child passed on what it kept itself; what the parent keeps is still here.
    let lines = |who: &str| read(&path).lines().filter(|line| line.starts_with(who)).count();
    assert_eq!((lines("child "), lines("parent ")), (RECORDS + 1, 0));
    memory.flush(Duration::from_secs(60)).unwrap();
    assert_eq!(lines("parent "), RECORDS);
}
