//! Watch: applies a configuration file whenever it changes.
//!
//! A thread of its own looks at the file now and then. That needs no library, costs a system call a
//! second, and sees what notifications of the kernel do not: network file systems, links that are
//! changed to point elsewhere (as Kubernetes mounts configurations), a file in a folder that comes
//! later.

use core::time::Duration;
use std::fs::{self, Metadata};
use std::io::{self, Write};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::JoinHandle;

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded};

use super::ConfigError;
use super::file::{parse, read};
use crate::{os, state};

/// Applies a configuration file, and again whenever it changes: [`Watcher::start`] with its defaults.
///
/// # Errors
/// Those of [`Config::from_file`](super::Config::from_file) and [`Config::apply`](super::Config::apply)
/// for the file as it is now; nothing is watched.
///
/// # Examples
/// ```
/// # #[cfg(feature = "toml")] {
/// let path = std::env::temp_dir().join("femto-watched.toml");
/// std::fs::write(&path, "[root]\nlevel = 'INFO'")?;
///
/// let _watch = femto_std::config::watch(&path)?;
/// // From now on, whoever edits the file changes the levels.
/// # }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn watch(path: impl AsRef<Path>) -> Result<Watch, ConfigError> {
    Watcher::new(path).start()
}

/// Says how a configuration file is watched.
///
/// | setter | default | |
/// |---|---|---|
/// | `with_interval` | 1 second | how often the file is looked at |
/// | `with_error_handler` | a line on standard error | who is told that a changed file is wrong |
#[must_use = "nothing is watched until `start` is called"]
pub struct Watcher {
    path: PathBuf,
    interval: Duration,
    tell: Arc<dyn Fn(&ConfigError) + Send + Sync>,
}

impl Watcher {
    /// Watches the file at `path`.
    pub fn new(path: impl AsRef<Path>) -> Self {
        let path = path.as_ref();
        // A relative path keeps its meaning when the working directory changes.
        let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        let tell = |error: &ConfigError| {
            // Standard error is the last resort: there is nobody to tell that it failed.
            let _ = writeln!(io::stderr(), "femtologging: {error}");
        };
        Self { path, interval: Duration::from_secs(1), tell: Arc::new(tell) }
    }

    /// How often the file is looked at; at least 10 ms. A change is applied once the file has stayed
    /// as it is for that long, so between one and two of them after it. Default: 1 second.
    pub fn with_interval(mut self, interval: Duration) -> Self {
        self.interval = interval.max(SHORTEST);
        self
    }

    /// Who is told that a changed file is wrong, or gone. Default: standard error.
    pub fn with_error_handler(
        mut self,
        error_handler: impl Fn(&ConfigError) + Send + Sync + 'static,
    ) -> Self {
        self.tell = Arc::new(error_handler);
        self
    }

    /// Applies the file, and again whenever it changes, until the guard is dropped.
    ///
    /// A file that is wrong is told of, once, and changes nothing. So is one that is gone for two
    /// looks; an editor that writes by renaming takes it away for a moment. A file that is still
    /// being written is left alone: it is applied when two looks in a row find it the same. (Whoever
    /// writes a file with long pauses should write another and rename it.)
    ///
    /// A forked child does not watch.
    ///
    /// # Errors
    /// Those of [`Config::from_file`](super::Config::from_file) and
    /// [`Config::apply`](super::Config::apply) for the file as it is now; nothing is watched.
    pub fn start(self) -> Result<Watch, ConfigError> {
        let seen = Seen::of(&self.path);
        let text = read(&self.path).map_err(|error| error.in_file(&self.path))?;
        apply(&self.path, &text)?;
        let (stop, stopped) = bounded(0);
        let run = move || run(&self, seen, text, &stopped);
        let thread = os::spawn_aside("femto-config", run)
            .map_err(|error| ConfigError::of_text(format!("could not start a thread: {error}")))?;
        Ok(Watch { stop: Some(stop), thread: Some(thread), epoch: state::epoch() })
    }
}

