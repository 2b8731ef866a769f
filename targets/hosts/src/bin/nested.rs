//! Threads and a signal handler write a million records to one file: nothing is damaged, nothing comes out of order, and
//! every record is accounted for. Once for each policy of a full queue.
//!
//! The signal interrupts the main thread, and only that, at any instruction, in a call too.

use core::sync::atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering};
use core::time::Duration;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::sync::{Barrier, OnceLock};
use std::thread;

use femto_std::{Level, Logger, Manager, OverflowPolicy, handlers::FileHandlerBuilder, info};
use host::{Outcome, block_alarms, messages, ring_alarms, told_dropped};

fn main() -> Outcome {
    let path = std::env::temp_dir().join(format!("femtologging-nested-{}", std::process::id()));
    run(&path, "block", OverflowPolicy::Block)?;
    run(&path, "drop the newest", OverflowPolicy::DropNewest)?;
    std::fs::remove_file(&path)?;
    Ok(())
}

fn run(path: &Path, name: &str, policy: OverflowPolicy) -> Outcome {
    let handler = FileHandlerBuilder::new(path)
        .with_append(false)
        .with_formatter(messages()?)
        .with_capacity(64 << 10)
        .with_overflow(policy)
        .build()?;
    let root = Manager::global().root();
    root.set_level(Level::INFO);
    root.add_handler(handler.clone());
    let _ = ROOT.set(root);
    for made in &MADE {
        made.store(0, Ordering::Relaxed);
    }

    make(&root, MAIN); // the thread's lane is made before the first signal
    let start = Barrier::new(THREADS.len() + 1);
    thread::scope(|scope| -> std::io::Result<()> {
        for producer in THREADS {
            let (root, start) = (&root, &start);
            scope.spawn(move || {
                block_alarms();
                start.wait();
                for _ in 0..RECORDS / 4 {
                    make(root, producer);
                }
            });
        }
        start.wait();
        ring_alarms(Duration::from_millis(1), on_alarm)?;
        for _ in 0..RECORDS / 4 {
            IS_MAKING.store(true, Ordering::Relaxed);
            make(&root, MAIN);
            IS_MAKING.store(false, Ordering::Relaxed);
        }
        Ok(())
    })?;
    ring_alarms(Duration::ZERO, on_alarm)?;
    handler.close(Duration::from_secs(60))?;
    root.remove_handler(&handler);

    let seen = look(path)?;
    let made: u64 = MADE.iter().map(|made| u64::from(made.load(Ordering::Relaxed))).sum();
    let stats = handler.stats();
    let interrupted = INTERRUPTED.swap(0, Ordering::Relaxed);
    eprintln!(
        "{name}: made {made} written {} dropped {}, signals {}, in a call {interrupted}",
        stats.written,
        stats.dropped,
        MADE[SIGNAL].load(Ordering::Relaxed)
    );
    println!("{name}: damaged {}, not in order {}", seen.damaged, seen.unordered);
    println!("made = written + dropped: {}", made == stats.written + stats.dropped);
    println!("written = lines of the file: {}", seen.records == stats.written);
    println!("the file tells of all that were dropped: {}", seen.told == stats.dropped);
    println!("a million were made: {}", made >= u64::from(RECORDS));
    println!("the signal interrupted calls: {}", interrupted > 10);
    if policy == OverflowPolicy::Block {
        println!("none was dropped: {}", stats.dropped == 0);
    }
    Ok(())
}

extern "C" fn on_alarm(_: libc::c_int) {
    if let Some(root) = ROOT.get() {
        make(root, SIGNAL);
        INTERRUPTED.fetch_add(IS_MAKING.load(Ordering::Relaxed).into(), Ordering::Relaxed);
    }
}

/// Logs a record of changing length, whose contents follow from its number.
fn make(logger: &Logger, producer: usize) {
    let sequence = MADE[producer].fetch_add(1, Ordering::Relaxed) + 1;
    let check = check(producer, sequence);
    match sequence % 3 {
        0 => info!(logger: logger, "{} {} {}", producer, sequence, check),
        1 => info!(logger: logger, "{} {} {} {}", producer, sequence, check, text(sequence)),
        _ => info!(logger: logger, "{} {} {} {}", producer, sequence, check, u64::from(check) << 7),
    }
}

#[derive(Default)]
struct Seen {
    records: u64,
    damaged: u64,
    unordered: u64,
    told: u64,
}

/// Reads the file back.
fn look(path: &Path) -> std::io::Result<Seen> {
    let mut seen = Seen::default();
    let mut last = [0; PRODUCERS];
    for line in BufReader::new(File::open(path)?).lines() {
        let line = line?;
        if let Some(count) = told_dropped(&line) {
            seen.told += count;
            continue;
        }
        seen.records += 1;
        match parse(&line) {
            Some((producer, sequence)) => {
                seen.unordered += u64::from(sequence <= last[producer]);
                last[producer] = sequence;
            }
            None => seen.damaged += 1,
        }
    }
    Ok(seen)
}

/// Producer and number of a line that is as it was made.
fn parse(line: &str) -> Option<(usize, u32)> {
    let mut parts = line.splitn(4, ' ');
    let producer: usize = parts.next()?.parse().ok()?;
    let sequence: u32 = parts.next()?.parse().ok()?;
    let sum: u32 = parts.next()?.parse().ok()?;
    let rest = parts.next();
    let is_right = match sequence % 3 {
        0 => rest.is_none(),
        1 => rest == Some(text(sequence)),
        _ => rest?.parse() == Ok(u64::from(sum) << 7),
    };
    (is_right && producer < PRODUCERS && sum == check(producer, sequence))
        .then_some((producer, sequence))
}

fn check(producer: usize, sequence: u32) -> u32 {
    sequence.wrapping_mul(0x9E37_79B9) ^ (producer as u32) << 24
}

fn text(sequence: u32) -> &'static str {
    let text = "the quick brown fox jumps over the lazy dog";
    &text[..sequence as usize % text.len()]
}

/// Where the signal handler logs to: what looks a logger up takes a lock.
static ROOT: OnceLock<Logger> = OnceLock::new();
static MADE: [AtomicU32; PRODUCERS] = [const { AtomicU32::new(0) }; PRODUCERS];
static IS_MAKING: AtomicBool = AtomicBool::new(false);
static INTERRUPTED: AtomicUsize = AtomicUsize::new(0);

const RECORDS: u32 = 1_000_000;
const PRODUCERS: usize = 5;
const MAIN: usize = 0;
const THREADS: [usize; 3] = [1, 2, 3];
const SIGNAL: usize = 4;
