//! `femto tail` as a process, whose lines are looked at while it runs.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]
#![allow(dead_code, reason = "each test file uses some of it")]

use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Output, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};

use crate::scratch::wait_until;

/// Runs it to its end, with this as standard input.
pub(crate) fn femto(arguments: &[&str], input: &[u8]) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_femto"))
        .arg("tail")
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_owned();
    let writer = thread::spawn(move || {
        // It may not want it.
        let _ = stdin.write_all(&input);
    });
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    output
}

pub(crate) fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// What it shows.
pub(crate) fn of(arguments: &[&str]) -> String {
    let output = femto(arguments, b"");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    out(&output)
}

/// It runs, and its lines are collected.
pub(crate) struct Tail {
    child: Child,
    lines: Arc<Mutex<Vec<String>>>,
    told: Arc<Mutex<String>>,
    readers: Vec<JoinHandle<()>>,
}

impl Tail {
    pub(crate) fn start(arguments: &[&str], files: &[&Path]) -> Self {
        Self::with_input(arguments, files).0
    }

    /// With what its standard input is written to.
    pub(crate) fn with_input(arguments: &[&str], files: &[&Path]) -> (Self, ChildStdin) {
        let mut child = Command::new(env!("CARGO_BIN_EXE_femto"))
            .arg("tail")
            .args(arguments)
            .args(files)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let input = child.stdin.take().unwrap();
        let (lines, told) = (Arc::<Mutex<Vec<String>>>::default(), Arc::<Mutex<String>>::default());
        let (out, mut err) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
        let collect = {
            let lines = lines.clone();
            move || {
                for line in BufReader::new(out).lines() {
                    lines.lock().unwrap().push(line.unwrap());
                }
            }
        };
        let listen = {
            let told = told.clone();
            move || {
                let mut chunk = [0; 1024];
                while let Ok(size @ 1..) = err.read(&mut chunk) {
                    told.lock().unwrap().push_str(&String::from_utf8_lossy(&chunk[..size]));
                }
            }
        };
        let readers = vec![thread::spawn(collect), thread::spawn(listen)];
        (Self { child, lines, told, readers }, input)
    }

    pub(crate) fn wait_for(&self, count: usize) {
        wait_until("lines are shown", || self.lines.lock().unwrap().len() >= count);
    }

    pub(crate) fn lines(&self) -> Vec<String> {
        self.lines.lock().unwrap().clone()
    }

    pub(crate) fn wait_until_told(&self, what: &str) {
        wait_until(what, || self.told().contains(what));
    }

    pub(crate) fn told(&self) -> String {
        self.told.lock().unwrap().clone()
    }

    pub(crate) fn interrupt(&mut self) {
        // SAFETY: the process is a child that was not waited for.
        unsafe { libc::kill(self.child.id() as libc::pid_t, libc::SIGINT) };
        assert_eq!(self.child.wait().unwrap().signal(), Some(libc::SIGINT));
    }
}

impl Drop for Tail {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        for reader in self.readers.drain(..) {
            let _ = reader.join();
        }
    }
}
