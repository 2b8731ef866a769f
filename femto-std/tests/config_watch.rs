//! A configuration file that is watched.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

#[path = "support/scratch.rs"]
mod scratch;

use core::time::Duration;
use std::fs;
use std::sync::{Arc, Mutex};

use femto_std::config::{Config, Watcher, watch};
use femto_std::{Level, Manager, get_logger, info};
use scratch::{PATIENCE, Scratch, read, wait_until};

fn text(log: &std::path::Path, level: &str) -> String {
    format!(
        "[formatters.plain]\nformat = '%(message)s'\n[handlers.file]\nclass = 'file'\n\
         filename = {:?}\nformatter = 'plain'\n[loggers.watched]\nlevel = '{level}'\n\
         handlers = ['file']\npropagate = false\n",
        log.display().to_string()
    )
}

/// One test, for there is one configuration a process.
#[test]
fn a_file_is_applied_whenever_it_changes_and_one_that_is_wrong_changes_nothing() {
    let scratch = Scratch::new("config-watch");
    let (path, log) = (scratch.path("log.toml"), scratch.path("log"));
    let level_is = |level| wait_until("the level", || get_logger("watched").level() == level);

    // What is wrong at the start is an error, and nothing is watched.
    assert!(watch(&path).unwrap_err().to_string().contains("log.toml: could not be read: "));
    fs::write(&path, "[root]\nlevel = 'INF'").unwrap();
    assert!(
        watch(&path).unwrap_err().to_string().contains("log.toml: line 2: root.level = \"INF\"")
    );
    let unknown = watch(scratch.path("log.ini")).unwrap_err().to_string();
    assert!(unknown.contains("log.ini: no format is known by its name"), "{unknown}");

    fs::write(&path, text(&log, "INFO")).unwrap();
    let told = Arc::new(Mutex::new(Vec::new()));
    let errors = told.clone();
    let watch = Watcher::new(&path)
        .with_interval(Duration::from_millis(20))
        .with_error_handler(move |error| errors.lock().unwrap().push(error.to_string()))
        .start()
        .unwrap();
    info!(target: "watched", "1");

    // Written in place.
    fs::write(&path, text(&log, "WARN")).unwrap();
    level_is(Level::WARN);
    let handler = Manager::global().handler("file").unwrap();
    // Renamed, as editors do, with the same size and perhaps the same time.
    let write = |text: String| {
        fs::write(scratch.path("new"), text).unwrap();
        fs::rename(scratch.path("new"), &path).unwrap();
    };
    write(text(&log, "INFO"));
    level_is(Level::INFO);
    info!(target: "watched", "2");

    // A wrong file is told of once, and changes nothing.
    write(text(&log, "DEBUGG"));
    wait_until("an error", || !told.lock().unwrap().is_empty());
    assert_eq!(get_logger("watched").level(), Level::INFO);
    // One that cannot be applied either.
    let folder = scratch.path("no/such/folder");
    write(text(&folder, "TRACE"));
    wait_until("another error", || told.lock().unwrap().len() > 1);
    assert_eq!(get_logger("watched").level(), Level::INFO);
    // Nor does one that is gone.
    fs::remove_file(&path).unwrap();
    wait_until("a third error", || told.lock().unwrap().len() > 2);
    write(text(&log, "DEBUG"));
    level_is(Level::DEBUG);
    let told = core::mem::take(&mut *told.lock().unwrap());
    let begins = [
        "line 8: loggers.watched.level = \"DEBUGG\": ",
        "handlers.file: could not open ",
        "could not be read: ",
    ];
    assert_eq!(told.len(), begins.len(), "{told:#?}");
    for (told, begin) in told.iter().zip(begins) {
        let begin = format!("{}: {begin}", path.display());
        assert!(told.starts_with(&begin), "{told}");
    }

    // All the while the handler was the same.
    info!(target: "watched", "3");
    assert!(Arc::ptr_eq(&handler, &Manager::global().handler("file").unwrap()));
    Manager::global().flush(PATIENCE).unwrap();
    assert_eq!(read(&log), "1\n2\n3\n");

    // It ends with its guard: the thread is gone when the guard is.
    drop(watch);
    let threads = fs::read_dir("/proc/self/task").unwrap().flatten();
    let names =
        threads.map(|thread| fs::read_to_string(thread.path().join("comm")).unwrap_or_default());
    assert!(names.into_iter().all(|name| name.trim() != "femto-config"));
    Config::default().apply().unwrap();
}