/// Watches a configuration file until it is dropped.
#[must_use = "dropping it at once ends the watching at once"]
#[derive(Debug)]
pub struct Watch {
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
    /// The process whose thread it is: a forked child has none.
    epoch: u32,
}

impl Drop for Watch {
    fn drop(&mut self) {
        drop(self.stop.take());
        let Some(thread) = self.thread.take() else { return };
        if self.epoch != state::epoch() {
            core::mem::forget(thread);
        } else if thread.thread().id() != std::thread::current().id() {
            // (From within what the thread calls, it would wait for itself.) A panic of the error
            // handler was reported by the panic hook.
            let _ = thread.join();
        }
    }
}

impl core::fmt::Debug for Watcher {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Watcher")
            .field("path", &self.path)
            .field("interval", &self.interval)
            .finish_non_exhaustive()
    }
}

/// What tells one state of a file from another; `None` if there is no file.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Seen(Option<(u64, u64, u64, i64, i64, i64, i64)>);

impl Seen {
    fn of(path: &Path) -> Self {
        let facts = |file: Metadata| {
            let (changed, changed_nanos) = (file.ctime(), file.ctime_nsec());
            let (device, inode, size) = (file.dev(), file.ino(), file.size());
            (device, inode, size, file.mtime(), file.mtime_nsec(), changed, changed_nanos)
        };
        Self(fs::metadata(path).ok().map(facts))
    }
}

/// The watching thread.
fn run(watcher: &Watcher, applied: Seen, mut text: String, stopped: &Receiver<()>) {
    let mut looks = Looks { settled: applied, latest: applied };
    while let Err(RecvTimeoutError::Timeout) = stopped.recv_timeout(watcher.interval) {
        let now = Seen::of(&watcher.path);
        if !looks.has_settled(now) {
            continue;
        }
        let changed = read(&watcher.path);
        // One that was written to meanwhile is looked at again.
        if Seen::of(&watcher.path) != now {
            continue;
        }
        looks.settled = now;
        let done = match changed {
            // Touched, or written as it was.
            Ok(same) if same == text => continue,
            Ok(changed) => {
                text = changed;
                apply(&watcher.path, &text)
            }
            Err(error) => Err(error.in_file(&watcher.path)),
        };
        if let Err(error) = done {
            (watcher.tell)(&error);
        }
    }
}

/// What was seen of the file.
struct Looks {
    /// When it was last read, or found gone.
    settled: Seen,
    /// At the latest look.
    latest: Seen,
}

impl Looks {
    /// Whether it has changed, and is as it was at the look before: whoever changed it is done.
    fn has_settled(&mut self, now: Seen) -> bool {
        let is_still = now == self.latest;
        self.latest = now;
        is_still && now != self.settled
    }
}

fn apply(path: &Path, text: &str) -> Result<(), ConfigError> {
    let applied = parse(path, text).and_then(|config| config.apply());
    applied.map_err(|error| error.in_file(path))
}

const SHORTEST: Duration = Duration::from_millis(10);

#[cfg(test)]
mod tests {
    use super::*;

    const fn seen(size: u64) -> Seen {
        Seen(Some((1, 1, size, 0, 0, 0, 0)))
    }

    #[test]
    fn a_file_that_is_being_written_is_left_alone_until_it_stays_as_it_is() {
        let mut looks = Looks { settled: seen(1), latest: seen(1) };
        let sizes = [1, 2, 3, 4, 4, 4];
        let settled = sizes.map(|size| looks.has_settled(seen(size)));
        assert_eq!(settled, [false, false, false, false, true, true]);
        looks.settled = seen(4);
        assert!(!looks.has_settled(seen(4)));
    }

    #[test]
    fn a_file_that_is_gone_for_a_moment_is_no_change() {
        let mut looks = Looks { settled: seen(1), latest: seen(1) };
        let states = [Seen(None), seen(1), seen(1), Seen(None), Seen(None)];
        let settled = states.map(|now| looks.has_settled(now));
        assert_eq!(settled, [false, false, false, false, true]);
    }
}
