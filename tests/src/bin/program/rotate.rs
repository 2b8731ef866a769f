//! Files that are rolled over, by this process, by several, or by another program.
//!
//! Every record is a line of its thread's label and a number.

use core::sync::atomic::{AtomicBool, Ordering};
use core::time::Duration;
use std::fs;
use std::io::{BufRead, Write};
use std::path::Path;
use std::sync::Arc;
use std::thread;

use femto_std::formatter::{PatternFormatter, PatternStyle};
use femto_std::handlers::{
    Compression, RotatingFileHandlerBuilder, TimedRotatingFileHandlerBuilder, When,
};
use femto_std::{Handler, Level, Manager, info};

use crate::fork::{fork, wait};
use crate::plain;

pub(crate) fn run(which: &str, arguments: &[&str]) {
    match which {
        "write" => write(arguments, false),
        "compress" => write(arguments, true),
        "timed" => timed(arguments),
        "fork" => forks(arguments),
        "watched" => watched(arguments),
        "full" => full(arguments),
        "endless" => endless(arguments),
        _ => panic!("no such rotation: {which}"),
    }
}

fn message() -> Arc<PatternFormatter> {
    Arc::new(PatternFormatter::new("%(message)s", PatternStyle::Percent).expect("a format"))
}

fn sized(path: &str, max_bytes: &str) -> RotatingFileHandlerBuilder {
    RotatingFileHandlerBuilder::new(Path::new(path))
        .with_max_bytes(max_bytes.parse().expect("a size"))
        .with_backup_count(100_000)
        .with_formatter(message())
}

/// Needs the feature `gzip`.
fn compressed(builder: RotatingFileHandlerBuilder) -> RotatingFileHandlerBuilder {
    builder.with_compression(Compression::Gzip)
}

/// Gives everything to one handler.
fn attach(handler: &Arc<Handler>) {
    let root = Manager::global().root();
    root.set_level(Level::TRACE);
    root.add_handler(handler.clone());
}

fn count(label: &str, records: u64) {
    for i in 0..records {
        info!("{label} {i}");
    }
}

/// Waits for a line on standard input, so that several processes begin together.
fn wait_for_start() {
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line).expect("a line");
}

/// Until no rotated file is left that is not packed: a thread of some process does that, and would end
/// with it.
fn wait_for_compression(path: &Path) {
    let folder = path.parent().expect("a folder");
    let start = format!("{}.", path.file_name().expect("a name").display());
    let waits = |name: &str| name.starts_with(&start) && !name.ends_with(".gz");
    let names = || {
        let entries = fs::read_dir(folder).expect("the folder");
        entries.map(|entry| entry.expect("an entry").file_name().into_string().expect("text"))
    };
    while names().any(|name| waits(&name)) {
        thread::sleep(Duration::from_millis(5));
    }
}

/// `FILE LABEL RECORDS BYTES`: logs so many records, a new file each so many bytes. Where the rotated
/// files are compressed, it ends when they are.
fn write(arguments: &[&str], compress: bool) {
    let [path, label, records, max_bytes] = arguments[..] else { panic!("four arguments") };
    let builder = sized(path, max_bytes);
    let builder = if compress { compressed(builder) } else { builder };
    let handler = builder.build().expect("a handler");
    attach(&handler);
    wait_for_start();
    count(label, records.parse().expect("a number"));
    Manager::global().flush(Duration::from_secs(100)).expect("a flush");
    let stats = handler.stats();
    if compress {
        wait_for_compression(Path::new(path));
    }
    println!("{} {} {}", stats.written, stats.dropped, stats.errors);
}

/// `FILE LABEL SECONDS`: logs for so many seconds, a new file each second.
fn timed(arguments: &[&str]) {
    let [path, label, seconds] = arguments[..] else { panic!("three arguments") };
    let handler = TimedRotatingFileHandlerBuilder::new(Path::new(path))
        .with_when(When::Second)
        .with_max_bytes(200_000)
        .with_formatter(message())
        .build()
        .expect("a handler");
    attach(&handler);
    wait_for_start();
    let end = std::time::Instant::now() + Duration::from_secs(seconds.parse().expect("a number"));
    let mut i = 0;
    while std::time::Instant::now() < end {
        info!("{label} {i}");
        i += 1;
        if i % 50 == 0 {
            std::thread::sleep(Duration::from_millis(1));
        }
    }
    Manager::global().flush(Duration::from_secs(100)).expect("a flush");
    println!("{} {}", i, handler.stats().errors);
}

/// `FILE BYTES`: four threads log while the process forks again and again, and its children log.
fn forks(arguments: &[&str]) {
    let handler = sized(arguments[0], arguments[1]).build().expect("a handler");
    attach(&handler);
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let stop = &stop;
        let threads: Vec<_> = (0..4)
            .map(|thread| {
                scope.spawn(move || {
                    let mut i = 0_u64;
                    while !stop.load(Ordering::Relaxed) {
                        info!("thread{thread} {i}");
                        i += 1;
                    }
                    (thread, i)
                })
            })
            .collect();
        for round in 0..20 {
            let child = fork(|| count(&format!("child{round}"), 2_000));
            count(&format!("parent{round}"), 100);
            wait(child);
        }
        stop.store(true, Ordering::Relaxed);
        for thread in threads {
            let (thread, records) = thread.join().expect("a thread");
            println!("{thread} {records}");
        }
    });
}

/// `FILE RECORDS`: four threads log to a file that somebody else moves away or truncates.
fn watched(arguments: &[&str]) {
    let handler = plain(arguments[0]).with_watch(true).build().expect("a handler");
    attach(&handler);
    let records: u64 = arguments[1].parse().expect("a number");
    std::thread::scope(|scope| {
        for thread in 0..4 {
            scope.spawn(move || {
                for i in 0..records {
                    info!("thread{thread} {i}");
                    if i % 100 == 0 {
                        std::thread::sleep(Duration::from_millis(1));
                    }
                }
            });
        }
    });
    Manager::global().flush(Duration::from_secs(100)).expect("a flush");
    println!("{} {}", handler.stats().written, handler.stats().errors);
}

/// `FILE BYTES`: logs records, a line read and answered for each hundred of them.
fn full(arguments: &[&str]) {
    let handler = sized(arguments[0], arguments[1]).build().expect("a handler");
    attach(&handler);
    let mut i = 0_u64;
    for line in std::io::stdin().lock().lines() {
        if line.expect("a line") == "end" {
            break;
        }
        for _ in 0..100 {
            info!("n {i}");
            i += 1;
        }
        let flushed = Manager::global().flush(Duration::from_secs(2)).is_ok();
        println!("{i} {flushed} {}", handler.stats().errors);
        std::io::stdout().flush().expect("standard output");
    }
    let flushed = Manager::global().flush(Duration::from_secs(60)).is_ok();
    println!("{i} {flushed} {}", handler.stats().dropped);
}

/// `FILE LABEL BYTES`: logs until it is killed, flushing each hundred records; says how many are
/// written. The rotated files are compressed.
fn endless(arguments: &[&str]) {
    let [path, label, max_bytes] = arguments[..] else { panic!("three arguments") };
    attach(&compressed(sized(path, max_bytes)).build().expect("a handler"));
    let mut i = 0_u64;
    loop {
        for _ in 0..100 {
            info!("{label} {i}");
            i += 1;
        }
        Manager::global().flush(Duration::from_secs(100)).expect("a flush");
        println!("{i}");
    }
}
