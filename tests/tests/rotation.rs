//! Files that several processes write to, that processes fork beside, that others rotate, and whose
//! disk is full: each record is there exactly once, whole.

use core::time::Duration;
use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout};

use femto_tests::{Disk, Scratch, finish, lines, run, start};

const PROGRAM: &str = env!("CARGO_BIN_EXE_program");
/// How long anything may take.
const LIMIT: Duration = Duration::from_secs(300);

/// The file, if it is there, and all that begin with its name and a dot.
fn paths(path: &Path) -> Vec<PathBuf> {
    let name = path.file_name().expect("a name").to_str().expect("text");
    let entries = fs::read_dir(path.parent().expect("a folder")).expect("the folder");
    let paths = entries.map(|entry| entry.expect("an entry").path());
    let is_ours = |path: &PathBuf| {
        let other = path.file_name().expect("a name").to_str().expect("text");
        other.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    };
    paths.filter(is_ours).collect()
}

/// Those, with their lines.
fn files(path: &Path) -> BTreeMap<PathBuf, Vec<String>> {
    paths(path).into_iter().map(|path| (path.clone(), lines(&path))).collect()
}

/// How often each label was counted up to; each number has to be there once.
fn check(all: &[String]) -> BTreeMap<&str, u64> {
    let mut found: BTreeMap<&str, Vec<u64>> = BTreeMap::new();
    for line in all {
        let (label, number) = line.split_once(' ').unwrap_or_else(|| panic!("torn: {line:?}"));
        let number = number.parse().unwrap_or_else(|_| panic!("torn: {line:?}"));
        found.entry(label).or_default().push(number);
    }
    let check = |(label, mut numbers): (_, Vec<u64>)| {
        numbers.sort_unstable();
        let count = numbers.len() as u64;
        assert!(numbers.into_iter().eq(0..count), "{label}: lost or twice");
        (label, count)
    };
    found.into_iter().map(check).collect()
}

fn begin_together(children: &mut [Child]) {
    for child in children {
        child.stdin.take().expect("its input").write_all(b"\n").expect("it waits");
    }
}

#[test]
fn four_processes_roll_one_file_over_and_lose_nothing() {
    const RECORDS: u64 = 100_000;
    const BYTES: u64 = 20_000;
    let scratch = Scratch::new("processes");
    let path = scratch.path("log");
    let mut children: Vec<Child> = ["a", "b", "c", "d"]
        .iter()
        .map(|label| {
            let (records, bytes) = (RECORDS.to_string(), BYTES.to_string());
            let arguments: [&OsStr; 4] =
                [path.as_os_str(), label.as_ref(), records.as_ref(), bytes.as_ref()];
            start(PROGRAM, "rotate-write", &arguments)
        })
        .collect();
    begin_together(&mut children);
    for child in children {
        let ended = finish(child, "rotate-write", LIMIT);
        assert!(ended.status.success(), "{:?} {}", ended.status, ended.stderr);
        assert_eq!(ended.stdout, format!("{RECORDS} 0 0\n"), "{}", ended.stderr);
    }
    let files = files(&path);
    assert!(files.len() > 100, "{} files", files.len());
    // Nobody exceeds the size, and nobody rolls over too early.
    for (file, lines) in &files {
        let size = fs::metadata(file).expect("a file").len();
        let longest = lines.iter().map(String::len).max().unwrap_or(0) as u64 + 2;
        assert!(size < BYTES, "{}: {size}", file.display());
        assert!(size + longest >= BYTES || *file == path, "{}: {size}", file.display());
    }
    let all: Vec<String> = files.into_values().flatten().collect();
    let counts = check(&all);
    assert_eq!(counts, ["a", "b", "c", "d"].map(|label| (label, RECORDS)).into());
}

