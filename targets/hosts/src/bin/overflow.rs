//! A pipe that nobody reads: records are dropped whole, every one is counted, the output says how many, and there is room
//! again afterwards.

use core::time::Duration;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::sync::mpsc::channel;
use std::thread;

use femto_std::{Level, Manager, OverflowPolicy, get_logger, handlers::FileHandlerBuilder, info};
use host::{Outcome, make_pipe, messages, told_dropped};

fn main() -> Outcome {
    let folder = std::env::temp_dir().join(format!("femtologging-overflow-{}", std::process::id()));
    std::fs::create_dir(&folder)?;
    let outcome = run(&folder.join("pipe"));
    std::fs::remove_dir_all(&folder)?;
    outcome
}

fn run(path: &Path) -> Outcome {
    make_pipe(path)?;
    let (begin, may_read) = channel::<()>();
    let reader = {
        let path = path.to_owned();
        thread::spawn(move || -> std::io::Result<Vec<String>> {
            let pipe = BufReader::new(File::open(path)?);
            let _ = may_read.recv();
            pipe.lines().collect()
        })
    };
    let handler = FileHandlerBuilder::new(path)
        .with_formatter(messages()?)
        .with_capacity(4096)
        .with_overflow(OverflowPolicy::DropNewest)
        .build()?;
    let (root, other) = (Manager::global().root(), get_logger("other"));
    root.add_handler(handler.clone());
    root.set_level(Level::INFO);

    for number in 1..=RECORDS {
        info!(logger: root, "{number}");
    }
    drop(begin);
    handler.flush(Duration::from_secs(20))?;
    info!(logger: other, "room again");
    handler.close(Duration::from_secs(20))?;

    let lines = reader.join().map_err(|_| "the reader panicked")??;
    let stats = handler.stats();
    let numbers: Vec<u64> = lines.iter().filter_map(|line| line.parse().ok()).collect();
    let told: u64 = lines.iter().filter_map(|line| told_dropped(line)).sum();
    eprintln!("{stats:?}, lines {}", lines.len());
    println!("made = written + dropped: {}", RECORDS + 1 == stats.written + stats.dropped);
    println!("records were written and dropped: {}", stats.written > 100 && stats.dropped > 100);
    println!("what was written came out: {}", numbers.len() as u64 + 1 == stats.written);
    println!("in order: {}", numbers.is_sorted());
    println!("the output tells of all that were dropped: {}", told == stats.dropped);
    println!("what came later came out: {}", lines.iter().any(|line| line == "room again"));
    Ok(())
}

const RECORDS: u64 = 50_000;
