//! `femto tail` follows files while they are written, rotated, truncated and removed. The process that
//! writes is this one.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

#[path = "support/scratch.rs"]
mod scratch;
#[path = "support/tail.rs"]
mod tail;

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use std::thread;

use femto_std::handlers::{
    Compression, RotatingFileHandlerBuilder, TimedRotatingFileHandlerBuilder, When,
};
use femto_std::{Handler, info};
use scratch::{PATIENCE, Scratch, lone_logger, pattern, wait_until};
use tail::Tail;

const THREADS: usize = 4;
const EACH: usize = 12_500;

/// Logs from four threads, and looks whether each record is shown once, those of a thread in order.
fn follow_records(name: &str, arguments: &[&str], path: &Path, handler: &Arc<Handler>) {
    let tail = Tail::start(&[&["-n", "all", "-f"], arguments].concat(), &[path]);
    let logger = lone_logger(name, handler);
    // It begins with the file that has the name when it starts.
    info!(logger: logger, "{THREADS} 0");
    handler.flush(PATIENCE).unwrap();
    tail.wait_for(1);
    thread::scope(|scope| {
        for thread in 0..THREADS {
            let logger = &logger;
            scope.spawn(move || (0..EACH).for_each(|i| info!(logger: logger, "{thread} {i}")));
        }
    });
    handler.flush(PATIENCE).unwrap();
    tail.wait_for(THREADS * EACH + 1);
    let mut next = HashMap::new();
    for line in tail.lines() {
        let (thread, i) = line.split_once(' ').unwrap();
        let next = next.entry(thread.to_owned()).or_insert(0);
        assert_eq!(i.parse::<usize>().unwrap(), *next, "of thread {thread}: {}", tail.told());
        *next += 1;
    }
    assert_eq!(next.values().sum::<usize>(), THREADS * EACH + 1);
}

#[test]
fn no_record_is_missing_or_twice_through_rotation_by_size() {
    let scratch = Scratch::new("tail-rotation");
    let path = scratch.path("log");
    let handler = RotatingFileHandlerBuilder::new(&path)
        .with_max_bytes(4096)
        .with_backup_count(10_000)
        .with_formatter(pattern("%(message)s"))
        .build()
        .unwrap();
    follow_records("by_size", &[], &path, &handler);
    assert!(scratch.path("log.50").exists(), "there was little rotation");
}

#[test]
fn no_record_is_missing_or_twice_through_dated_files_packed_in_between() {
    let scratch = Scratch::new("tail-dated");
    let path = scratch.path("log");
    let handler = TimedRotatingFileHandlerBuilder::new(&path)
        .with_when(When::Midnight)
        .with_utc(true)
        .with_max_bytes(8192)
        .with_backup_count(10_000)
        .with_compression(Compression::Gzip)
        .with_formatter(pattern("%(message)s"))
        .build()
        .unwrap();
    // Many files come, and are packed, between two looks.
    follow_records("dated", &["--interval", "0.5"], &path, &handler);
}

/// As `logrotate` does: renamed, written to for a while, made anew.
#[test]
fn what_is_written_to_a_renamed_file_is_shown() {
    let scratch = Scratch::new("tail-logrotate");
    let path = scratch.path("log");
    let mut file = File::create(&path).unwrap();
    let tail = Tail::start(&["-n", "all"], &[&path]);
    let mut written = 0;
    let mut write = |file: &mut File, count: usize| {
        for _ in 0..count {
            writeln!(file, "{written}").unwrap();
            written += 1;
        }
    };
    write(&mut file, 1);
    tail.wait_for(1);
    let mut old = None;
    for rotation in 0..200 {
        write(&mut file, 100);
        // One that was renamed before, and is not forgotten.
        if let Some(old) = &mut old {
            write(old, 1);
        }
        fs::rename(&path, scratch.path(&format!("log-20261122{rotation:03}"))).unwrap();
        write(&mut file, 5);
        let next = File::create(&path).unwrap();
        write(&mut file, 5);
        old = Some(core::mem::replace(&mut file, next));
    }
    write(&mut file, 1);
    let all = written;
    tail.wait_for(all);
    let mut lines: Vec<usize> = tail.lines().iter().map(|line| line.parse().unwrap()).collect();
    lines.sort_unstable();
    assert!(lines.into_iter().eq(0..all), "{}", tail.told());
}