#[test]
fn four_processes_with_a_file_a_second_and_a_size_lose_nothing() {
    let scratch = Scratch::new("timed");
    let path = scratch.path("log");
    let labels = ["a", "b", "c", "d"];
    let mut children: Vec<Child> = labels
        .iter()
        .map(|label| {
            let arguments: [&OsStr; 3] = [path.as_os_str(), label.as_ref(), "4".as_ref()];
            start(PROGRAM, "rotate-timed", &arguments)
        })
        .collect();
    begin_together(&mut children);
    let mut expected = BTreeMap::new();
    for (child, label) in children.into_iter().zip(labels) {
        let ended = finish(child, "rotate-timed", LIMIT);
        assert!(ended.status.success(), "{:?} {}", ended.status, ended.stderr);
        let (count, errors) = ended.stdout.trim_end().split_once(' ').expect("two numbers");
        assert_eq!(errors, "0", "{}", ended.stderr);
        expected.insert(label, count.parse().expect("a number"));
    }
    let files = files(&path);
    assert!(files.len() > 3, "{:?}", files.keys());
    let all: Vec<String> = files.into_values().flatten().collect();
    assert_eq!(check(&all), expected);
}

#[test]
fn forks_while_threads_log_and_files_are_rolled_over_lose_nothing() {
    let scratch = Scratch::new("forks");
    let path = scratch.path("log");
    let arguments: [&OsStr; 2] = [path.as_os_str(), "20000".as_ref()];
    let ended = run(PROGRAM, "rotate-fork", &arguments, LIMIT);
    assert!(ended.status.success(), "{:?} {}", ended.status, ended.stderr);
    let files = files(&path);
    assert!(files.len() > 20, "{} files", files.len());
    let all: Vec<String> = files.into_values().flatten().collect();
    let counts = check(&all);
    for round in 0..20 {
        assert_eq!(counts[&*format!("child{round}")], 2_000);
        assert_eq!(counts[&*format!("parent{round}")], 100);
    }
    let threads = ended.stdout.lines().map(|line| line.split_once(' ').expect("two numbers"));
    for (thread, records) in threads {
        assert_eq!(counts[&*format!("thread{thread}")], records.parse().expect("a number"));
    }
    assert_eq!(counts.len(), 44);
}

/// Lets the program of four threads log, while `rotate` is called again and again.
fn rotate_from_outside(path: &Path, records: u64, mut rotate: impl FnMut(u32)) {
    let argument = records.to_string();
    let mut child = start(PROGRAM, "rotate-watched", &[path.as_os_str(), argument.as_ref()]);
    let mut round = 0;
    while child.try_wait().expect("a child").is_none() {
        round += 1;
        rotate(round);
        std::thread::sleep(Duration::from_millis(5));
    }
    let ended = finish(child, "rotate-watched", LIMIT);
    assert!(ended.status.success(), "{:?} {}", ended.status, ended.stderr);
    assert_eq!(ended.stdout, format!("{} 0\n", 4 * records), "{}", ended.stderr);
    assert!(round > 10, "{round} rotations");
}

#[test]
fn rotation_from_outside_by_renaming_loses_nothing() {
    let scratch = Scratch::new("renamed");
    let path = scratch.path("log");
    rotate_from_outside(&path, 20_000, |round| {
        // It may not be there yet. As `logrotate` does with `create`, or without.
        if fs::rename(&path, scratch.path(&format!("log.{round}"))).is_ok() && round % 2 == 0 {
            let _ = fs::File::options().append(true).create(true).open(&path);
        }
    });
    let all: Vec<String> = files(&path).into_values().flatten().collect();
    let counts = check(&all);
    assert!(counts.len() == 4 && counts.values().all(|count| *count == 20_000), "{counts:?}");
}

#[test]
fn truncation_from_outside_tears_nothing() {
    let scratch = Scratch::new("truncated");
    let path = scratch.path("log");
    rotate_from_outside(&path, 20_000, |round| {
        // As `logrotate` does with `copytruncate`, which loses what comes in between.
        if fs::copy(&path, scratch.path(&format!("log.{round}"))).is_ok() {
            let _ = fs::File::options().write(true).open(&path).and_then(|file| file.set_len(0));
        }
    });
    let mut seen = BTreeMap::new();
    for path in paths(&path) {
        let bytes = fs::read(&path).expect("a file");
        // A copy may end in the middle of a write; nothing else may.
        let text = String::from_utf8(bytes).expect("text, and no zeros");
        let whole = &text[..text.rfind('\n').map_or(0, |end| end + 1)];
        for line in whole.lines() {
            let (label, number) = line.split_once(' ').unwrap_or_else(|| panic!("torn: {line:?}"));
            assert!(label.len() == 7 && label.starts_with("thread"), "torn: {line:?}");
            let number: u64 = number.parse().unwrap_or_else(|_| panic!("torn: {line:?}"));
            assert!(seen.insert((label.to_owned(), number), ()).is_none(), "twice: {line:?}");
        }
    }
    assert!(seen.len() > 1000, "{}", seen.len());
}

