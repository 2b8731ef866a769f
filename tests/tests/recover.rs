//! Processes are killed at random points of a run that logs without pause: the next start writes what
//! they left, no record whose call returned is missing or twice, and each thread's are in order.
//!
//! `FEMTO_KILLS` says how often each kind is killed; the default is for every day.

use core::time::Duration;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::{Child, Command};
use std::thread;

use femto_tests::{Ended, Scratch, finish, lines, run, start};

const PROGRAM: &str = env!("CARGO_BIN_EXE_program");

fn kills(usual: u64) -> u64 {
    std::env::var("FEMTO_KILLS").map_or(usual, |kills| kills.parse().expect("a number"))
}

/// A generator that is good enough to choose moments (SplitMix64).
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % limit
    }
}

/// How many records each label has at least: those whose calls returned.
type Marks = BTreeMap<String, u64>;

/// A folder with a mapped file, logs and marks.
struct Place {
    scratch: Scratch,
    handlers: &'static str,
}

impl Place {
    fn new(name: &str, handlers: &'static str) -> Self {
        Self { scratch: Scratch::new(name), handlers }
    }

    fn start(&self, scenario: &str, label: &str) -> Child {
        let folder = self.scratch.path("");
        let arguments = [folder.as_os_str(), label.as_ref(), self.handlers.as_ref()];
        start(PROGRAM, &format!("recover-{scenario}"), &arguments)
    }

    fn run(&self, scenario: &str, label: &str) -> Ended {
        let folder = self.scratch.path("");
        let arguments = [folder.as_os_str(), label.as_ref(), self.handlers.as_ref()];
        run(PROGRAM, &format!("recover-{scenario}"), &arguments, Duration::from_secs(60))
    }

    /// Starts a process and answers once it logs.
    fn begin(&self, scenario: &str, label: &str) -> Child {
        std::fs::write(self.scratch.path("marks"), [0; 4096]).expect("the marks");
        let mut child = self.start(scenario, label);
        let mut line = String::new();
        let mut stdout = BufReader::new(child.stdout.take().expect("a pipe"));
        stdout.read_line(&mut line).expect("a line");
        if line != "ready\n" {
            let ended = finish(child, scenario, Duration::from_secs(20));
            panic!("{scenario}: not ready but {line:?}: {}", ended.stderr);
        }
        child
    }

    /// What is marked, for labels of a process that begin so.
    fn marks(&self, label: &str) -> Marks {
        let marks = std::fs::read(self.scratch.path("marks")).expect("the marks");
        let number = |mark: &[u8]| u64::from_ne_bytes(mark[..8].try_into().expect("8 bytes"));
        let marks = marks.chunks(64).map(number).take(4).enumerate();
        marks.map(|(thread, mark)| (format!("{label}{thread}"), mark)).collect()
    }

    /// Runs a process that logs, kills it after so many microseconds, and answers the marks.
    fn kill_after(&self, scenario: &str, label: &str, micros: u64) -> Marks {
        let mut child = self.begin(scenario, label);
        thread::sleep(Duration::from_micros(micros));
        kill(&mut child);
        self.marks(label)
    }

    /// Starts the next process, which writes what is left; then nothing is.
    fn next(&self) {
        let ended = self.run("next", "");
        assert!(ended.status.success(), "{:?} {}", ended.status, ended.stderr);
        assert_eq!(ended.stderr, "");
        let left: Vec<_> = self.rings().collect();
        assert!(left.is_empty(), "{left:?}");
    }

    fn rings(&self) -> impl Iterator<Item = PathBuf> {
        let entries = std::fs::read_dir(self.scratch.path("")).expect("the folder").flatten();
        let is_ring = |path: &PathBuf| {
            path.file_name().is_some_and(|n| n.as_encoded_bytes().starts_with(b"ring"))
        };
        entries.map(|entry| entry.path()).filter(is_ring)
    }

    /// The lines of all handlers, one after the other.
    fn logs(&self) -> Vec<Vec<String>> {
        if self.handlers != "rotated" {
            let files = self.handlers.split("").filter(|name| !name.is_empty());
            return files.map(|name| lines(&self.scratch.path(name))).collect();
        }
        let mut old: Vec<_> = (1..)
            .map(|number| self.scratch.path(&format!("a.{number}")))
            .take_while(|path| path.exists())
            .collect();
        old.reverse();
        old.push(self.scratch.path("a"));
        vec![old.iter().flat_map(|path| lines(path)).collect()]
    }
}

