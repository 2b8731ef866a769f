//! Sinks that fail: a full disk, a pipe whose reader dies.

use core::time::Duration;
use std::io::BufRead;

use femto_std::{Level, Manager, handlers::StreamHandlerBuilder, info};

use crate::log_to;

pub(crate) fn run(which: &str, arguments: &[&str]) {
    match which {
        "full" => full(arguments),
        "stdout" => stdout(arguments),
        _ => panic!("no such sink: {which}"),
    }
}

/// Logs numbered records until told, by a line on standard input, that there is room again.
fn full(arguments: &[&str]) {
    let (root, handler) = log_to(arguments[0]);
    let mut i = 0_u64;
    // Until the disk refuses, and some more, below the capacity.
    while handler.stats().errors == 0 {
        info!(logger: root, "n {i}");
        i += 1;
        if i.is_multiple_of(512) {
            // What is written may be behind, but not much.
            let _ = handler.flush(Duration::from_millis(100));
        }
    }
    for _ in 0..1_000 {
        info!(logger: root, "n {i}");
        i += 1;
    }
    let refused = handler.flush(Duration::from_secs(2));
    println!("full {} {}", i, refused.is_err());
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line).expect("a line");
    for _ in 0..1_000 {
        info!(logger: root, "n {i}");
        i += 1;
    }
    let flushed = handler.flush(Duration::from_secs(20));
    let stats = handler.stats();
    println!("{i} {} {} {} {}", flushed.is_ok(), stats.accepted, stats.written, stats.dropped);
}

/// Logs to standard output, whose reader goes away; the program does its work all the same.
fn stdout(arguments: &[&str]) {
    let handler = StreamHandlerBuilder::stdout().build().expect("a handler");
    let (root, file) = log_to(arguments[0]);
    root.set_level(Level::INFO);
    root.add_handler(handler);
    for i in 0..2_000 {
        info!(logger: root, "n {i}");
        if i % 100 == 0 {
            std::thread::sleep(Duration::from_millis(1));
        }
    }
    let _ = Manager::global().flush(Duration::from_secs(1));
    assert_eq!(file.stats().written, 2_000);
    eprintln!("work done");
}
