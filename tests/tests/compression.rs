//! Processes that are killed while they roll files over and compress them: what was written is there
//! exactly once, and nothing half compressed is taken for whole.

use core::time::Duration;
use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use femto_tests::{Scratch, finish, start};

const PROGRAM: &str = env!("CARGO_BIN_EXE_program");
const LIMIT: Duration = Duration::from_secs(300);

fn names(path: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(path.parent().expect("a folder")).expect("the folder");
    entries.map(|entry| entry.expect("an entry").path()).collect()
}

/// The lines of a file, unpacked if it is packed: one that was killed may not have given it its name.
fn lines(path: &Path) -> Vec<String> {
    let mut bytes = fs::read(path).expect("a file");
    let is_packed = path.extension().is_some_and(|extension| extension == "gz");
    if is_packed || bytes.starts_with(&[0x1f, 0x8b]) {
        let file = fs::File::open(path).expect("a file");
        let unpacked = Command::new("gzip").arg("-dc").stdin(file).output().expect("gzip");
        assert!(unpacked.status.success(), "{}: not whole", path.display());
        bytes = unpacked.stdout;
    }
    let text = String::from_utf8(bytes).expect("text");
    text.lines().map(str::to_owned).collect()
}

#[test]
fn what_killed_processes_wrote_is_there_exactly_once() {
    let scratch = Scratch::new("killed");
    let path = scratch.path("log");
    let mut written = BTreeMap::new();
    for round in 0..12_u64 {
        // Three at a time, one of which is killed each time.
        let labels = ["a", "b", "c"].map(|label| format!("{label}{round}"));
        let mut children = labels.clone().map(|label| {
            let arguments: [&OsStr; 3] = [path.as_os_str(), label.as_ref(), "5000".as_ref()];
            start(PROGRAM, "rotate-endless", &arguments)
        });
        std::thread::sleep(Duration::from_millis(60 + 13 * round));
        for (child, label) in children.iter_mut().zip(labels) {
            child.kill().expect("it runs");
            child.wait().expect("it ends");
            // The last line may be cut.
            let said = BufReader::new(child.stdout.take().expect("its output"));
            let counts = said.lines().map_while(|line| line.ok()?.parse::<u64>().ok());
            written.insert(label, counts.last().unwrap_or(0));
        }
    }
    // One that lives, and finishes what the others left.
    let arguments: [&OsStr; 3] = [path.as_os_str(), "last".as_ref(), "5000".as_ref()];
    let mut child = start(PROGRAM, "rotate-endless", &arguments);
    let is_packed = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "gz");
    let begun = Instant::now();
    loop {
        assert!(begun.elapsed() < LIMIT, "never all compressed");
        let (packed, plain): (Vec<_>, Vec<_>) = names(&path).into_iter().partition(is_packed);
        // Those that it makes itself come and go; and the others may not have come to much.
        if plain.len() <= 3 && packed.len() > 30 {
            break;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    child.kill().expect("it runs");
    child.wait().expect("it ends");

    let names = names(&path);
    let mut found: BTreeMap<String, Vec<u64>> = BTreeMap::new();
    let mut cut = 0;
    for name in names.iter().filter(|name| !name.ends_with(".log.femto-part")) {
        for line in lines(name) {
            // Who is killed in the middle of a write leaves the beginning of a line.
            match line.split_once(' ').and_then(|(label, n)| Some((label, n.parse().ok()?))) {
                Some((label, number)) => found.entry(label.to_owned()).or_default().push(number),
                None => cut += 1,
            }
        }
    }
    assert!(cut <= 37, "{cut} lines are cut, by 37 kills");
    for (label, count) in written {
        let mut numbers = found.remove(&label).unwrap_or_default();
        numbers.sort_unstable();
        let there = numbers.len() as u64;
        assert!(numbers.into_iter().eq(0..there), "{label}: lost or twice");
        assert!(there >= count, "{label}: {there} of {count} flushed ones");
    }
}

#[test]
fn four_processes_compress_what_they_roll_over_and_lose_nothing() {
    const RECORDS: u64 = 20_000;
    const BYTES: usize = 10_000;
    const LONGEST: usize = "a 19999\n".len();
    let scratch = Scratch::new("compressing");
    let path = scratch.path("log");
    let mut children: Vec<_> = ["a", "b", "c", "d"]
        .iter()
        .map(|label| {
            let (records, bytes) = (RECORDS.to_string(), BYTES.to_string());
            let arguments: [&OsStr; 4] =
                [path.as_os_str(), label.as_ref(), records.as_ref(), bytes.as_ref()];
            start(PROGRAM, "rotate-compress", &arguments)
        })
        .collect();
    for child in &mut children {
        child.stdin.take().expect("its input").write_all(b"\n").expect("it waits");
    }
    for child in children {
        let ended = finish(child, "rotate-compress", LIMIT);
        assert!(ended.status.success(), "{:?} {}", ended.status, ended.stderr);
        assert_eq!(ended.stdout, format!("{RECORDS} 0 0\n"), "{}", ended.stderr);
    }
    let mut found: BTreeMap<String, Vec<u64>> = BTreeMap::new();
    // Where a file was packed last: who lost the race to do it may leave it behind.
    let names = names(&path);
    for name in names.iter().filter(|name| !name.ends_with(".log.femto-part")) {
        let is_packed = name.extension().is_some_and(|extension| extension == "gz");
        assert!(is_packed || *name == path, "{}: not packed", name.display());
        let lines = lines(name);
        // Nobody exceeds the size, and nobody rolls over too early: how many files that makes follows.
        let size: usize = lines.iter().map(|line| line.len() + 1).sum();
        assert!(size < BYTES, "{}: {size}", name.display());
        assert!(size + LONGEST >= BYTES || *name == path, "{}: {size}", name.display());
        for line in lines {
            let (label, number) = line.split_once(' ').unwrap_or_else(|| panic!("torn: {line:?}"));
            let number = number.parse().unwrap_or_else(|_| panic!("torn: {line:?}"));
            found.entry(label.to_owned()).or_default().push(number);
        }
    }
    assert_eq!(found.len(), 4);
    for (label, mut numbers) in found {
        numbers.sort_unstable();
        assert!(numbers.into_iter().eq(0..RECORDS), "{label}: lost or twice");
    }
}
