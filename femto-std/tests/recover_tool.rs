//! `femto recover`, and what becomes of a file that is damaged. One process, which is not killed: its
//! file is copied while it has records that nobody has written.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

#[path = "support/scratch.rs"]
mod scratch;

use std::fs;
use std::path::Path;
use std::process::{Command, Output};
use std::sync::{Arc, Condvar, Mutex};

use femto_std::handlers::FileHandlerBuilder;
use femto_std::recover::{Leftover, LeftoverError, RecoverBuilder};
use femto_std::{Filter, Level, Record, error, get_logger, info};
use scratch::{PATIENCE, Scratch, wait_until};

fn femto(arguments: &[&str], file: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_femto"))
        .arg("recover")
        .args(arguments)
        .arg(file)
        .output()
        .unwrap()
}

#[track_caller]
fn check(output: &Output, code: i32, stdout: &[&str], stderr: &str) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (out, err) = (text(&output.stdout), text(&output.stderr));
    for (line, expected) in out.lines().zip(stdout) {
        assert!(line.contains(expected), "{line} has no {expected}");
    }
    assert_eq!(out.lines().count(), stdout.len(), "{out}");
    assert!(err.contains(stderr), "{err}");
    assert_eq!(output.status.code(), Some(code), "{err}");
}

#[test]
fn what_a_process_left_is_shown_and_taken() {
    let scratch = Scratch::new("recover-tool");
    let ring = scratch.path("ring");
    let link = scratch.path("link");
    std::os::unix::fs::symlink(scratch.path("elsewhere"), &link).unwrap();
    let refused =
        |path: &Path, size| RecoverBuilder::new(path).with_size(size).build().unwrap_err();
    assert!(refused(&ring, 4096).to_string().contains("size = 4096 is out of range"));
    let reason = |path: &Path| {
        let error = refused(path, 4 << 20);
        format!("{error}: {}", core::error::Error::source(&error).unwrap())
    };
    assert!(reason(&link).contains("ymbolic link"), "{}", reason(&link));
    assert!(!scratch.path("elsewhere").exists());
    fs::write(scratch.path("log"), "somebody's lines\n").unwrap();
    assert!(reason(&scratch.path("log")).contains("not a file of records"));
    assert_eq!(fs::read_to_string(scratch.path("log")).unwrap(), "somebody's lines\n");

    RecoverBuilder::new(&ring).with_size(4 << 20).build().unwrap();
    assert!(reason(&ring).contains("has a file for recovery already"));
    check(&femto(&[], &ring), 1, &[], "it is in use by process ");

    // Its folder is missing: the collector cannot write, and keeps the lines.
    let handler =
        FileHandlerBuilder::new(scratch.path("missing/log")).with_delay(true).build().unwrap();
    let logger = get_logger("app.db");
    logger.set_level(Level::TRACE);
    logger.add_handler(handler.clone());
    info!(logger: logger, user = 7, path = "/x"; "took {:>5.1} ms\nand more", 2.25);
    assert!(handler.flush(PATIENCE).is_err());
    let lines = scratch.path("copy-with-a-line");
    fs::copy(&ring, &lines).unwrap();
    check(
        &femto(&[], &lines),
        0,
        &["took   2.2 ms", "and more"],
        "2 lines and 0 records of process",
    );

    // While the collector is kept from consuming: the records themselves.
    let gate = Arc::new(Gate::default());
    handler.add_filter(gate.clone());
    info!(logger: logger, user = 7, path = "/x"; "took {:>5.1} ms\nand more", 2.25);
    error!(logger: logger, "{:?} after {:#x}", Some("what"), 255);
    wait_until("it is at the gate", || *gate.0.lock().unwrap() == State::Met);
    let records = scratch.path("copy-with-records");
    fs::copy(&ring, &records).unwrap();
    gate.open();
    let first = &["took   2.2 ms", "and more"];
    let text = [
        "INFO  app.db: took   2.2 ms\\nand more user=7 path=/x [recovered]",
        "Some(\"what\") after 0xff [recovered]",
    ];
    let shown = femto(&[], &records);
    check(&shown, 0, &[first[0], first[1], text[0], text[1]], "2 lines and 2 records of process");
    check(&femto(&["--level", "ERROR"], &records), 0, &[first[0], first[1], text[1]], "2 records");
    let json = String::from_utf8(femto(&["--format", "json"], &records).stdout).unwrap();
    let json: Vec<_> = json.lines().map(str::to_owned).collect();
    assert!(json[0].contains("took   2.2 ms"), "{json:?}");
    for part in ["\"user\":7", "\"path\":\"/x\"", "recovered", "recover_tool.rs"] {
        assert!(json[2].contains(part), "{} has no {part}", json[2]);
    }

    damage(&records, &scratch);
    assert!(femto(&["--consume"], &lines).status.success());
    check(&femto(&[], &lines), 0, &[], "0 lines and 0 records of process");
    check(&femto(&[], &scratch.path("nothing")), 1, &[], "there is no such file");
}

#[derive(Default, PartialEq)]
enum State {
    #[default]
    Shut,
    Met,
    Open,
}

/// A filter that the collector does not get past until it is opened.
#[derive(Default)]
struct Gate(Mutex<State>, Condvar);

impl Gate {
    fn open(&self) {
        *self.0.lock().unwrap() = State::Open;
        self.1.notify_all();
    }
}

impl Filter for Gate {
    fn matches(&self, _: &Record<'_>) -> bool {
        let mut state = self.0.lock().unwrap();
        while *state != State::Open {
            *state = State::Met;
            state = self.1.wait(state).unwrap();
        }
        true
    }
}

/// Whatever bytes of the file are other ones, there is an error or a count, and no panic.
fn damage(file: &Path, scratch: &Scratch) {
    let whole = fs::read(file).unwrap();
    let damaged = scratch.path("damaged");
    let mut seed = 1_u64;
    let mut random = move |limit: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) as usize % limit
    };
    // The header, the tables and what is in use of the arena.
    let last = whole.iter().rposition(|byte| *byte != 0).unwrap();
    let used: Vec<_> = (0..=last).filter(|at| whole[*at] != 0).collect();
    let (mut errors, mut counted) = (0, 0);
    for round in 0..400 {
        let mut bytes = whole.clone();
        for _ in 0..=round % 4 {
            let at = if round % 2 == 0 { used[random(used.len())] } else { random(last) };
            bytes[at] = random(256) as u8;
        }
        if round % 10 == 9 {
            bytes.truncate(random(bytes.len()));
        }
        fs::write(&damaged, &bytes).unwrap();
        match Leftover::open(&damaged) {
            Ok(leftover) => {
                counted += usize::from(leftover.damaged() > 0);
                leftover.for_each_lines(|_, _| {});
                leftover.for_each_record(|record| _ = format!("{record:?}"));
            }
            Err(LeftoverError::Read(error)) => panic!("{error}"),
            Err(_) => errors += 1,
        }
    }
    assert!(errors > 20, "{errors} errors, {counted} counted");
}