/// The lines without the pieces that a process left which was killed within a write while another
/// wrote to the same file: such a piece stays before the other's line, and its own is written again.
fn without_pieces(lines: Vec<String>, marks: &Marks) -> Vec<String> {
    let is_whole = |line: &str| {
        let (label, number) = line.split_once(' ').unwrap_or((line, ""));
        marks.contains_key(label) && number.parse::<u64>().is_ok()
            || label.parse::<u64>().is_ok()
                && (number.starts_with("records recovered")
                    || number.starts_with("record recovered"))
    };
    let whole = |line: String| {
        let starts = line.char_indices().map(|(at, _)| at);
        let begin = starts.filter(|at| is_whole(&line[*at..])).min();
        begin.map(|at| line[at..].to_owned()).unwrap_or(line)
    };
    lines.into_iter().map(whole).collect()
}

fn kill(child: &mut Child) {
    child.kill().expect("it is killed");
    child.wait().expect("it ends");
}

/// Each label's records, from 0 on, once each and in order, and at least those whose calls returned; at
/// most one that had not. Answers how many are told to be recovered.
#[track_caller]
fn check(lines: &[String], marks: &Marks, round: &str) -> u64 {
    let mut next: BTreeMap<&str, u64> = marks.keys().map(|label| (&**label, 0)).collect();
    let mut recovered = 0;
    for line in lines {
        let torn = || -> ! { panic!("{round}: torn: {line:.80}") };
        let (label, rest) = line.split_once(' ').unwrap_or_else(|| torn());
        let Some(expected) = next.get_mut(label) else {
            let is_heading = rest.starts_with("records recovered from process ")
                || rest.starts_with("record recovered from process ");
            recovered += label.parse::<u64>().ok().filter(|_| is_heading).unwrap_or_else(|| torn());
            continue;
        };
        let (number, text) = rest.split_once(' ').unwrap_or((rest, ""));
        let number: u64 = number.parse().unwrap_or_else(|_| torn());
        assert!(text.is_empty() || text.len() == 100_000, "{round}: torn: {} bytes", text.len());
        assert_eq!(number, *expected, "{round}: {label}: lost, twice or out of order; {marks:?}");
        *expected += 1;
    }
    for (label, mark) in marks {
        let made = next[&**label];
        assert!(
            (*mark..=mark + 1).contains(&made),
            "{round}: {label}: {mark} returned, {made} written"
        );
    }
    recovered
}

/// Kills so many processes, each after another time, and has the next one write what it left.
fn hammer(scenario: &str, handlers: &'static str, rounds: u64) {
    let seed = std::process::id().into();
    let mut random = Random(seed);
    let (mut records, mut recovered) = (0, 0);
    for round in 0..rounds {
        let place = Place::new(&format!("{scenario}-{handlers}-{round}"), handlers);
        let limit = if round % 2 == 0 { 3_000 } else { 60_000 };
        let micros = random.below(limit);
        let marks = place.kill_after(scenario, "t", micros);
        place.next();
        let round = format!("{scenario} {handlers}, round {round} of seed {seed}, {micros} us");
        for log in place.logs() {
            recovered += check(&log, &marks, &round);
        }
        records += marks.values().sum::<u64>();
    }
    eprintln!(
        "{scenario} {handlers}: {rounds} kills, {records} calls returned, {recovered} records recovered"
    );
    assert!(recovered > 0, "{scenario}: nothing was ever left");
}

#[test]
fn a_thread_that_logs_is_killed() {
    hammer("log-1", "a", kills(12));
}

#[test]
fn four_threads_that_log_are_killed() {
    hammer("log-4", "a", kills(12));
}

#[test]
fn with_two_handlers() {
    hammer("log-4", "ab", kills(12));
}

#[test]
fn with_records_too_large_for_a_lane() {
    hammer("large-2", "ab", kills(10));
}

#[test]
fn while_the_file_is_rolled_over_again_and_again() {
    hammer("log-2", "rotated", kills(10));
}

#[test]
fn those_that_write_what_is_left_are_killed_too() {
    let seed = std::process::id().into();
    let mut random = Random(seed);
    for round in 0..kills(10) {
        let place = Place::new(&format!("again-{round}"), "ab");
        let marks = place.kill_after("large-2", "t", random.below(20_000));
        let mut times = Vec::new();
        for _ in 0..3 {
            let micros = random.below(30_000);
            times.push(micros);
            let mut child = place.start("next", "");
            thread::sleep(Duration::from_micros(micros));
            kill(&mut child);
        }
        place.next();
        for log in place.logs() {
            check(&log, &marks, &format!("round {round} of seed {seed}, {times:?} us"));
        }
    }
}

