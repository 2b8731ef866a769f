//! What the tests of whole processes share: running the program of scenarios, and reading what it left.

use core::time::Duration;
use std::ffi::OsStr;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::Instant;

/// The examples of the repository's front page.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;

/// Those of the guide for firmware; `scripts/guide.sh` checks its other blocks.
#[cfg(doctest)]
#[doc = include_str!("../../docs/firmware.md")]
struct FirmwareGuide;

/// Those of the guides for applications, as `build.rs` makes them.
#[cfg(all(doctest, feature = "guide"))]
#[doc = include_str!(concat!(env!("OUT_DIR"), "/rust.md"))]
struct RustGuide;

/// Those for users of other crates.
#[cfg(all(doctest, feature = "guide"))]
#[doc = include_str!(concat!(env!("OUT_DIR"), "/migration-rust.md"))]
struct MigrationGuide;

/// A folder that is removed with everything in it.
#[derive(Debug)]
pub struct Scratch(PathBuf);

impl Scratch {
    /// An empty folder, for the test of this name.
    ///
    /// # Panics
    /// If there is no place for temporary files.
    #[must_use]
    pub fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("femto-{}-{name}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).expect("a temporary folder");
        Self(folder)
    }

    /// A path in it.
    #[must_use]
    pub fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if std::thread::panicking() && std::env::var_os("FEMTO_KEEP").is_some() {
            eprintln!("kept {}", self.0.display());
            return;
        }
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A [`Scratch`] that is the process's working directory.
#[derive(Debug)]
pub struct Workplace {
    _scratch: Option<Scratch>,
}

impl Workplace {
    /// Makes one, for the block of a guide that begins in this line, puts files there, and goes there.
    /// A process that was started there stays.
    ///
    /// # Panics
    /// If there is no place for temporary files.
    #[must_use]
    pub fn enter(line: u32, files: &[(&str, &str)]) -> Self {
        let name = format!("guide-{line}");
        let here = std::env::current_dir().expect("a working directory");
        if here.to_string_lossy().ends_with(&name) {
            return Self { _scratch: None };
        }
        let scratch = Scratch::new(&name);
        for (name, text) in files {
            std::fs::write(scratch.path(name), text).expect("a temporary folder");
        }
        std::env::set_current_dir(scratch.path("")).expect("a temporary folder");
        Self { _scratch: Some(scratch) }
    }
}

/// A small file system in memory, which can be full; unmounted when it goes.
#[derive(Debug)]
pub struct Disk(PathBuf);

impl Disk {
    /// Mounts one with the options of tmpfs; `None`, which is printed, where that is not allowed.
    ///
    /// # Panics
    /// If it is not allowed in CI: there is no other disk to be had that fills up and has space again.
    #[must_use]
    pub fn mount(path: &Path, options: &str) -> Option<Self> {
        std::fs::create_dir(path).expect("a folder");
        let mut mount = Command::new("mount");
        let mounted = mount.args(["-t", "tmpfs", "-o", options, "tmpfs"]).arg(path).output();
        if mounted.is_ok_and(|output| output.status.success()) {
            return Some(Self(path.to_owned()));
        }
        assert!(std::env::var_os("CI").is_none(), "CI lets tests mount a tmpfs");
        eprintln!("SKIPPED: full disk: no permission to mount a tmpfs");
        None
    }

    /// Changes its options.
    ///
    /// # Panics
    /// If it cannot be mounted anew.
    pub fn remount(&self, options: &str) {
        let mut mount = Command::new("mount");
        let mounted = mount.args(["-o", &format!("remount,{options}")]).arg(&self.0).status();
        assert!(mounted.is_ok_and(|status| status.success()), "remount {options}");
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

/// How a scenario ended.
#[derive(Debug)]
pub struct Ended {
    /// The status.
    pub status: ExitStatus,
    /// What it wrote to standard output.
    pub stdout: String,
    /// What it wrote to standard error.
    pub stderr: String,
    /// How long it ran.
    pub took: Duration,
}

/// Starts a scenario of the program.
///
/// # Panics
/// If it cannot be started.
#[must_use = "somebody has to wait for it"]
pub fn start(program: &str, scenario: &str, arguments: &[&OsStr]) -> Child {
    Command::new(program)
        .arg(scenario)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts")
}

/// Runs a scenario to its end.
///
/// # Panics
/// If it takes longer than `limit`: it hangs.
#[must_use]
pub fn run(program: &str, scenario: &str, arguments: &[&OsStr], limit: Duration) -> Ended {
    finish(start(program, scenario, arguments), scenario, limit)
}

/// Waits for a scenario's end.
///
/// # Panics
/// If it takes longer than `limit`: it hangs.
#[must_use]
pub fn finish(mut child: Child, scenario: &str, limit: Duration) -> Ended {
    let start = Instant::now();
    let stdout = child.stdout.take().map(collect);
    let stderr = child.stderr.take().map(collect);
    let status = loop {
        if let Some(status) = child.try_wait().expect("the child can be waited for") {
            break status;
        }
        if start.elapsed() > limit {
            let _ = child.kill();
            panic!("{scenario}: hangs, {limit:?} are over");
        }
        thread::sleep(Duration::from_millis(2));
    };
    let took = start.elapsed();
    let text = |reader: Option<thread::JoinHandle<String>>| {
        reader.map_or_else(String::new, |reader| reader.join().expect("a reader"))
    };
    Ended { status, stdout: text(stdout), stderr: text(stderr), took }
}

fn collect(mut pipe: impl Read + Send + 'static) -> thread::JoinHandle<String> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        let _ = pipe.read_to_end(&mut bytes);
        String::from_utf8_lossy(&bytes).into_owned()
    })
}

/// The lines of a file.
///
/// # Panics
/// If it cannot be read, or is not text.
#[must_use]
pub fn lines(path: &Path) -> Vec<String> {
    let bytes = std::fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let text = String::from_utf8(bytes).expect("text");
    assert!(text.is_empty() || text.ends_with('\n'), "{}: the last line is torn", path.display());
    text.lines().map(str::to_owned).collect()
}

/// The numbers after a prefix, of the lines that have it.
///
/// # Panics
/// If something else follows the prefix.
#[must_use]
pub fn numbers(lines: &[String], prefix: &str) -> Vec<u64> {
    let own = lines.iter().filter_map(|line| line.strip_prefix(prefix));
    own.map(|number| number.parse().unwrap_or_else(|_| panic!("torn: {prefix}{number}"))).collect()
}
