//! Sinks that fail and recover: nothing is lost, torn or hung.

use core::time::Duration;
use std::io::{BufRead, BufReader, Read, Write};

use femto_tests::{Disk, Scratch, finish, lines, numbers, start};

const PROGRAM: &str = env!("CARGO_BIN_EXE_program");

#[test]
fn a_full_disk_that_has_space_again_loses_nothing() {
    let scratch = Scratch::new("full");
    let folder = scratch.path("disk");
    let Some(_disk) = Disk::mount(&folder, "size=256k") else { return };
    let ballast = folder.join("ballast");
    std::fs::write(&ballast, vec![0; 128 << 10]).expect("ballast");
    let path = folder.join("log");
    let mut child = start(PROGRAM, "sink-full", &[path.as_os_str()]);
    let mut said = BufReader::new(child.stdout.take().expect("its output"));
    let mut line = String::new();
    said.read_line(&mut line).expect("a line");
    assert!(line.starts_with("full ") && line.ends_with(" true\n"), "flush says so: {line:?}");
    std::fs::remove_file(&ballast).expect("room");
    let mut stdin = child.stdin.take().expect("its input");
    stdin.write_all(b"go on\n").expect("it listens");
    let ended = finish(child, "sink-full", Duration::from_secs(60));
    line.clear();
    said.read_line(&mut line).expect("a line");
    assert!(ended.status.success(), "{}", ended.stderr);
    let numbers_said: Vec<&str> = line.split_whitespace().collect();
    let total: u64 = numbers_said[0].parse().expect("a number");
    assert_eq!(numbers_said[1..], ["true", numbers_said[0], numbers_said[0], "0"], "{line}");
    assert!(numbers(&lines(&path), "n ").into_iter().eq(0..total), "lost, twice or torn");
    assert!(ended.stderr.contains("could not write"), "{}", ended.stderr);
    assert!(ended.stderr.lines().count() < 10, "reports are few: {}", ended.stderr);
}

#[test]
fn a_pipe_whose_reader_dies_does_not_stop_the_program() {
    let scratch = Scratch::new("reader");
    let path = scratch.path("log");
    let mut child = start(PROGRAM, "sink-stdout", &[path.as_os_str()]);
    let mut pipe = child.stdout.take().expect("its output");
    let mut some = [0; 100];
    pipe.read_exact(&mut some).expect("the first lines");
    drop(pipe);
    let ended = finish(child, "sink-stdout", Duration::from_secs(30));
    assert!(ended.status.success(), "{:?} {}", ended.status, ended.stderr);
    assert!(ended.stderr.contains("work done"), "{}", ended.stderr);
    assert!(ended.stderr.contains("stdout: could not write"), "{}", ended.stderr);
    // The other handler has everything.
    assert!(numbers(&lines(&path), "n ").into_iter().eq(0..2_000));
    // Its end waits for the dead pipe no longer than the deadline of the exit hook.
    assert!(ended.took < Duration::from_secs(12), "{:?}", ended.took);
}
