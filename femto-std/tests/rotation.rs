//! Files of limited size: what is in which, what is kept, and what happens when something is in the way.

#[path = "support/scratch.rs"]
mod scratch;

use core::time::Duration;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use femto_std::{Delivery, Error, Handler, handlers::RotatingFileHandlerBuilder, info};
use scratch::{PATIENCE, Scratch, lone_logger, pattern, read, wait_until};

fn builder(path: &Path) -> RotatingFileHandlerBuilder {
    RotatingFileHandlerBuilder::new(path).with_formatter(pattern("%(message)s"))
}

/// The path of a rotated file.
fn numbered(path: &Path, number: u32) -> PathBuf {
    match number {
        0 => path.to_owned(),
        _ => PathBuf::from(format!("{}.{number}", path.display())),
    }
}

/// What is in the rotated files and the file itself, the oldest first; they have no gap.
fn contents(path: &Path) -> Vec<String> {
    let all = (0..).map(|number| numbered(path, number));
    let mut contents: Vec<_> =
        all.take_while(|path| path.exists()).map(|path| read(&path)).collect();
    contents.reverse();
    contents
}

fn flush(handler: &Handler) {
    handler.flush(PATIENCE).expect("a flush");
}

/// What Python's `RotatingFileHandler` puts into files, the oldest first, as its `shouldRollover` and
/// `doRollover` say.
fn model(records: &[String], max_bytes: usize, backups: usize) -> Vec<String> {
    let mut files = vec![String::new()];
    for record in records {
        let last = files.last_mut().expect("a file");
        if !last.is_empty() && last.len() + record.len() + 1 >= max_bytes {
            files.push(String::new());
        }
        let last = files.last_mut().expect("a file");
        last.push_str(record);
        last.push('\n');
    }
    files.split_off(files.len().saturating_sub(backups + 1))
}

#[test]
fn records_are_where_the_rule_of_python_puts_them_and_never_split() {
    let scratch = Scratch::new("model");
    for (delivery, max_bytes) in
        [(Delivery::Queued, 100), (Delivery::Queued, 1000), (Delivery::Direct, 100)]
    {
        let path = scratch.path(&format!("{delivery:?}{max_bytes}"));
        let handler = builder(&path)
            .with_max_bytes(max_bytes)
            .with_backup_count(10_000)
            .with_delivery(delivery)
            .build()
            .unwrap();
        let logger = lone_logger("model", &handler);
        let mut records = Vec::new();
        let mut seed = 1_u32;
        for i in 0..400 {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            // Some of several lines, some larger than a file.
            let rest = "x\ny".repeat((seed >> 16) as usize % 40);
            let record = format!("record {i} {rest}");
            info!(logger: logger, "{record}");
            records.push(record);
        }
        flush(&handler);
        let expected = model(&records, max_bytes as usize, 10_000);
        assert!(expected.len() > 20);
        let found = contents(&path);
        for (found, expected) in found.iter().zip(&expected) {
            assert_eq!(found, expected, "{delivery:?} {max_bytes}");
        }
        assert_eq!(found.len(), expected.len());
        logger.clear_handlers();
    }
}

#[test]
fn a_full_file_becomes_number_one_and_the_oldest_goes() {
    let scratch = Scratch::new("count");
    let path = scratch.path("log");
    let handler = builder(&path).with_max_bytes(20).with_backup_count(3).build().unwrap();
    let logger = lone_logger("count", &handler);
    let mut records = Vec::new();
    for i in 0..30 {
        records.push(format!("record {i:02}"));
        info!(logger: logger, "record {i:02}");
        if i % 4 == 0 {
            flush(&handler);
            assert_eq!(contents(&path), model(&records, 20, 3));
        }
    }
    flush(&handler);
    assert_eq!(contents(&path).len(), 4);
    let mut names: Vec<_> = fs::read_dir(path.parent().unwrap())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(names, ["log", "log.1", "log.2", "log.3"], "and nothing else is left behind");
}

#[test]
fn a_later_run_goes_on_where_the_one_before_ended() {
    let scratch = Scratch::new("again");
    let path = scratch.path("log");
    let mut records = Vec::new();
    for run in 0..5 {
        let handler = builder(&path).with_max_bytes(50).with_backup_count(100).build().unwrap();
        let logger = lone_logger("again", &handler);
        for i in 0..7 {
            records.push(format!("run {run} record {i}"));
            info!(logger: logger, "run {run} record {i}");
        }
        handler.close(PATIENCE).unwrap();
        logger.clear_handlers();
    }
    assert_eq!(contents(&path), model(&records, 50, 100));
}

