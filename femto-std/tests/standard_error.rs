//! The error hook that handlers have unless told otherwise: few lines on standard error, and nobody
//! waits for its reader.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

#[path = "support/scratch.rs"]
mod scratch;

use std::io::{self, Read};
use std::process::{Child, Command, Stdio};
use std::thread;

use femto_std::handlers::SinkHandlerBuilder;
use femto_std::sink::Sink;
use femto_std::{Manager, OverflowPolicy, info};
use scratch::{PATIENCE, Scratch, lone_logger, pattern, wait_until};

/// Refuses everything.
struct Refuses;

impl Sink for Refuses {
    fn write(&mut self, _block: &[u8]) -> io::Result<usize> {
        Err(io::Error::other("as asked"))
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What the tests start.
#[test]
fn child() {
    let Ok(work) = std::env::var("FEMTO_CHILD") else { return };
    if work == "full" {
        fill_standard_error();
    }
    let scratch = Scratch::new("child");
    let refusing = SinkHandlerBuilder::from_fn("broken", || Ok(Refuses))
        .with_formatter(pattern("%(message)s"))
        .with_overflow(OverflowPolicy::DropNewest)
        .build()
        .unwrap();
    let logger = lone_logger("child", &refusing);
    let (healthy, path) = scratch.handler("log");
    logger.add_handler(healthy.clone());
    for i in 0..1_000 {
        info!(logger: logger, "{i}");
    }
    wait_until("several tries", || refusing.stats().errors >= 5);
    healthy.flush(PATIENCE).unwrap();
    assert_eq!(scratch::read(&path).lines().count(), 1_000);
    let _ = refusing.close(core::time::Duration::ZERO);
    Manager::global().shutdown(PATIENCE).unwrap();
    println!("child is done");
}

/// Writes to standard error until it takes nothing more, as somebody's prints may.
fn fill_standard_error() {
    // SAFETY: `fcntl` touches no memory, `write` reads the bytes.
    unsafe {
        let flags = libc::fcntl(2, libc::F_GETFL);
        libc::fcntl(2, libc::F_SETFL, flags | libc::O_NONBLOCK);
        while libc::write(2, [b'x'; 4096].as_ptr().cast(), 4096) > 0 {}
        while libc::write(2, [b'x'; 1].as_ptr().cast(), 1) > 0 {}
        libc::fcntl(2, libc::F_SETFL, flags);
    }
}

fn start(work: &str) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "child", "--nocapture"])
        .env("FEMTO_CHILD", work)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

#[test]
fn reports_of_a_handler_are_few() {
    let output = start("few").wait_with_output().unwrap();
    let (said, reports) = (output.stdout, String::from_utf8(output.stderr).unwrap());
    assert!(String::from_utf8(said).unwrap().contains("child is done"), "{reports}");
    assert!(
        reports.starts_with(
            "femtologging: broken: could not write: as asked; will try again after 20ms\n"
        ),
        "{reports}"
    );
    assert_eq!(reports.lines().count(), 1, "{reports}");
}

#[test]
fn nobody_waits_for_a_standard_error_that_nobody_reads() {
    let mut child = start("full");
    let mut said = child.stdout.take().unwrap();
    let reading = thread::spawn(move || {
        let mut text = String::new();
        said.read_to_string(&mut text).unwrap();
        text
    });
    let said = scratch::within(PATIENCE, "the child", move || reading.join().unwrap());
    assert!(said.contains("child is done"), "{said}");
    assert!(child.wait().unwrap().success());
}