/// A program that logs a hundred records each time it is told to.
struct Hundreds {
    child: Child,
    said: BufReader<ChildStdout>,
}

impl Hundreds {
    fn start(path: &Path, bytes: &str) -> Self {
        let mut child = start(PROGRAM, "rotate-full", &[path.as_os_str(), bytes.as_ref()]);
        let said = BufReader::new(child.stdout.take().expect("its output"));
        Self { child, said }
    }

    /// Tells it; answers how many records there were, whether the flush went well, and a count.
    fn tell(&mut self, what: &str) -> (u64, bool, u64) {
        writeln!(self.child.stdin.as_ref().expect("its input"), "{what}").expect("it listens");
        let mut line = String::new();
        self.said.read_line(&mut line).expect("a line");
        let words: Vec<&str> = line.split_whitespace().collect();
        let number = |word: &str| word.parse().unwrap_or_else(|_| panic!("{line:?}"));
        (number(words[0]), words[1] == "true", number(words[2]))
    }

    /// Ends it; all records have to be there.
    fn end(mut self, path: &Path) {
        let (records, is_flushed, dropped) = self.tell("end");
        assert_eq!((is_flushed, dropped), (true, 0));
        let ended = finish(self.child, "rotate-full", LIMIT);
        assert!(ended.status.success(), "{:?} {}", ended.status, ended.stderr);
        let all: Vec<String> = files(path).into_values().flatten().collect();
        assert_eq!(check(&all), [("n", records)].into());
    }
}

#[test]
fn a_disk_without_room_for_another_file_keeps_the_old_one_growing() {
    let scratch = Scratch::new("inodes");
    let folder = scratch.path("disk");
    let Some(disk) = Disk::mount(&folder, "size=1m,nr_inodes=6") else { return };
    let path = folder.join("log");
    let mut program = Hundreds::start(&path, "400");
    // Some rollovers until there is no room for another file, and then some records more.
    let mut errors = 0;
    while errors == 0 {
        let (records, is_flushed, new_errors) = program.tell("more");
        assert!(is_flushed, "lines go on into the old file");
        assert!(records < 10_000, "rollovers never fail");
        errors = new_errors;
    }
    program.tell("more");
    disk.remount("nr_inodes=1000");
    let few = files(&path).len();
    // It is tried again a second later.
    let start = std::time::Instant::now();
    while files(&path).len() <= few + 1 {
        assert!(start.elapsed() < LIMIT);
        program.tell("more");
    }
    program.end(&path);
}

#[test]
fn a_disk_that_is_full_and_has_room_again_loses_nothing_and_tears_nothing() {
    let scratch = Scratch::new("full");
    let folder = scratch.path("disk");
    let Some(_disk) = Disk::mount(&folder, "size=256k") else { return };
    let ballast = folder.join("ballast");
    fs::write(&ballast, vec![0; 240 << 10]).expect("ballast");
    let path = folder.join("log");
    // Of more than a page, so that a write is cut short.
    let mut program = Hundreds::start(&path, "12000");
    let (mut records, mut is_flushed) = (0, true);
    while is_flushed {
        (records, is_flushed, _) = program.tell("more");
        assert!(records < 10_000, "the disk is never full");
    }
    // What is there ends with a whole record.
    let there: Vec<String> = files(&path).into_values().flatten().collect();
    assert!(there.len() as u64 + 1 < records && check(&there)["n"] == there.len() as u64);
    fs::remove_file(&ballast).expect("room");
    program.end(&path);
}