#[test]
fn a_limit_of_zero_is_none() {
    let scratch = Scratch::new("zero");
    let path = scratch.path("log");
    let handler = builder(&path).with_max_bytes(0).build().unwrap();
    let logger = lone_logger("zero", &handler);
    for i in 0..1_000 {
        info!(logger: logger, "record {i}");
    }
    flush(&handler);
    assert_eq!(contents(&path).len(), 1);
    assert_eq!(read(&path).lines().count(), 1_000);
}

/// Logs records of ten bytes, one a file, until there were so many rollovers.
fn roll(handler: &Arc<Handler>, name: &str, times: u32) {
    let logger = lone_logger(name, handler);
    for i in 0..=times {
        info!(logger: logger, "{i:09}");
    }
    flush(handler);
    logger.clear_handlers();
}

#[test]
fn files_of_others_are_neither_moved_nor_removed() {
    let scratch = Scratch::new("foreign");
    let path = scratch.path("log");
    let foreign =
        ["log.01", "log.bak", "log.1.old", "log.2026-11-22", "logs.1", "log.7.tar.gz", "log.0"];
    for name in foreign {
        fs::write(scratch.path(name), name).unwrap();
    }
    fs::create_dir(scratch.path("log.9")).unwrap();
    let handler = builder(&path).with_max_bytes(10).with_backup_count(2).build().unwrap();
    roll(&handler, "foreign", 20);
    assert_eq!(contents(&path).len(), 3);
    for name in foreign {
        assert_eq!(read(&scratch.path(name)), name);
    }
    assert!(scratch.path("log.9").is_dir());
}

#[test]
fn numbers_are_moved_on_up_to_the_first_gap() {
    let scratch = Scratch::new("gap");
    let path = scratch.path("log");
    for number in [1, 2, 4, 40] {
        fs::write(numbered(&path, number), number.to_string()).unwrap();
    }
    let handler = builder(&path).with_max_bytes(10).with_backup_count(100).build().unwrap();
    roll(&handler, "gap", 1);
    let read = |number| read(&numbered(&path, number));
    assert_eq!([read(2), read(3), read(4), read(40)], ["1", "2", "4", "40"]);
    assert_eq!(read(1), "000000000\n");
}

#[test]
fn old_files_go_when_all_together_are_too_large() {
    let scratch = Scratch::new("total");
    let path = scratch.path("log");
    let handler = builder(&path)
        .with_max_bytes(10)
        .with_backup_count(100)
        .with_max_total_bytes(35)
        .build()
        .unwrap();
    roll(&handler, "total", 20);
    // Three of ten bytes, and the file itself.
    assert_eq!(contents(&path), ["000000017\n", "000000018\n", "000000019\n", "000000020\n"]);
}

#[test]
fn old_files_go_when_they_are_too_old_also_at_a_start() {
    let scratch = Scratch::new("age");
    let path = scratch.path("log");
    let hours = |hours: u64| SystemTime::now() - Duration::from_secs(hours * 3600);
    for (number, age) in [(1, 1), (2, 20), (3, 30), (4, 40)] {
        let file = File::create(numbered(&path, number)).unwrap();
        file.set_modified(hours(age)).unwrap();
    }
    let day = Duration::from_secs(24 * 3600);
    let handler = builder(&path).with_max_bytes(10).with_max_age(day).build().unwrap();
    roll(&handler, "age", 0);
    assert_eq!(
        [1, 2, 3, 4].map(|number| numbered(&path, number).exists()),
        [true, true, false, false]
    );
    // The rotated file of a moment ago is young.
    roll(&handler, "age", 0);
    assert_eq!(
        [1, 2, 3, 4].map(|number| numbered(&path, number).exists()),
        [true, true, true, false]
    );
}

#[test]
fn what_is_in_the_way_keeps_nobody_from_logging() {
    let scratch = Scratch::new("obstacle");
    let path = scratch.path("log");
    let obstacle = numbered(&path, 1);
    fs::create_dir(&obstacle).unwrap();
    fs::write(obstacle.join("foreign"), "").unwrap();
    let handler = builder(&path).with_max_bytes(10).with_backup_count(1000).build().unwrap();
    let logger = lone_logger("obstacle", &handler);
    for i in 0..10 {
        info!(logger: logger, "{i:09}");
    }
    flush(&handler);
    assert_eq!(read(&path).lines().count(), 10, "they are in the old file");
    let errors = handler.stats().errors;
    assert!(errors > 0, "and somebody is told");
    fs::remove_dir_all(&obstacle).unwrap();
    let mut i = 10;
    wait_until("a rollover", || {
        info!(logger: logger, "{i:09}");
        i += 1;
        flush(&handler);
        obstacle.exists()
    });
    let all = contents(&path).concat();
    assert!(all.lines().map(|line| line.parse::<u32>().unwrap()).eq(0..i));
    assert_eq!((handler.stats().written, handler.stats().dropped), (i.into(), 0));
}

