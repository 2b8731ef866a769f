//! Signals that end the process, with records queued.

use core::ffi::c_int;
use core::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use core::time::Duration;
use std::io::{self, Read, Write};
use std::sync::OnceLock;
use std::thread;

use femto_std::handlers::{SinkHandlerBuilder, StreamHandlerBuilder};
use femto_std::sink::Sink;
use femto_std::{Level, Manager, OverflowPolicy, Signal, info};

use crate::fork::{fork, wait_for_end};
use crate::{log_to, plain_format};

const RECORDS: u64 = 1_000;
/// More than any of these takes; a signal that waits for it hangs.
const LONG: Duration = Duration::from_secs(100);

pub(crate) fn run(which: &str, arguments: &[&str]) {
    let manager = Manager::global();
    let all = [Signal::Hup, Signal::Int, Signal::Quit, Signal::Term];
    let shut_down_on = |deadline| manager.shutdown_on(&all, deadline).expect("a thread");
    match which {
        "by" => {
            shut_down_on(LONG);
            log_to(arguments[0]);
            log("n");
            send(arguments[1].parse().expect("a number"));
            wait_for_ever();
        }
        "late" => {
            log_to(arguments[0]);
            log("n");
            shut_down_on(LONG);
            send(libc::SIGTERM);
            wait_for_ever();
        }
        "unasked" => {
            shut_down_on(LONG);
            manager.shutdown_on(&[Signal::Int], LONG).expect("a thread");
            stall();
            info!("it would hang");
            send(libc::SIGTERM);
            wait_for_ever();
        }
        "ignored" => {
            handle(libc::SIGHUP, libc::SIG_IGN);
            shut_down_on(LONG);
            log_to(arguments[0]);
            send(libc::SIGHUP);
            log("n");
        }
        "own_before" => {
            handle(libc::SIGTERM, own as *const () as usize);
            shut_down_on(LONG);
            own_handler(arguments[0]);
        }
        "own_after" => {
            shut_down_on(LONG);
            CALLED_BEFORE
                .store(handle(libc::SIGTERM, calling as *const () as usize), Ordering::SeqCst);
            own_handler(arguments[0]);
        }
        "own_alone" => {
            shut_down_on(LONG);
            handle(libc::SIGTERM, own as *const () as usize);
            log_to(arguments[0]);
            log("n");
            send(libc::SIGTERM);
            wait_for(|| HANDLED.load(Ordering::SeqCst));
        }
        "twice" => {
            shut_down_on(LONG);
            stall();
            info!("it hangs");
            send(libc::SIGINT);
            thread::sleep(Duration::from_millis(50));
            send(arguments[0].parse().expect("a number"));
            wait_for_ever();
        }
        "unwritten" => {
            shut_down_on(Duration::from_millis(100));
            stall();
            info!("it hangs");
            send(libc::SIGTERM);
            wait_for_ever();
        }
        "blocked" => blocked(),
        "while_logging" => while_logging(arguments[0]),
        "fork" => forks(arguments[0]),
        _ => panic!("no such end: {which}"),
    }
}

fn log(label: &str) {
    for i in 0..RECORDS {
        info!("{label} {i}");
    }
}

fn send(signal: c_int) {
    // SAFETY: both calls take numbers.
    assert_eq!(unsafe { libc::kill(libc::getpid(), signal) }, 0);
}

fn wait_for_ever() -> ! {
    loop {
        thread::park();
    }
}

fn wait_for(mut is_so: impl FnMut() -> bool) {
    while !is_so() {
        thread::sleep(Duration::from_millis(1));
    }
}

/// Sets a handler; answers the one before.
fn handle(signal: c_int, handler: usize) -> usize {
    // SAFETY: all handlers of this file are functions of the right type, or ignore the signal.
    unsafe { libc::signal(signal, handler) }
}

static HANDLED: AtomicBool = AtomicBool::new(false);
static CALLED_BEFORE: AtomicUsize = AtomicUsize::new(0);