#[test]
fn one_process_after_another_is_killed_and_goes_on_where_it_was() {
    let seed = std::process::id().into();
    let mut random = Random(seed);
    for round in 0..kills(4) {
        let place = Place::new(&format!("chain-{round}"), "ab");
        let mut marks = Marks::new();
        for generation in 0..5 {
            let label = format!("g{generation}t");
            marks.extend(place.kill_after("log-2", &label, random.below(10_000)));
        }
        place.next();
        for log in place.logs() {
            check(&log, &marks, &format!("round {round} of seed {seed}"));
        }
    }
}

/// Lines of all handlers are committed together: what one of them has no room for holds up the others,
/// and their records stay in the lanes.
#[test]
fn while_a_sink_takes_its_time() {
    let seed = std::process::id().into();
    let mut random = Random(seed);
    for round in 0..kills(4) {
        let place = Place::new(&format!("stalled-{round}"), "ab");
        let path = place.scratch.path("b");
        let made = Command::new("mkfifo").arg(&path).status().expect("mkfifo");
        assert!(made.success());
        // Open to write, too: nobody waits for the other end.
        let mut slow = File::options().read(true).write(true).open(&path).expect("the pipe");
        let mut child = place.begin("log-2", "t");
        let mut taken = [0; 8192];
        thread::sleep(Duration::from_millis(300));
        for _ in 0..20 + random.below(20) {
            slow.read_exact(&mut taken).expect("lines");
            thread::sleep(Duration::from_millis(10));
        }
        kill(&mut child);
        let marks = place.marks("t");
        std::fs::remove_file(&path).expect("the pipe is removed");
        place.next();
        check(&place.logs()[0], &marks, &format!("round {round} of seed {seed}"));
    }
}

#[test]
fn two_processes_at_once_have_a_file_each() {
    for round in 0..kills(3) {
        let place = Place::new(&format!("both-{round}"), "a");
        let mut one = place.begin("log-1", "one");
        let marks_of_one = place.scratch.path("marks-of-one");
        std::fs::rename(place.scratch.path("marks"), &marks_of_one).expect("its own marks");
        let mut other = place.begin("log-1", "other");
        assert_eq!(place.rings().count(), 2);
        thread::sleep(Duration::from_millis(5));
        kill(&mut one);
        kill(&mut other);
        let mut marks = place.marks("other");
        std::fs::rename(&marks_of_one, place.scratch.path("marks")).expect("the marks");
        marks.extend(place.marks("one"));
        place.next();
        let whole = without_pieces(place.logs().remove(0), &marks);
        check(&whole, &marks, &format!("round {round}"));
    }
}

#[test]
fn a_process_that_dies_by_itself_loses_nothing() {
    for (how, signal) in
        [("abort", Some(libc::SIGABRT)), ("segfault", Some(libc::SIGSEGV)), ("exit", None)]
    {
        let place = Place::new(how, "ab");
        assert_eq!(place.run(how, "t").status.signal(), signal);
        place.next();
        for log in place.logs() {
            let marks = Marks::from([("t0".to_owned(), 2_000)]);
            assert!(check(&log, &marks, how) > 0, "{how}: nothing was left");
        }
    }
}

/// The parent's descriptor is closed in the child; that number may be another file's when that forks.
#[test]
fn grandchildren_keep_the_files_that_their_parent_opened() {
    let ended = Place::new("grandchild", "a").run("grandchild", "t");
    assert!(ended.status.success(), "{:?} {}", ended.status, ended.stderr);
}

#[test]
fn forked_children_have_files_of_their_own() {
    for round in 0..kills(2) {
        let place = Place::new(&format!("forks-{round}"), "ab");
        std::fs::write(place.scratch.path("marks"), [0; 4096]).expect("the marks");
        let ended = place.run("forks-4", "t");
        assert_eq!(ended.status.signal(), Some(libc::SIGKILL), "{}", ended.stderr);
        let mut marks = place.marks("t");
        marks.extend((0..20).map(|child| (format!("child{child}"), 100)));
        place.next();
        for log in place.logs() {
            check(&without_pieces(log, &marks), &marks, &format!("round {round}"));
        }
    }
}

#[test]
fn a_disk_without_room_is_an_error_at_the_start() {
    let place = Place::new("full", "a");
    let ended = place.run("full", "");
    assert!(ended.status.success(), "{}", ended.stderr);
    assert!(ended.stdout.starts_with("could not keep records in "), "{}", ended.stdout);
    assert!(ended.stdout.contains("File too large"), "{}", ended.stdout);
    assert_eq!(place.rings().count(), 0);
    assert_eq!(lines(&place.scratch.path("a")), ["p0 0"]);
}