#[test]
fn nothing_is_lost_when_the_folder_vanishes_and_comes_back() {
    let scratch = Scratch::new("vanish");
    fs::create_dir(scratch.path("sub")).unwrap();
    let path = scratch.path("sub/log");
    let handler = builder(&path).with_max_bytes(25).build().unwrap();
    let logger = lone_logger("vanish", &handler);
    info!(logger: logger, "before");
    flush(&handler);
    fs::remove_dir_all(scratch.path("sub")).unwrap();
    for i in 0..4 {
        info!(logger: logger, "{i:09}");
    }
    handler.flush(PATIENCE).unwrap_err();
    fs::create_dir(scratch.path("sub")).unwrap();
    flush(&handler);
    assert_eq!(contents(&path), ["000000000\n000000001\n", "000000002\n000000003\n"]);
}

#[test]
fn a_file_that_was_moved_away_is_opened_anew() {
    let scratch = Scratch::new("moved");
    let path = scratch.path("log");
    let handler = builder(&path).with_max_bytes(1000).build().unwrap();
    let logger = lone_logger("moved", &handler);
    info!(logger: logger, "1");
    flush(&handler);
    fs::rename(&path, scratch.path("elsewhere")).unwrap();
    info!(logger: logger, "2");
    flush(&handler);
    assert_eq!((read(&path), read(&scratch.path("elsewhere"))), ("2\n".into(), "1\n".into()));
}

#[test]
fn a_new_file_begins_on_request() {
    let scratch = Scratch::new("request");
    let path = scratch.path("log");
    fs::write(&path, "of the run before\n").unwrap();
    let handler = builder(&path).with_delay(true).build().unwrap();
    handler.roll_over().unwrap();
    let logger = lone_logger("request", &handler);
    info!(logger: logger, "1");
    handler.roll_over().unwrap();
    // There is nothing to keep.
    handler.roll_over().unwrap();
    info!(logger: logger, "2");
    flush(&handler);
    assert_eq!(contents(&path), ["of the run before\n", "1\n", "2\n"]);
    let plain = scratch::plain(&scratch.path("plain")).build().unwrap();
    assert_eq!(plain.roll_over().unwrap_err().kind(), std::io::ErrorKind::Unsupported);
    // Something is in the way.
    fs::remove_file(numbered(&path, 1)).unwrap();
    fs::create_dir(numbered(&path, 1)).unwrap();
    let error = handler.roll_over().unwrap_err();
    assert!(error.to_string().ends_with("log.1 is in the way"), "{error}");
    assert_eq!(read(&path), "2\n");
}

#[test]
fn a_link_stays_and_its_file_is_rolled_over() {
    let scratch = Scratch::new("link");
    fs::create_dir(scratch.path("sub")).unwrap();
    let (link, path) = (scratch.path("link"), scratch.path("sub/log"));
    fs::write(&path, "").unwrap();
    std::os::unix::fs::symlink("sub/log", &link).unwrap();
    let handler = builder(&link).with_max_bytes(10).build().unwrap();
    roll(&handler, "link", 2);
    assert_eq!(contents(&path), ["000000000\n", "000000001\n", "000000002\n"]);
    assert!(link.is_symlink() && read(&link) == "000000002\n");
}

#[test]
fn what_is_no_regular_file_is_never_rolled_over() {
    let handler = builder("/dev/null".as_ref()).with_max_bytes(10).build().unwrap();
    roll(&handler, "null", 10);
    assert_eq!(handler.stats().errors, 0);
    assert!(!Path::new("/dev/null.1").exists());
}

#[test]
fn a_parameter_out_of_range_is_an_error_that_names_it() {
    let scratch = Scratch::new("wrong");
    let path = scratch.path("log");
    let expect = |builder: RotatingFileHandlerBuilder, expected: &str| match builder.build() {
        Err(Error::CheckParameter { name, .. }) if name == expected => {}
        other => panic!("{expected}: {other:?}"),
    };
    expect(builder(&path).with_backup_count(0), "backup_count");
    expect(builder(&path).with_max_age(Duration::ZERO), "max_age");
    expect(builder(&path).with_max_total_bytes(0), "max_total_bytes");
    expect(builder(&path).with_permissions(0o7000), "permissions");
    expect(builder(&path).with_capacity(1), "capacity");
    assert!(!path.exists());
}
