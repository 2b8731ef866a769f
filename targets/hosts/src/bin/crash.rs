//! A crash log that outlives processes. A boot is a process here, and RAM that keeps its contents is memory that all of
//! them share. They end by a panic, by an abort, and a hundred times by a signal that nobody can handle, at any instant
//! of a call.

use std::io::{self, Write as _};
use std::mem::size_of;
use std::ptr;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use femto_core::{
    Handler, Logger, RetainedHandler, RetainedHandlerBuilder, RetainedRam, TextFormatter, critical,
    info, warn,
};
use host::Outcome;

/// Memory of the parent and all of its children, zero at the start.
struct Shared {
    ram: RetainedRam<256>,
    /// The last record whose call returned.
    returned: AtomicU32,
    /// The boot that logs.
    logs: AtomicU32,
}

fn main() -> Outcome {
    let shared = map()?;
    run(|| boot(shared, |_, root| panic_with(root)))?;
    run(|| boot(shared, |_, _| std::process::abort()))?;
    run(|| boot(shared, |_, _| std::process::exit(0)))?;
    let mut torn = 0;
    for kill in 1..=KILLS {
        let child = fork(|| count(shared, kill))?;
        while shared.logs.load(Ordering::Acquire) != kill {
            std::thread::yield_now();
        }
        std::thread::sleep(Duration::from_micros(u64::from(kill * 7919 % 1000)));
        // SAFETY: a child of ours, which nobody waited for.
        unsafe { libc::kill(child, libc::SIGKILL) };
        wait(child)?;
        torn += run(|| check(shared))?;
    }
    eprintln!("killed in the middle of a record {torn} times");
    println!("{KILLS} kills: no record was missing whose call had returned");
    Ok(())
}

/// Shows what the boot before left, logs, and ends.
fn boot(shared: &'static Shared, end: impl FnOnce(&'static Shared, &'static Logger)) -> i32 {
    let (log, root) = start(shared);
    println!("boot {}: {} records recovered", log.start("").resets, log.start("").records);
    let Ok(_) = log.drain(&TextFormatter::new(), &mut Stdout);
    info!(logger: root, "starting");
    warn!(logger: root, current = 4.9_f32, limit = 5_u8; "near the limit of {} A", 5);
    end(shared, root);
    0
}

fn panic_with(root: &'static Logger) {
    std::panic::set_hook(Box::new(move |info| {
        critical!(logger: root, "{info}");
        std::process::exit(1)
    }));
    panic!("everything stops");
}

/// Logs numbers until it is killed.
fn count(shared: &'static Shared, kill: u32) -> i32 {
    let (_, root) = start(shared);
    let mut number = 0;
    shared.returned.store(number, Ordering::Relaxed);
    shared.logs.store(kill, Ordering::Release);
    loop {
        number += 1;
        info!(logger: root, "{number}");
        shared.returned.store(number, Ordering::Release);
    }
}

/// Looks at what a child left that was killed: how many of its records are torn.
fn check(shared: &'static Shared) -> i32 {
    let (log, _) = start(shared);
    let torn = log.start("").torn;
    let mut text = Vec::new();
    let Ok(_) = log.drain(&Numbers, &mut text);
    let text = String::from_utf8_lossy(&text);
    let numbers: Vec<u32> = text.lines().filter_map(|line| line.parse().ok()).collect();
    let returned = shared.returned.load(Ordering::Acquire);
    let last = numbers.last().copied().unwrap_or(0);
    assert!(last == returned || last == returned + 1, "{last} of {returned}");
    assert!(numbers.windows(2).all(|pair| pair[0] + 1 == pair[1]), "{numbers:?}");
    assert!(torn <= 1 && (returned < 20 || numbers.len() > 8), "{torn} torn, {numbers:?}");
    torn as i32
}

/// A handler over the memory, and a logger that has it: as new as in a program that just started.
fn start(shared: &'static Shared) -> (&'static RetainedHandler<256>, &'static Logger) {
    let log: &'static RetainedHandler<256> =
        Box::leak(Box::new(RetainedHandlerBuilder::new().build_static(&shared.ram)));
    log.start("");
    let handlers: &'static [&'static dyn Handler] = Box::leak(Box::new([log as &dyn Handler]));
    (log, Box::leak(Box::new(Logger::root().with_handlers(handlers))))
}

/// Lines that are nothing but the message.
struct Numbers;

impl femto_core::Formatter for Numbers {
    fn format(
        &self,
        record: &femto_core::Record<'_>,
        out: &mut dyn std::fmt::Write,
    ) -> std::fmt::Result {
        record.write_message(out)
    }
}

struct Stdout;

impl femto_core::embedded_io::ErrorType for Stdout {
    type Error = std::convert::Infallible;
}

impl femto_core::embedded_io::Write for Stdout {
    fn write(&mut self, bytes: &[u8]) -> Result<usize, Self::Error> {
        print!("{}", String::from_utf8_lossy(bytes));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> Result<(), Self::Error> {
        Ok(())
    }
}

fn map() -> io::Result<&'static Shared> {
    let (access, kind) =
        (libc::PROT_READ | libc::PROT_WRITE, libc::MAP_SHARED | libc::MAP_ANONYMOUS);
    // SAFETY: a new mapping, wherever there is room.
    let memory = unsafe { libc::mmap(ptr::null_mut(), size_of::<Shared>(), access, kind, -1, 0) };
    if memory == libc::MAP_FAILED {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: as large as it has to be, aligned to a page, never unmapped, and all of it atomics, of which zero is a
    // value.
    Ok(unsafe { &*memory.cast() })
}

/// Runs `child` in a process of its own, to its end; answers what that says by its status.
fn run(child: impl FnOnce() -> i32) -> io::Result<i32> {
    wait(fork(child)?)
}

fn fork(child: impl FnOnce() -> i32) -> io::Result<libc::pid_t> {
    io::stdout().flush()?;
    // SAFETY: this process has one thread.
    match unsafe { libc::fork() } {
        -1 => Err(io::Error::last_os_error()),
        0 => std::process::exit(child()),
        pid => Ok(pid),
    }
}

/// The status of a child that ended, 0 if a signal ended it.
fn wait(child: libc::pid_t) -> io::Result<i32> {
    let mut status = 0;
    // SAFETY: `status` is there.
    if unsafe { libc::waitpid(child, &raw mut status, 0) } != child {
        return Err(io::Error::last_os_error());
    }
    if libc::WIFEXITED(status) && libc::WEXITSTATUS(status) > 1 {
        return Err(io::Error::other("a boot failed"));
    }
    Ok(if libc::WIFEXITED(status) { libc::WEXITSTATUS(status) } else { 0 })
}

const KILLS: u32 = 100;
