//! Files: how they are opened, and what happens when somebody moves them away.

#[path = "support/scratch.rs"]
mod scratch;

use std::fs;
use std::os::unix::fs::PermissionsExt;

use femto_std::{Error, handlers::FileHandlerBuilder, info};
use scratch::{PATIENCE, Scratch, lines, lone_logger, plain, read};

fn mode(path: &std::path::Path) -> u32 {
    fs::metadata(path).expect("the file").permissions().mode() & 0o777
}

#[test]
fn a_new_file_has_the_mode_asked_for_whatever_the_mask() {
    let scratch = Scratch::new("mode");
    for asked in [0o600, 0o640, 0o666] {
        let path = scratch.path(&format!("{asked:o}"));
        plain(&path).with_permissions(asked).build().unwrap();
        assert_eq!(mode(&path), asked);
    }
    // One that was there keeps its own.
    let path = scratch.path("600");
    plain(&path).with_permissions(0o666).build().unwrap();
    assert_eq!(mode(&path), 0o600);
}

#[test]
fn a_mode_that_cannot_be_is_an_error() {
    for wrong in [0o1777, 0o444, 0] {
        let error = FileHandlerBuilder::new("never").with_permissions(wrong).build().unwrap_err();
        assert!(
            matches!(&error, Error::CheckParameter { name: "permissions", value, .. } if *value == format!("{wrong:#o}")),
            "{error}"
        );
        assert!(!std::path::Path::new("never").exists());
    }
}

#[test]
fn missing_folders_are_made_if_asked() {
    let scratch = Scratch::new("folders");
    let path = scratch.path("a/b/log");
    let error = plain(&path).build().unwrap_err();
    assert!(matches!(&error, Error::OpenFile { path: named, .. } if *named == path), "{error}");
    let handler = plain(&path).with_create_parents(true).with_permissions(0o600).build().unwrap();
    let logger = lone_logger("folders", &handler);
    info!(logger: logger, "1");
    assert_eq!(lines(&handler, &path), ["1"]);
}

#[test]
fn a_watched_file_that_is_moved_or_deleted_is_opened_anew() {
    let scratch = Scratch::new("watched");
    let (path, moved) = (scratch.path("log"), scratch.path("log.1"));
    let handler = plain(&path).with_watch(true).with_create_parents(true).build().unwrap();
    let logger = lone_logger("watched", &handler);
    info!(logger: logger, "1");
    handler.flush(PATIENCE).unwrap();
    fs::rename(&path, &moved).unwrap();
    info!(logger: logger, "2");
    assert_eq!(lines(&handler, &path), ["2"]);
    assert_eq!(read(&moved), "1\n");
    // Another file in its place.
    fs::rename(&path, &moved).unwrap();
    fs::write(&path, "made by logrotate\n").unwrap();
    info!(logger: logger, "3");
    assert_eq!(lines(&handler, &path), ["made by logrotate", "3"]);
    fs::remove_file(&path).unwrap();
    info!(logger: logger, "4");
    assert_eq!(lines(&handler, &path), ["4"]);
    // Folder and all.
    fs::remove_dir_all(path.parent().unwrap()).unwrap();
    info!(logger: logger, "5");
    assert_eq!(lines(&handler, &path), ["5"]);
    assert_eq!(handler.stats().errors, 0);
}

#[test]
fn a_file_that_is_not_watched_is_written_where_it_was_moved_to() {
    let scratch = Scratch::new("unwatched");
    let (logger, handler, path) = scratch.logger("unwatched");
    info!(logger: logger, "1");
    handler.flush(PATIENCE).unwrap();
    let moved = scratch.path("moved");
    fs::rename(&path, &moved).unwrap();
    info!(logger: logger, "2");
    assert_eq!(lines(&handler, &moved), ["1", "2"]);
    assert!(!path.exists());
    handler.reopen().unwrap();
    info!(logger: logger, "3");
    assert_eq!(lines(&handler, &path), ["3"]);
}

#[test]
fn a_moved_file_whose_name_cannot_be_opened_is_written_on() {
    let scratch = Scratch::new("in-the-way");
    let (path, moved) = (scratch.path("log"), scratch.path("log.1"));
    let handler = plain(&path).with_watch(true).build().unwrap();
    let logger = lone_logger("in-the-way", &handler);
    fs::rename(&path, &moved).unwrap();
    fs::create_dir(&path).unwrap();
    info!(logger: logger, "1");
    info!(logger: logger, "2");
    assert_eq!(lines(&handler, &moved), ["1", "2"]);
    assert!(handler.stats().errors > 0);
    fs::remove_dir(&path).unwrap();
    let mut i = 3;
    scratch::wait_until("the file is opened anew", || {
        info!(logger: logger, "{i}");
        i += 1;
        handler.flush(PATIENCE).unwrap();
        path.exists()
    });
    let all = read(&moved) + &read(&path);
    assert!(all.lines().map(|line| line.parse::<i32>().unwrap()).eq(1..i));
}

#[test]
fn nothing_is_lost_while_a_deleted_folder_is_gone() {
    let scratch = Scratch::new("gone");
    fs::create_dir(scratch.path("sub")).unwrap();
    let path = scratch.path("sub/log");
    let handler = plain(&path).with_watch(true).build().unwrap();
    let logger = lone_logger("gone", &handler);
    info!(logger: logger, "1");
    handler.flush(PATIENCE).unwrap();
    fs::remove_dir_all(scratch.path("sub")).unwrap();
    info!(logger: logger, "2");
    handler.flush(PATIENCE).unwrap_err();
    fs::create_dir(scratch.path("sub")).unwrap();
    info!(logger: logger, "3");
    assert_eq!(lines(&handler, &path), ["2", "3"]);
}

#[test]
fn a_flush_that_cannot_reach_a_disk_says_so_if_it_was_to() {
    for sync in [false, true] {
        let handler = plain("/dev/null".as_ref()).with_sync(sync).build().unwrap();
        let logger = lone_logger("sync", &handler);
        info!(logger: logger, "1");
        assert_eq!(handler.flush(PATIENCE).is_err(), sync);
        logger.clear_handlers();
    }
}
