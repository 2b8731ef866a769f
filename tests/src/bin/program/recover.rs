//! Processes that keep their records in a mapped file, to be killed, and those that start after them.
//!
//! Every record is a line of a label and a number; the label is of the process and the thread. How many
//! calls of each thread have returned is marked in a page that the test shares.

use core::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use core::time::Duration;
use std::fs::OpenOptions;
use std::os::fd::AsRawFd;
use std::path::Path;
use std::sync::Arc;

use femto_std::handlers::RotatingFileHandlerBuilder;
use femto_std::recover::RecoverBuilder;
use femto_std::{Handler, Level, Manager, info};

use crate::{fork, plain, plain_format};

/// `recover-WHICH FOLDER LABEL HANDLERS`: the mapped file, the logs and the marks are in the folder;
/// `HANDLERS` is `a`, `ab` or `rotated`.
pub(crate) fn run(which: &str, arguments: &[&str]) {
    let [folder, label, handlers] = arguments else { panic!("three arguments") };
    let folder = Path::new(folder);
    if which == "full" {
        return full(folder);
    }
    RecoverBuilder::new(folder.join("ring")).with_size(SIZE).build().expect("the mapped file");
    let _handlers = log_to(folder, handlers);
    let (kind, threads) = which.split_once('-').unwrap_or((which, "1"));
    let threads: u64 = threads.parse().expect("a number of threads");
    match kind {
        "next" => Manager::global().flush(Duration::from_secs(50)).expect("flush"),
        "log" | "large" => hammer(folder, label, threads, kind == "large"),
        "abort" | "segfault" | "exit" => die(label, kind),
        "forks" => forks(folder, label, threads),
        "grandchild" => grandchild(),
        _ => panic!("no such process: {which}"),
    }
}

fn log_to(folder: &Path, handlers: &str) -> Vec<Arc<Handler>> {
    let root = Manager::global().root();
    root.set_level(Level::TRACE);
    let made: Vec<_> = match handlers {
        "rotated" => vec![
            RotatingFileHandlerBuilder::new(folder.join("a"))
                .with_max_bytes(20_000)
                .with_backup_count(10_000)
                .with_formatter(plain_format())
                .build()
                .expect("the file opens"),
        ],
        names => names
            .split("")
            .filter(|name| !name.is_empty())
            .map(|name| {
                plain(folder.join(name).to_str().expect("a path")).build().expect("it opens")
            })
            .collect(),
    };
    for handler in &made {
        root.add_handler(handler.clone());
    }
    made
}

/// Logs without pause until it is killed.
fn hammer(folder: &Path, label: &str, threads: u64, has_large: bool) {
    let marks = marks(&folder.join("marks"));
    println!("ready");
    let large = "x".repeat(100_000);
    std::thread::scope(|scope| {
        for thread in 0..threads {
            let (mark, large) = (&marks[8 * thread as usize], &large);
            scope.spawn(move || {
                for i in 0_u64.. {
                    if has_large && i % 16 == 7 {
                        info!("{label}{thread} {i} {large}");
                    } else {
                        info!("{label}{thread} {i}");
                    }
                    mark.store(i + 1, Ordering::Release);
                }
            });
        }
    });
}

/// Dies at once after its last call.
fn die(label: &str, how: &str) {
    for i in 0..2_000 {
        info!("{label}0 {i}");
    }
    match how {
        "abort" => std::process::abort(),
        // SAFETY: the process ends here, and that is all; no hook runs.
        "exit" => unsafe { libc::_exit(0) },
        // SAFETY: it is not, on purpose: the process ends here.
        _ => unsafe { core::ptr::without_provenance_mut::<u8>(8).write_volatile(0) },
    };
}

/// Forks while threads log; each child logs and is killed, and at last the parent is.
fn forks(folder: &Path, label: &str, threads: u64) {
    let marks = marks(&folder.join("marks"));
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for thread in 0..threads {
            let (mark, stop) = (&marks[8 * thread as usize], &stop);
            scope.spawn(move || {
                let mut i = 0;
                while !stop.load(Ordering::Relaxed) {
                    info!("{label}{thread} {i}");
                    i += 1;
                    mark.store(i, Ordering::Release);
                }
            });
        }
        for child in 0..20 {
            let pid = fork::fork(|| {
                for i in 0..100 {
                    info!("child{child} {i}");
                }
                kill_myself();
            });
            fork::wait_for_any_end(pid);
        }
        stop.store(true, Ordering::Relaxed);
    });
    kill_myself();
}

/// Forks a child that opens files, and forks one that uses them.
fn grandchild() {
    let child = fork::fork(|| {
        let files: Vec<_> = (0..20).map(|_| std::fs::File::open("/dev/zero")).collect();
        let grandchild = fork::fork(|| {
            for file in files {
                let mut file = file.expect("it opens");
                std::io::Read::read_exact(&mut file, &mut [0; 8]).expect("it is open");
            }
        });
        fork::wait(grandchild);
    });
    fork::wait(child);
}

fn kill_myself() {
    // SAFETY: the process ends here.
    unsafe { libc::raise(libc::SIGKILL) };
}

/// Cannot have as large a file.
fn full(folder: &Path) {
    // SAFETY: a signal that would end the process is left unheard, and a limit is set.
    unsafe {
        libc::signal(libc::SIGXFSZ, libc::SIG_IGN);
        let limit = libc::rlimit { rlim_cur: 1 << 20, rlim_max: 1 << 20 };
        assert_eq!(libc::setrlimit(libc::RLIMIT_FSIZE, &raw const limit), 0);
    }
    let error = RecoverBuilder::new(folder.join("ring")).build().expect_err("there is no room");
    let source = core::error::Error::source(&error).expect("a reason");
    println!("{error}: {source}");
    let handlers = log_to(folder, "a");
    info!("p0 {}", 0);
    handlers[0].flush(Duration::from_secs(20)).expect("flush");
}

/// The page of marks.
fn marks(path: &Path) -> &'static [AtomicU64] {
    let file = OpenOptions::new().read(true).write(true).open(path).expect("the marks");
    let access = libc::PROT_READ | libc::PROT_WRITE;
    // SAFETY: a new mapping of a page that the file has.
    let page = unsafe {
        libc::mmap(core::ptr::null_mut(), 4096, access, libc::MAP_SHARED, file.as_raw_fd(), 0)
    };
    assert_ne!(page, libc::MAP_FAILED);
    // SAFETY: the page is never unmapped, and used as atomics only.
    unsafe { core::slice::from_raw_parts(page.cast(), 4096 / 8) }
}

const SIZE: usize = 4 << 20;