extern "C" fn own(_: c_int) {
    HANDLED.store(true, Ordering::SeqCst);
}

/// Calls the handler that was there, as `signal-hook` does.
extern "C" fn calling(signal: c_int) {
    let before = CALLED_BEFORE.load(Ordering::SeqCst);
    type Handler = extern "C" fn(c_int, *mut libc::siginfo_t, *mut libc::c_void);
    // SAFETY: it is a function of this type, which does not look at the information.
    let before = unsafe { core::mem::transmute::<usize, Handler>(before) };
    before(signal, core::ptr::null_mut(), core::ptr::null_mut());
    own(signal);
}

/// Everything is written, the handler is called, and the process goes on: twice.
fn own_handler(path: &str) {
    log_to(path);
    for label in ["first", "second"] {
        log(label);
        send(libc::SIGTERM);
        wait_for(|| HANDLED.swap(false, Ordering::SeqCst));
    }
    let written = || std::fs::read_to_string(path).is_ok_and(|text| text.lines().count() == 2_000);
    wait_for(written);
    // Nothing of the library runs.
    // SAFETY: the process ends here.
    unsafe { libc::_exit(7) };
}

/// A sink that never returns.
#[derive(Debug)]
struct Stalled;

impl Sink for Stalled {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        wait_for_ever()
    }

    fn flush(&mut self) -> io::Result<()> {
        wait_for_ever()
    }
}

fn stall() {
    let handler =
        SinkHandlerBuilder::from_fn("stalled", || Ok(Stalled)).build().expect("a handler");
    let root = Manager::global().root();
    root.set_level(Level::TRACE);
    root.add_handler(handler);
}

/// A thread waits for room when the signal comes. Standard output is read slowly by the parent.
fn blocked() {
    Manager::global().shutdown_on(&[Signal::Term], LONG).expect("a thread");
    let handler = StreamHandlerBuilder::stdout()
        .with_formatter(plain_format())
        .with_capacity(4096)
        .with_overflow(OverflowPolicy::Block)
        .build()
        .expect("a handler");
    let root = Manager::global().root();
    root.set_level(Level::TRACE);
    root.add_handler(handler);
    thread::spawn(|| {
        // What begins with a number has been logged, says the other stream.
        for i in 0_u64.. {
            info!("n {i}");
            let _ = writeln!(io::stderr(), "n {i}");
        }
    });
    let mut byte = [0];
    io::stdin().read_exact(&mut byte).expect("the parent says when");
    send(libc::SIGTERM);
    wait_for_ever();
}

/// Four threads log when the signal comes; standard error says which calls returned.
fn while_logging(path: &str) {
    Manager::global().shutdown_on(&[Signal::Term], LONG).expect("a thread");
    log_to(path);
    static RETURNED: OnceLock<()> = OnceLock::new();
    for thread in 0..4 {
        thread::spawn(move || {
            for i in 0_u64.. {
                info!("thread{thread} {i}");
                let _ = writeln!(io::stderr(), "thread{thread} {i}");
                if i == 200 {
                    let _ = RETURNED.set(());
                }
            }
        });
    }
    wait_for(|| RETURNED.get().is_some());
    send(libc::SIGTERM);
    wait_for_ever();
}

/// A child that logs has its own thread, one that does not has nothing to write; the parent goes on.
fn forks(path: &str) {
    Manager::global().shutdown_on(&[Signal::Term], LONG).expect("a thread");
    log_to(path);
    log("before");
    for label in ["child", "silent"] {
        let child = fork(|| {
            if label == "child" {
                log(label);
            }
            send(libc::SIGTERM);
            wait_for_ever();
        });
        let status = wait_for_end(child);
        assert!(libc::WIFSIGNALED(status) && libc::WTERMSIG(status) == libc::SIGTERM, "{status}");
    }
    log("parent");
    send(libc::SIGTERM);
    wait_for_ever();
}
