//! Standard error on a real terminal, in a pipe, and in a pipe that several processes share.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use core::ptr;
use core::time::Duration;
use std::fs::File;
use std::io::{self, Read, Write};
use std::os::fd::{FromRawFd, OwnedFd};
use std::process::{Child, Command, Stdio};

use std::sync::Arc;

use femto_std::formatter::{PatternFormatter, PatternStyle};
use femto_std::handlers::StreamHandlerBuilder;
use femto_std::{Delivery, Level, Manager, error, info, warn};

/// The two ends of a pseudo-terminal: ours, and the program's.
fn terminal() -> (File, OwnedFd) {
    let (mut ours, mut theirs) = (-1, -1);
    // SAFETY: both descriptors are written to, the other arguments may be null.
    let opened = unsafe {
        libc::openpty(&mut ours, &mut theirs, ptr::null_mut(), ptr::null_mut(), ptr::null_mut())
    };
    assert_eq!(opened, 0, "openpty: {}", io::Error::last_os_error());
    // SAFETY: the call has just opened them, and nobody else knows them.
    unsafe { (File::from_raw_fd(ours), OwnedFd::from_raw_fd(theirs)) }
}

/// This program as another process, which does what the test `child` says.
fn start(work: &str, variables: &[(&str, &str)], stderr: impl Into<Stdio>) -> Child {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "child", "--nocapture"]).stdout(Stdio::null()).stderr(stderr);
    for name in ["NO_COLOR", "FORCE_COLOR", "CLICOLOR_FORCE", "CLICOLOR"] {
        command.env_remove(name);
    }
    command.env("TERM", "xterm").env("FEMTO_CHILD", work).envs(variables.iter().copied());
    command.spawn().unwrap()
}

#[test]
fn child() {
    let Ok(work) = std::env::var("FEMTO_CHILD") else { return };
    let format = PatternFormatter::new("%(levelname)s %(message)s", PatternStyle::Percent).unwrap();
    let handler = StreamHandlerBuilder::stderr().with_formatter(Arc::new(format)).build().unwrap();
    let logger = Manager::global().root();
    logger.add_handler(handler.clone());
    logger.set_level(Level::INFO);
    if let Some(number) = work.strip_prefix("flood ") {
        assert_eq!(handler.delivery(), Delivery::Queued);
        for i in 0..FLOOD {
            info!("{} {} {}", number, i, "x".repeat(i % 300));
        }
        return Manager::global().flush(Duration::from_secs(60)).unwrap();
    }
    let mut print = io::stderr();
    print.write_all(b"print 1\n").unwrap();
    info!("fine");
    print.write_all(b"print 2\n").unwrap();
    warn!("hot \u{1b}[2J\r\u{9b}0m");
    print.write_all(b"print 3\n").unwrap();
    error!("two\nlines");
}

const FLOOD: usize = 3_000;

/// What comes out of our end until the program has closed its own.
fn read_terminal(mut ours: File) -> String {
    let mut bytes = Vec::new();
    // The end is an error on Linux.
    let _ = ours.read_to_end(&mut bytes);
    // The terminal makes two bytes of the end of a line.
    String::from_utf8(bytes).unwrap().replace("\r\n", "\n")
}

fn on_terminal(variables: &[(&str, &str)]) -> String {
    let (ours, theirs) = terminal();
    let mut child = start("log", variables, theirs);
    let text = read_terminal(ours);
    assert!(child.wait().unwrap().success(), "{text}");
    text
}

fn in_pipe(variables: &[(&str, &str)]) -> String {
    let child = start("log", variables, Stdio::piped());
    let output = child.wait_with_output().unwrap();
    let text = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{text}");
    text
}

#[test]
fn on_a_terminal_lines_are_coloured_escaped_and_keep_their_place_between_prints() {
    assert_eq!(
        on_terminal(&[]),
        "print 1\nINFO fine\nprint 2\n\
         \x1b[33mWARNING hot \\u{1b}[2J\\u{d}\\u{9b}0m\x1b[0m\nprint 3\n\
         \x1b[31mERROR two\nlines\x1b[0m\n"
    );
}

#[test]
fn the_environment_switches_colours_off_on_a_terminal() {
    let plain = "print 1\nINFO fine\nprint 2\n\
                 WARNING hot \\u{1b}[2J\\u{d}\\u{9b}0m\nprint 3\nERROR two\nlines\n";
    assert_eq!(on_terminal(&[("NO_COLOR", "1")]), plain);
    assert_eq!(on_terminal(&[("TERM", "dumb")]), plain);
}

#[test]
fn a_pipe_has_no_colours_unless_they_are_forced_and_is_escaped_all_the_same() {
    let sorted = |text: String| {
        let mut lines: Vec<_> = text.lines().map(str::to_owned).collect();
        lines.sort();
        lines
    };
    // Queued: prints may come first.
    let plain = sorted(in_pipe(&[]));
    assert!(plain.contains(&"WARNING hot \\u{1b}[2J\\u{d}\\u{9b}0m".to_owned()), "{plain:?}");
    assert_eq!(plain.len(), 7, "{plain:?}");
    for variable in ["FORCE_COLOR", "CLICOLOR_FORCE"] {
        let colored = in_pipe(&[(variable, "1")]);
        assert!(colored.contains("\x1b[33mWARNING hot"), "{variable}: {colored}");
    }
}

#[test]
fn processes_that_share_a_pipe_do_not_tear_each_others_lines() {
    let (mut reader, writer) = io::pipe().unwrap();
    let children: Vec<_> = (0..3)
        .map(|number| start(&format!("flood {number}"), &[], writer.try_clone().unwrap()))
        .collect();
    drop(writer);
    let mut text = String::new();
    reader.read_to_string(&mut text).unwrap();
    for mut child in children {
        assert!(child.wait().unwrap().success());
    }
    let mut next = [0; 3];
    for line in text.lines() {
        let words: Vec<_> = line.split(' ').collect();
        let [level, number, i, filling] = words[..] else { panic!("torn: {line}") };
        let (number, i): (usize, usize) = (number.parse().unwrap(), i.parse().unwrap());
        assert_eq!((level, i, filling.len()), ("INFO", next[number], i % 300), "torn: {line}");
        next[number] += 1;
    }
    assert_eq!(next, [FLOOD; 3]);
}
