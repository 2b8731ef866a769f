//! Log calls in signal handlers, a thousand a second and more, into a thread that logs itself.

use core::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use core::time::Duration;
use std::sync::OnceLock;
use std::time::Instant;

use femto_std::{Logger, get_logger, info};

use crate::log_to;

/// Signals handled so far.
static HANDLED: AtomicU64 = AtomicU64::new(0);
/// Where the handler logs to.
static LOGGER: OnceLock<Logger> = OnceLock::new();
/// Whether signals are still being sent.
static FLOODED: AtomicBool = AtomicBool::new(false);

extern "C" fn on_signal(_: libc::c_int) {
    let i = HANDLED.fetch_add(1, Ordering::Relaxed);
    // Made before: what looks a name up allocates and takes a lock.
    if let Some(logger) = LOGGER.get() {
        info!(logger: logger, "signal {}", i);
    }
}

pub(crate) fn run(which: &str, arguments: &[&str]) {
    let (root, handler) = log_to(arguments[0]);
    let logger = LOGGER.get_or_init(|| get_logger("signal"));
    // The thread's lane is made before the first signal too.
    info!(logger: logger, "begin");
    handle_signals();
    match which {
        "flooded" => flood(),
        _ => ring_alarms(1_000),
    }
    let start = Instant::now();
    let mut i = 0_u64;
    // Longer where a busy machine lets few signals through.
    while start.elapsed() < Duration::from_secs(2)
        || HANDLED.load(Ordering::Relaxed) < 300 && start.elapsed() < Duration::from_secs(20)
    {
        match which {
            "plain" | "flooded" => info!(logger: root, "main {}", i),
            // Interrupts allocation, rendering, and growth of the lane.
            "rendered" => info!(logger: root, "main {}", format_args!("{}", i)),
            "paused" => {
                info!(logger: root, "main {}", i);
                std::thread::sleep(Duration::from_millis(1));
            }
            "flushing" => {
                info!(logger: root, "main {}", i);
                handler.flush(Duration::from_secs(20)).expect("flush");
            }
            // Interrupts what holds the registry's lock.
            "configuring" => {
                info!(logger: root, "main {}", i);
                let _ = get_logger("some.name").effective_level();
            }
            // The signals alone, so that the collector sleeps between them.
            "alone" => {
                std::thread::sleep(Duration::from_millis(1));
                continue;
            }
            _ => panic!("no such work: {which}"),
        }
        i += 1;
    }
    ring_alarms(0);
    FLOODED.store(false, Ordering::Relaxed);
    // What is under way still is not counted and not handled.
    block_alarms();
    println!("{i} {}", HANDLED.load(Ordering::Relaxed));
    let stats = {
        handler.flush(Duration::from_secs(20)).expect("flush");
        handler.stats()
    };
    println!("{} {} {}", stats.accepted, stats.written, stats.dropped);
}

fn handle_signals() {
    // SAFETY: a zeroed action is a valid one; the handler only logs and counts.
    unsafe {
        let mut action: libc::sigaction = core::mem::zeroed();
        action.sa_sigaction = on_signal as *const () as usize;
        action.sa_flags = libc::SA_RESTART;
        assert_eq!(libc::sigaction(libc::SIGALRM, &raw const action, core::ptr::null_mut()), 0);
    }
}

/// Sends the signal to this thread from another as fast as that goes, so that every instruction of a
/// call is interrupted some time.
fn flood() {
    // SAFETY: the call takes nothing and cannot fail.
    let thread = unsafe { libc::pthread_self() };
    FLOODED.store(true, Ordering::Relaxed);
    std::thread::spawn(move || {
        block_alarms();
        while FLOODED.load(Ordering::Relaxed) {
            // SAFETY: the main thread lives as long as the process.
            unsafe { libc::pthread_kill(thread, libc::SIGALRM) };
        }
    });
}

fn block_alarms() {
    // SAFETY: the set is made empty before it is used; nobody asks for the old one.
    unsafe {
        let mut set: libc::sigset_t = core::mem::zeroed();
        libc::sigemptyset(&raw mut set);
        libc::sigaddset(&raw mut set, libc::SIGALRM);
        libc::pthread_sigmask(libc::SIG_BLOCK, &raw const set, core::ptr::null_mut());
    }
}

/// Rings so many times a second from now on; 0 ends it.
fn ring_alarms(a_second: i64) {
    let interval =
        libc::timeval { tv_sec: 0, tv_usec: if a_second == 0 { 0 } else { 1_000_000 / a_second } };
    let timer = libc::itimerval { it_interval: interval, it_value: interval };
    // SAFETY: `timer` is a valid timer.
    let set =
        unsafe { libc::setitimer(libc::ITIMER_REAL, &raw const timer, core::ptr::null_mut()) };
    assert_eq!(set, 0);
}