#[test]
fn an_old_file_is_read_on_while_the_new_one_is_followed() {
    let scratch = Scratch::new("tail-late");
    let path = scratch.path("log");
    let mut old = File::create(&path).unwrap();
    writeln!(old, "INFO:a:1 n=1").unwrap();
    // A record of text waits for its rest, there too.
    let plain = Tail::start(&["-n", "all", "--interval", "0.02"], &[&path]);
    let asked = Tail::start(&["-n", "all", "--interval", "0.02", "--field", "n"], &[&path]);
    let wait_for = |count| [&plain, &asked].map(|tail| tail.wait_for(count));
    wait_for(1);
    fs::rename(&path, scratch.path("log.1")).unwrap();
    let mut new = File::create(&path).unwrap();
    writeln!(new, "INFO:a:2 n=2").unwrap();
    wait_for(2);
    for (count, mut file) in [(3, &old), (4, &new), (5, &old)] {
        writeln!(file, "INFO:a:{count} n={count}").unwrap();
        wait_for(count);
    }
    let expected: Vec<String> = (1..=5).map(|n| format!("INFO:a:{n} n={n}")).collect();
    assert_eq!((plain.lines(), asked.lines()), (expected.clone(), expected));
}

/// As it is for a moment, when a rotated file is packed: both are there.
#[test]
fn a_file_is_shown_once_that_is_there_packed_and_not() {
    let scratch = Scratch::new("tail-twin");
    let path = scratch.path("log");
    fs::write(&path, "1\n").unwrap();
    let tail = Tail::start(&["-n", "all", "--interval", "0.02"], &[&path]);
    tail.wait_for(1);
    let (plain, packed, next) =
        (scratch.path("log.1"), scratch.path("log.1.gz"), scratch.path("x"));
    fs::write(&plain, "2\n").unwrap();
    let mut encoder =
        flate2::write::GzEncoder::new(File::create(&packed).unwrap(), Default::default());
    encoder.write_all(b"2\n").unwrap();
    let times = fs::metadata(&plain).unwrap().modified().unwrap();
    encoder.finish().unwrap().set_modified(times).unwrap();
    fs::write(&next, "3\n").unwrap();
    fs::hard_link(&path, scratch.path("log.2")).unwrap();
    // From now on it is another file.
    fs::rename(&next, &path).unwrap();
    tail.wait_for(3);
    let mut file = File::options().append(true).open(&path).unwrap();
    file.write_all(b"4\n").unwrap();
    tail.wait_for(4);
    assert_eq!(tail.lines(), ["1", "2", "3", "4"], "{}", tail.told());
}

#[test]
fn lines_of_a_copied_and_truncated_file_are_shown_once() {
    let scratch = Scratch::new("tail-copytruncate");
    let path = scratch.path("log");
    let mut file = File::options().create(true).append(true).open(&path).unwrap();
    // What is written and truncated between two looks is in the copy only.
    let tail = Tail::start(&["-n", "all", "--interval", "0.3"], &[&path]);
    let mut expected = Vec::new();
    for turn in 0..4 {
        for i in 0..20 {
            expected.push(format!("turn {turn} line {i} {}", "x".repeat(40)));
            writeln!(file, "{}", expected.last().unwrap()).unwrap();
        }
        tail.wait_for(expected.len());
        // What was not seen before the copy; then more than there was, as if nothing had happened.
        expected.push(format!("turn {turn} only in the copy"));
        writeln!(file, "{}", expected.last().unwrap()).unwrap();
        fs::copy(&path, scratch.path(&format!("log.{}", 9 - turn))).unwrap();
        file.set_len(0).unwrap();
        let after = if turn == 2 { 60 } else { 3 };
        for i in 0..after {
            expected.push(format!("turn {turn} behind {i} {}", "y".repeat(40)));
            writeln!(file, "{}", expected.last().unwrap()).unwrap();
        }
        tail.wait_for(expected.len());
        assert_eq!(tail.lines(), expected, "{}", tail.told());
    }
    wait_until("each time is told", || {
        tail.told().matches("log: was truncated: reading it from its beginning").count() == 4
    });
}

