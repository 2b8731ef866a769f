//! What is in which file, at times that the tests choose.

use core::time::Duration;
use std::fs::{self, File};
use std::path::PathBuf;
use std::time::{Instant, SystemTime};

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::*;

/// A folder with a log that is rolled over.
struct Log {
    folder: PathBuf,
    rotation: Rotation,
}

impl Log {
    /// Rolled over at the end of each day in Berlin. The file is there, empty, since `start`.
    fn new(name: &str, start: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("femto-{}-{name}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir(&folder).unwrap();
        let rotation = Rotation {
            path: folder.join("log"),
            file: FileOptions::default(),
            max_bytes: 0,
            schedule: Some(Schedule {
                when: When::Midnight,
                interval: 1,
                aligned: false,
                at: None,
                zone: Some(TimeZone::get("Europe/Berlin").unwrap()),
            }),
            retention: Retention::default(),
            compression: None,
        };
        let log = Self { folder, rotation };
        log.touch(start);
        log
    }

    /// Has its last line be of a time.
    fn touch(&self, time: &str) {
        let file = File::options().append(true).create(true).open(&self.rotation.path).unwrap();
        file.set_modified(SystemTime::UNIX_EPOCH + Duration::from_secs(second(time))).unwrap();
    }

    fn open(&self) -> Box<dyn Sink> {
        self.rotation.open(true).unwrap()
    }

    /// All files with what is in them, by name.
    fn files(&self) -> Vec<(String, String)> {
        let mut files: Vec<_> = fs::read_dir(&self.folder)
            .unwrap()
            .map(|entry| {
                let path = entry.unwrap().path();
                let name = path.file_name().unwrap().to_str().unwrap().to_owned();
                (name, fs::read_to_string(path).unwrap())
            })
            .collect();
        files.sort();
        files
    }

    fn expect(&self, expected: &[(&str, &str)]) {
        let files = self.files();
        let files: Vec<_> = files.iter().map(|(name, text)| (&**name, &**text)).collect();
        assert_eq!(files, expected);
    }
}

impl Drop for Log {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// Of a time such as `2026-03-28 23:59:59` in Berlin.
fn second(time: &str) -> u64 {
    let local: jiff::civil::DateTime = time.parse().unwrap();
    let zoned = local.to_zoned_datetime(TimeZone::get("Europe/Berlin").unwrap()).unwrap();
    zoned.timestamp().duration_since(Timestamp::UNIX_EPOCH).as_secs() as u64
}

/// Writes a block of records, each with its time.
fn write(sink: &mut dyn Sink, records: &[(&str, &str)]) {
    let mut block = String::new();
    let mut ends = Vec::new();
    for (time, text) in records {
        block.push_str(text);
        block.push('\n');
        ends.push(RecordEnd { at: block.len(), second: second(time) });
    }
    let mut lines = Lines::new(block.as_bytes(), &ends);
    while !lines.bytes().is_empty() {
        lines = lines.after(sink.write_lines(lines).unwrap());
    }
}

#[test]
fn a_block_over_three_days_becomes_three_files() {
    let log = Log::new("days", "2026-03-28 10:00:00");
    let mut sink = log.open();
    write(
        &mut *sink,
        &[
            ("2026-03-28 10:00:00", "a"),
            ("2026-03-28 23:59:59", "b\nof several\nlines"),
            ("2026-03-29 00:00:00", "c"),
            // 23 hours long.
            ("2026-03-29 23:59:59", "d"),
            ("2026-03-30 00:00:00", "e"),
        ],
    );
    log.expect(&[
        ("log", "e\n"),
        ("log.2026-03-28", "a\nb\nof several\nlines\n"),
        ("log.2026-03-29", "c\nd\n"),
    ]);
    assert!(sink.problem().is_none());
}

#[test]
fn after_a_pause_of_days_there_is_one_old_file() {
    let log = Log::new("pause", "2026-03-27 10:00:00");
    let mut sink = log.open();
    write(&mut *sink, &[("2026-03-27 10:00:00", "a")]);
    write(&mut *sink, &[("2026-03-31 10:00:00", "b"), ("2026-04-01 10:00:00", "c")]);
    log.expect(&[("log", "c\n"), ("log.2026-03-27", "a\n"), ("log.2026-03-31", "b\n")]);
}

#[test]
fn a_file_of_yesterday_is_rolled_over_after_a_start_and_one_of_today_is_not() {
    let log = Log::new("start", "2026-03-27 10:00:00");
    fs::write(&log.rotation.path, "old\n").unwrap();
    log.touch("2026-03-27 22:00:00");
    write(&mut *log.open(), &[("2026-03-28 10:00:00", "a")]);
    log.touch("2026-03-28 10:00:00");
    write(&mut *log.open(), &[("2026-03-28 11:00:00", "b")]);
    log.expect(&[("log", "a\nb\n"), ("log.2026-03-27", "old\n")]);
}

#[test]
fn an_empty_file_is_not_rolled_over() {
    let log = Log::new("empty", "2026-03-20 10:00:00");
    let mut sink = log.open();
    write(&mut *sink, &[("2026-03-28 10:00:00", "a"), ("2026-03-29 10:00:00", "b")]);
    log.expect(&[("log", "b\n"), ("log.2026-03-28", "a\n")]);
}

#[test]
fn a_record_that_comes_late_goes_where_its_thread_is() {
    let log = Log::new("late", "2026-03-28 10:00:00");
    let mut sink = log.open();
    write(&mut *sink, &[("2026-03-28 23:59:59", "a"), ("2026-03-29 00:00:01", "b")]);
    // The clock was set back by a day, too.
    write(&mut *sink, &[("2026-03-28 23:59:58", "c"), ("2026-03-29 00:00:02", "d")]);
    log.expect(&[("log", "b\nc\nd\n"), ("log.2026-03-28", "a\n")]);
}

#[test]
fn nothing_is_overwritten_by_a_file_of_the_same_name() {
    let log = Log::new("same", "2026-03-28 10:00:00");
    for name in ["log.2026-03-28", "log.2026-03-28.1.gz"] {
        fs::write(log.folder.join(name), name).unwrap();
    }
    fs::create_dir(log.folder.join("log.2026-03-28.2")).unwrap();
    write(&mut *log.open(), &[("2026-03-28 10:00:00", "a"), ("2026-03-29 10:00:00", "b")]);
    fs::remove_dir(log.folder.join("log.2026-03-28.2")).unwrap();
    log.expect(&[
        ("log", "b\n"),
        ("log.2026-03-28", "log.2026-03-28"),
        ("log.2026-03-28.1.gz", "log.2026-03-28.1.gz"),
        ("log.2026-03-28.3", "a\n"),
    ]);
}

#[test]
fn a_file_ends_when_it_is_full_or_its_day_is_over() {
    let mut log = Log::new("both", "2026-03-28 10:00:00");
    log.rotation.max_bytes = 7;
    log.rotation.retention.count = Some(4);
    let mut sink = log.open();
    let day = ["28", "28", "28", "28", "28", "29", "29", "29", "29", "30"];
    for (text, day) in ["aa", "bb", "cc", "dd", "ee", "ff", "gg", "hh", "ii", "jj"].iter().zip(day)
    {
        write(&mut *sink, &[(&format!("2026-03-{day} 10:00:00"), text)]);
    }
    log.expect(&[
        ("log", "jj\n"),
        ("log.2026-03-28.1", "cc\ndd\n"),
        ("log.2026-03-28.2", "ee\n"),
        ("log.2026-03-29", "ff\ngg\n"),
        ("log.2026-03-29.1", "hh\nii\n"),
    ]);
}

#[test]
fn what_is_left_of_a_record_goes_where_its_beginning_went() {
    let mut log = Log::new("torn", "2026-03-28 10:00:00");
    log.rotation.max_bytes = 4;
    let mut sink = log.open();
    write(&mut *sink, &[("2026-03-28 10:00:00", "a")]);
    // The second is too large, and of another day, but has begun in this file.
    let next = second("2026-03-29 10:00:00");
    let ends = [4, 7].map(|at| RecordEnd { at, second: next });
    let mut lines = Lines::new(b"bbb\ncc\n", &ends).after(1);
    while !lines.bytes().is_empty() {
        lines = lines.after(sink.write_lines(lines).unwrap());
    }
    log.expect(&[("log", "cc\n"), ("log.2026-03-28", "a\nbb\n")]);
}

#[test]
fn one_of_several_writers_rolls_over_and_the_others_follow() {
    let log = Log::new("several", "2026-03-28 10:00:00");
    let mut sinks: Vec<_> = (0..3).map(|_| log.open()).collect();
    for time in ["2026-03-28 23:00:00", "2026-03-29 01:00:00"] {
        for sink in &mut sinks {
            write(&mut **sink, &[(time, time)]);
        }
    }
    // To those that did not roll over, the file is one of now.
    let [first, second] =
        ["2026-03-28 23:00:00\n", "2026-03-29 01:00:00\n"].map(|line| line.repeat(3));
    log.expect(&[("log", &second), ("log.2026-03-28", &first)]);
}

#[test]
fn a_lock_that_is_not_let_go_of_keeps_nobody_from_writing() {
    let log = Log::new("locked", "2026-03-28 10:00:00");
    let mut sink = log.open();
    let other = File::open(&log.rotation.path).unwrap();
    other.lock().unwrap();
    write(&mut *sink, &[("2026-03-28 10:00:00", "a"), ("2026-03-29 10:00:00", "b")]);
    assert!(sink.problem().unwrap().to_string().contains("lock"));
    let start = Instant::now();
    for _ in 0..1000 {
        write(&mut *sink, &[("2026-03-29 10:00:00", "c")]);
    }
    assert!(start.elapsed() < PATIENCE * 100, "it is waited for once, not each time");
    let text = "a\nb\n".to_owned() + &"c\n".repeat(1000);
    log.expect(&[("log", &text)]);
    other.unlock().unwrap();
    write(&mut *sink, &[("2026-03-29 10:00:00", "d")]);
    log.expect(&[("log", "d\n"), ("log.2026-03-28", &text)]);
    assert!(sink.problem().is_none());
}
