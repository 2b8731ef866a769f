//! What the tests share: a folder of their own, files read back, and waits that end.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]
#![allow(dead_code, reason = "each test file uses some of it")]

use core::time::Duration;
use std::ffi::CString;
use std::fs::File;
use std::io::Read;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Instant;

use femto_std::formatter::{PatternFormatter, PatternStyle};
use femto_std::{Handler, Level, Logger, Manager, handlers::FileHandlerBuilder};

/// A folder that is removed with everything in it.
pub(crate) struct Scratch(PathBuf);

impl Scratch {
    pub(crate) fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("femto-{}-{name}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// A file handler that writes nothing but the message, and the file's path.
    pub(crate) fn handler(&self, name: &str) -> (Arc<Handler>, PathBuf) {
        let path = self.path(name);
        (plain(&path).build().unwrap(), path)
    }

    /// A logger that hands everything to one file and to nobody else.
    pub(crate) fn logger(&self, name: &str) -> (Logger, Arc<Handler>, PathBuf) {
        let (handler, path) = self.handler(name);
        let logger = lone_logger(name, &handler);
        (logger, handler, path)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A builder of a handler that writes nothing but the message.
pub(crate) fn plain(path: &Path) -> FileHandlerBuilder {
    FileHandlerBuilder::new(path).with_formatter(pattern("%(message)s"))
}

pub(crate) fn pattern(format: &str) -> Arc<PatternFormatter> {
    Arc::new(PatternFormatter::new(format, PatternStyle::Percent).unwrap())
}

/// A logger that hands everything to one handler and to nobody else.
pub(crate) fn lone_logger(name: &str, handler: &Arc<Handler>) -> Logger {
    let logger = Manager::global().get_logger(name);
    logger.set_level(Level::TRACE);
    logger.set_propagate(false);
    logger.add_handler(handler.clone());
    logger
}

pub(crate) fn read(path: &Path) -> String {
    String::from_utf8(std::fs::read(path).unwrap()).unwrap()
}

/// Flushes and reads the lines.
pub(crate) fn lines(handler: &Handler, path: &Path) -> Vec<String> {
    handler.flush(PATIENCE).unwrap();
    read(path).lines().map(str::to_owned).collect()
}

/// Fails unless the condition comes true in time.
pub(crate) fn wait_until(what: &str, mut condition: impl FnMut() -> bool) {
    let start = Instant::now();
    while !condition() {
        assert!(start.elapsed() < PATIENCE, "{what}: not within {PATIENCE:?}");
        thread::sleep(Duration::from_millis(1));
    }
}

/// Does the work on a thread of its own, and fails if that hangs.
pub(crate) fn within<T: Send + 'static>(
    limit: Duration,
    what: &str,
    work: impl FnOnce() -> T + Send + 'static,
) -> T {
    let (done, answer) = mpsc::channel();
    let worker = thread::spawn(move || done.send(work()));
    match answer.recv_timeout(limit) {
        Ok(value) => value,
        Err(mpsc::RecvTimeoutError::Timeout) => panic!("{what}: hangs, {limit:?} are over"),
        Err(mpsc::RecvTimeoutError::Disconnected) => match worker.join() {
            Err(panic) => std::panic::resume_unwind(panic),
            Ok(_) => unreachable!("a worker that did not panic has answered"),
        },
    }
}

/// A named pipe that is open at both ends, so that opening it waits for nobody and writing to it
/// stalls once it is full.
pub(crate) fn stalled_pipe(path: &Path) -> File {
    let name = CString::new(path.as_os_str().as_bytes()).unwrap();
    // SAFETY: `name` is a C string that outlives the call.
    assert_eq!(unsafe { libc::mkfifo(name.as_ptr(), 0o600) }, 0, "mkfifo {}", path.display());
    File::options().read(true).write(true).open(path).unwrap()
}

/// How long anything may take that takes no time.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// Reads so many bytes of a pipe, on a thread of its own.
pub(crate) fn drain(mut pipe: File, bytes: usize) -> thread::JoinHandle<Vec<u8>> {
    thread::spawn(move || {
        let mut all = vec![0; bytes];
        pipe.read_exact(&mut all).unwrap();
        all
    })
}