#[test]
fn a_file_may_come_late_vanish_and_return() {
    let scratch = Scratch::new("tail-vanish");
    let path = scratch.path("log");
    let tail = Tail::start(&["--interval", "0.02"], &[&path]);
    tail.wait_until_told("log: is not there yet: waiting for it");
    // All of it, though it is more than ten lines.
    let lines: String = (0..15).map(|i| format!("{i}\n")).collect();
    fs::write(&path, lines).unwrap();
    tail.wait_for(15);
    fs::remove_file(&path).unwrap();
    tail.wait_until_told("log: is gone: waiting for it to come back");
    fs::write(&path, "back\n").unwrap();
    tail.wait_for(16);
    // The same file, under another name for a while.
    fs::rename(&path, scratch.path("elsewhere")).unwrap();
    File::options()
        .append(true)
        .open(scratch.path("elsewhere"))
        .unwrap()
        .write_all(b"there\n")
        .unwrap();
    tail.wait_for(17);
    fs::rename(scratch.path("elsewhere"), &path).unwrap();
    File::options().append(true).open(&path).unwrap().write_all(b"here\n").unwrap();
    tail.wait_for(18);
    assert_eq!(tail.lines()[15..], ["back", "there", "here"]);
}

#[test]
fn following_begins_where_it_is_told() {
    let scratch = Scratch::new("tail-begin");
    let path = scratch.path("log");
    for (count, expected) in
        [("+2", &["2", "3", "4"][..]), ("1", &["3", "4"]), ("all", &["1", "2", "3", "4"])]
    {
        fs::write(&path, "1\n2\n3\n").unwrap();
        let tail = Tail::start(&["-n", count, "--interval", "0.02"], &[&path]);
        tail.wait_for(expected.len() - 1);
        let mut file = File::options().append(true).open(&path).unwrap();
        file.write_all(b"4\n").unwrap();
        tail.wait_for(expected.len());
        assert_eq!(tail.lines(), expected, "-n {count}");
    }
}

#[test]
fn a_line_is_shown_when_it_is_whole() {
    let scratch = Scratch::new("tail-pieces");
    let path = scratch.path("log");
    fs::write(&path, "ERROR:a:ha").unwrap();
    let tail = Tail::start(&["--interval", "0.01", "--level", "error"], &[&path]);
    let mut file = File::options().append(true).open(&path).unwrap();
    for piece in
        ["lf", " a", " line\nINFO:a:hidden\n  with it\nERROR:a:a wh", "ole\n  one", " more\n"]
    {
        file.write_all(piece.as_bytes()).unwrap();
        let before = tail.lines();
        assert!(
            before.iter().all(|line| line.ends_with("line") || line.ends_with("whole")),
            "{before:?}"
        );
    }
    tail.wait_for(3);
    assert_eq!(tail.lines(), ["ERROR:a:half a line", "ERROR:a:a whole", "  one more"]);
}

#[test]
fn a_record_of_several_lines_is_shown_when_its_rest_is_there() {
    let scratch = Scratch::new("tail-rest");
    let path = scratch.path("log");
    fs::write(&path, "INFO:a:begun\n").unwrap();
    let conditions = ["--interval", "0.01", "--field", "user=ann"];
    let tail = Tail::start(&conditions, &[&path]);
    let mut file = File::options().append(true).open(&path).unwrap();
    let mut write = |text: &str| file.write_all(text.as_bytes()).unwrap();
    // Nothing follows the last line of the first, and the second is decided by one that follows.
    write("ERROR:a:two\nlines user=ann\n");
    tail.wait_for(2);
    write("ERROR:a:three\nlines\nof user=bob\nINFO:a:one user=ann\n");
    tail.wait_for(3);
    // What comes so late belongs to it all the same.
    write("more of it\nINFO:a:no\n");
    tail.wait_for(4);
    let expected = ["ERROR:a:two", "lines user=ann", "INFO:a:one user=ann", "more of it"];
    assert_eq!(tail.lines(), expected);
}

#[test]
fn records_of_several_lines_keep_their_order_through_rotation() {
    let scratch = Scratch::new("tail-whole");
    let path = scratch.path("log");
    let handler = RotatingFileHandlerBuilder::new(&path)
        .with_max_bytes(2000)
        .with_backup_count(10_000)
        .build()
        .unwrap();
    let tail = Tail::start(&["-n", "all", "--interval", "0.05", "--field", "n>=0"], &[&path]);
    let logger = lone_logger("whole", &handler);
    let count = 5000;
    for n in 0..count {
        info!(logger: logger, n = n; "two\nlines");
        if n % 1000 == 0 {
            handler.flush(PATIENCE).unwrap();
            tail.wait_for(1);
        }
    }
    handler.flush(PATIENCE).unwrap();
    tail.wait_for(2 * count);
    for (n, record) in tail.lines().chunks(2).enumerate() {
        assert!(record[0].ends_with(" INFO     whole: two"), "{record:?}");
        assert_eq!(record[1], format!("lines n={n}"));
    }
}

