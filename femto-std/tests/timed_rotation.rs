//! Files that end when a time has come; `src/sink/rotation/tests.rs` chooses the times.

#[path = "support/scratch.rs"]
mod scratch;

use core::time::Duration;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use femto_std::handlers::{TimedRotatingFileHandlerBuilder, When};
use femto_std::{Delivery, Error, info};
use scratch::{PATIENCE, Scratch, lone_logger, pattern, read, wait_until};

fn builder(path: &Path) -> TimedRotatingFileHandlerBuilder {
    TimedRotatingFileHandlerBuilder::new(path).with_formatter(pattern("%(created)d %(message)s"))
}

/// The rotated files, the oldest first.
fn rotated(path: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(path.parent().expect("a folder")).expect("the folder");
    let mut paths: Vec<_> = entries.map(|entry| entry.expect("an entry").path()).collect();
    paths.retain(|other| other != path);
    paths.sort();
    paths
}

#[test]
fn each_second_has_its_file() {
    for delivery in [Delivery::Queued, Delivery::Direct] {
        let scratch = Scratch::new("seconds");
        let path = scratch.path("log");
        let handler = builder(&path)
            .with_when(When::Second)
            .with_aligned(true)
            .with_utc(true)
            .with_delivery(delivery)
            .build()
            .unwrap();
        let logger = lone_logger("seconds", &handler);
        let mut count = 0;
        wait_until("four files", || {
            info!(logger: logger, "{count}\nin two lines");
            count += 1;
            handler.flush(PATIENCE).unwrap();
            rotated(&path).len() >= 4
        });
        let mut all = String::new();
        for file in rotated(&path).into_iter().chain([path.clone()]) {
            let text = read(&file);
            let seconds: Vec<_> = text.lines().step_by(2).map(|line| &line[..10]).collect();
            assert!(seconds.windows(2).all(|two| two[0] == two[1]), "{}: {text}", file.display());
            if file != path {
                // It is named by the second of its records.
                let stamp = jiff::Timestamp::from_second(seconds[0].parse().unwrap()).unwrap();
                let name = stamp.strftime("log.%Y-%m-%d_%H-%M-%S").to_string();
                assert_eq!(file.file_name().unwrap().to_str(), Some(&*name));
            }
            all.push_str(&text);
        }
        let numbers = all.lines().step_by(2).map(|line| line[11..].parse::<u32>().unwrap());
        assert!(numbers.eq(0..count));
        logger.clear_handlers();
    }
}

#[test]
fn the_file_of_an_earlier_day_is_rolled_over_and_old_ones_go() {
    let scratch = Scratch::new("earlier");
    let path = scratch.path("log");
    for name in ["log.2001-01-01", "log.2001-01-02", "log.2001-01-02.1", "log.2001-01-03", "log.1"]
    {
        fs::write(scratch.path(name), name).unwrap();
    }
    fs::write(&path, "old\n").unwrap();
    // At noon of 11 January 2001.
    let noon = SystemTime::UNIX_EPOCH + Duration::from_secs(979_214_400);
    File::options().append(true).open(&path).unwrap().set_modified(noon).unwrap();
    let handler = builder(&path)
        .with_when(When::Midnight)
        .with_utc(true)
        .with_backup_count(3)
        .build()
        .unwrap();
    let logger = lone_logger("earlier", &handler);
    info!(logger: logger, "new");
    handler.flush(PATIENCE).unwrap();
    assert!(read(&path).ends_with(" new\n"));
    let names: Vec<_> = rotated(&path).into_iter().map(|path| read(&path)).collect();
    assert_eq!(names, ["log.1", "log.2001-01-02.1", "log.2001-01-03", "old\n"]);
    assert_eq!(read(&scratch.path("log.2001-01-11")), "old\n");
}

#[test]
fn a_parameter_out_of_range_is_an_error_that_names_it() {
    let scratch = Scratch::new("wrong");
    let path = scratch.path("log");
    let expect =
        |builder: TimedRotatingFileHandlerBuilder, expected: &str, shown: &str| match builder
            .build()
        {
            Err(Error::CheckParameter { name, value, .. }) if name == expected => {
                assert_eq!(value, shown);
            }
            other => panic!("{expected}: {other:?}"),
        };
    let midnight = || builder(&path).with_when(When::Midnight);
    expect(builder(&path).with_interval(0), "interval", "0");
    expect(builder(&path).with_interval(10_001), "interval", "10001");
    expect(builder(&path).with_aligned(true).with_interval(7), "interval", "7");
    expect(midnight().with_at_time(24, 0, 0), "at_time", "24:00:00");
    expect(midnight().with_at_time(0, 60, 0), "at_time", "00:60:00");
    expect(midnight().with_at_time(0, 0, 200), "at_time", "00:00:200");
    expect(builder(&path).with_at_time(3, 0, 0), "at_time", "03:00:00");
    expect(builder(&path).with_backup_count(0), "backup_count", "0");
    assert!(!path.exists());
}