#[test]
fn standard_input_is_shown_beside_files() {
    let scratch = Scratch::new("tail-beside");
    let path = scratch.path("log");
    fs::write(&path, "INFO:file:1\n").unwrap();
    let (tail, mut input) = Tail::with_input(&["--names", "none"], &[Path::new("-"), &path]);
    tail.wait_for(1);
    let mut file = File::options().append(true).open(&path).unwrap();
    for turn in 0..3 {
        let count = tail.lines().len();
        writeln!(input, "INFO:pipe:{turn}").unwrap();
        tail.wait_for(count + 1);
        writeln!(file, "INFO:file:{turn}").unwrap();
        tail.wait_for(count + 2);
    }
    // Its end is not that of the file, and its last line needs none.
    input.write_all(b"INFO:pipe:end").unwrap();
    drop(input);
    tail.wait_for(8);
    writeln!(file, "INFO:file:end").unwrap();
    tail.wait_for(9);
    let pipe: Vec<_> = tail.lines().into_iter().filter(|line| line.contains("pipe")).collect();
    assert_eq!(pipe, ["INFO:pipe:0", "INFO:pipe:1", "INFO:pipe:2", "INFO:pipe:end"]);
}

#[test]
fn a_record_of_several_lines_by_a_pipe_is_shown_when_its_rest_is_there() {
    let (tail, mut input) = Tail::with_input(&["--field", "user=ann"], &[Path::new("-")]);
    input.write_all(b"INFO:a:two\nlines user=ann\n").unwrap();
    tail.wait_for(2);
    input.write_all(b"INFO:a:no\nINFO:a:three user=ann").unwrap();
    drop(input);
    tail.wait_for(3);
    assert_eq!(tail.lines(), ["INFO:a:two", "lines user=ann", "INFO:a:three user=ann"]);
}

/// The system gives the new file the number of the one before, if nobody has that open.
#[test]
fn files_that_come_and_go_are_told_apart() {
    let scratch = Scratch::new("tail-numbers");
    let path = scratch.path("log");
    fs::write(&path, "0\n").unwrap();
    let tail = Tail::start(&["-n", "all", "--interval", "0.01"], &[&path]);
    for turn in 1..=40 {
        tail.wait_for(turn);
        if turn % 2 == 0 {
            fs::rename(&path, scratch.path("log.1")).unwrap();
        } else {
            fs::remove_file(&path).unwrap();
        }
        fs::write(&path, format!("{turn}\n")).unwrap();
    }
    tail.wait_for(41);
    let expected: Vec<String> = (0..=40).map(|turn| turn.to_string()).collect();
    assert_eq!(tail.lines(), expected, "{}", tail.told());
}

#[test]
fn several_files_are_followed() {
    let scratch = Scratch::new("tail-two");
    let (a, b) = (scratch.path("a"), scratch.path("b"));
    fs::write(&a, "a1\n").unwrap();
    fs::write(&b, "b1\n").unwrap();
    let tail = Tail::start(&["--names", "prefix", "--interval", "0.02"], &[&a, &b]);
    tail.wait_for(2);
    for (path, line) in [(&b, "b2\n"), (&a, "a2\n")] {
        let count = tail.lines().len();
        File::options().append(true).open(path).unwrap().write_all(line.as_bytes()).unwrap();
        tail.wait_for(count + 1);
    }
    let named = |path: &Path, line: &str| format!("{}: {line}", path.display());
    let expected = [named(&a, "a1"), named(&b, "b1"), named(&b, "b2"), named(&a, "a2")];
    assert_eq!(tail.lines(), expected);
}

#[test]
fn lines_that_are_hidden_are_told_while_it_runs() {
    let scratch = Scratch::new("tail-hidden");
    let path = scratch.path("log");
    fs::write(&path, "not a record\n{\"level\":\"ERROR\"}\n").unwrap();
    let tail = Tail::start(&["--level", "error"], &[&path]);
    tail.wait_for(1);
    tail.wait_until_told("log: lines that cannot be read as records are hidden (--unparsed show");
}
