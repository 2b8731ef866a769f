//! Forks with records queued, and what each process logs afterwards.
//!
//! Every record is a line of its process's label and a number.

use core::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use core::time::Duration;

use femto_std::config::{FormatterBuilder, FormatterStyle};
use femto_std::{Level, Manager, get_logger, info};

use crate::{log_to, plain};

pub(crate) fn run(which: &str, arguments: &[&str]) {
    match which {
        "queued" => queued(arguments),
        "while_logging" => while_logging(arguments),
        "chain" => chain(arguments),
        "silent" => silent(arguments),
        "delayed" => delayed(arguments),
        "threads" => threads(arguments),
        "stdout" => stdout(),
        "naming" => naming(),
        "firsts" => firsts(),
        "statements" => statements(),
        "ending" => ending(),
        _ => panic!("no such fork: {which}"),
    }
}

/// Forks; the child runs `work` and ends as a program does, with its exit hooks.
pub(crate) fn fork(work: impl FnOnce()) -> libc::pid_t {
    // SAFETY: child and parent both go on with what the library promises to keep usable.
    match unsafe { libc::fork() } {
        -1 => panic!("fork: {}", std::io::Error::last_os_error()),
        0 => {
            work();
            // Not by the standard library's `exit`: it waits for a lock that a thread which was just beginning
            // or ending held at the fork.
            // SAFETY: runs the exit hooks; nothing of this thread is used any more.
            unsafe { libc::exit(0) }
        }
        child => child,
    }
}

/// Nothing of the child is left behind when a test fails.
fn end_if_it_hangs() {
    // SAFETY: the signal ends the process, and that is all.
    unsafe { libc::alarm(10) };
}

pub(crate) fn wait(child: libc::pid_t) {
    let mut status = 0;
    // SAFETY: `status` is a place for the status.
    assert_eq!(unsafe { libc::waitpid(child, &raw mut status, 0) }, child);
    assert_eq!(status, 0, "a child failed");
}

/// Waits until it has ended, however.
pub(crate) fn wait_for_any_end(child: libc::pid_t) {
    let _ = wait_for_end(child);
}

/// Waits until it has ended; answers how.
pub(crate) fn wait_for_end(child: libc::pid_t) -> libc::c_int {
    let mut status = 0;
    // SAFETY: `status` is a place for the status.
    assert_eq!(unsafe { libc::waitpid(child, &raw mut status, 0) }, child);
    status
}

fn count(label: &str, records: u64) {
    for i in 0..records {
        info!("{label} {i}");
    }
}

/// Forks while other threads give levels names and make formatters; each child does the same.
fn naming() {
    let is_over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for thread in 0..2 {
            let is_over = &is_over;
            scope.spawn(move || {
                while !is_over.load(Ordering::Relaxed) {
                    name_and_make(thread);
                }
            });
        }
        for _ in 0..500 {
            let child = fork(|| (0..2).for_each(name_and_make));
            wait(child);
        }
        is_over.store(true, Ordering::Relaxed);
    });
}

fn name_and_make(thread: u8) {
    let level = Level::new(101 + thread);
    femto_std::add_level_name(level, &format!("LEVEL{thread}"));
    assert_eq!(femto_std::level_named(&format!("level{thread}")).ok(), Some(level));
    let json = FormatterBuilder::new().with_style(FormatterStyle::Json);
    let _ = json.with_date_format(format!("%H:%M {thread}")).build().expect("a formatter");
}

/// Forks while another thread does what is done once a process; the child does it too.
fn firsts() {
    // This process does none of it, so each of its children begins anew.
    for round in 0..1_000 {
        wait(fork(|| first(round)));
    }
}

fn first(round: usize) {
    let is_begun = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            is_begun.store(true, Ordering::Relaxed);
            do_firsts(round);
        });
        while !is_begun.load(Ordering::Relaxed) {
            core::hint::spin_loop();
        }
        (0..7 * round % 500).for_each(|_| core::hint::spin_loop());
        let child = fork(|| {
            end_if_it_hangs();
            do_firsts(round);
        });
        wait(child);
    });
}

fn do_firsts(round: usize) {
    let mut firsts: [fn(); 5] = [
        || info!("first"),
        || _ = get_logger("first"),
        || drop(plain("/dev/null").with_delay(true).build().expect("a handler")),
        || drop(crate::plain_format()),
        || Manager::global().log_panics(Manager::global().root()),
    ];
    firsts.rotate_left(round % 5);
    firsts.iter().for_each(|first| first());
}

/// Forks while other threads meet statements of `log`; each child does too.
fn statements() {
    femto_std::bridge::log::install().expect("the first");
    let is_over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !is_over.load(Ordering::Relaxed) {
                meet();
            }
        });
        for _ in 0..500 {
            let child = fork(|| {
                end_if_it_hangs();
                (0..3).for_each(|_| meet());
            });
            wait(child);
        }
        is_over.store(true, Ordering::Relaxed);
    });
}

/// Meets a statement that is new.
fn meet() {
    static LINE: AtomicU32 = AtomicU32::new(1);
    let mut builder = log::Record::builder();
    builder.file_static(Some(file!())).line(Some(LINE.fetch_add(1, Ordering::Relaxed)));
    log::logger().log(&builder.target("met").args(format_args!("met")).build());
}

thread_local! {
    static FORKS: Forks = const { Forks };
}

/// Forks when its thread ends.
struct Forks;

impl Drop for Forks {
    fn drop(&mut self) {
        wait(fork(|| {
            end_if_it_hangs();
            let _ = get_logger("child");
            end_here();
        }));
    }
}

/// Not as a program does: that would have the thread end.
fn end_here() -> ! {
    // SAFETY: the process ends, and that is all.
    unsafe { libc::_exit(0) }
}

/// Forks from threads that are ending, while another one makes loggers.
fn ending() {
    let is_over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for i in 0_u64.. {
                let _ = get_logger(&format!("made.{}", i % 64));
                if is_over.load(Ordering::Relaxed) {
                    break;
                }
            }
        });
        for _ in 0..200 {
            let ends = || {
                // Goes after what the library keeps for the thread.
                FORKS.with(|_| ());
                wait(fork(|| end_here()));
            };
            scope.spawn(ends).join().expect("a thread");
        }
        is_over.store(true, Ordering::Relaxed);
    });
}

fn queued(arguments: &[&str]) {
    let (_, handler) = log_to(arguments[0]);
    for round in 0..20 {
        count(&format!("before{round}"), 1_000);
        let child = fork(|| {
            count(&format!("child{round}"), 1_000);
            // Its own collector: what it logged is in the file when flush returns.
            handler.flush(Duration::from_secs(20)).expect("the child's flush");
            let text = std::fs::read_to_string(arguments[0]).expect("the file");
            let label = format!("child{round} ");
            assert_eq!(text.lines().filter(|line| line.starts_with(&label)).count(), 1_000);
            count(&format!("exit{round}"), 500);
        });
        count(&format!("parent{round}"), 1_000);
        wait(child);
    }
}

fn while_logging(arguments: &[&str]) {
    let (root, _) = log_to(arguments[0]);
    let stop = AtomicBool::new(false);
    let total = std::thread::scope(|scope| {
        let other = scope.spawn(|| {
            let mut i = 0_u64;
            while !stop.load(Ordering::Relaxed) {
                info!(logger: root, "other {i}");
                // Takes the registry's lock now and then.
                if i.is_multiple_of(64) {
                    get_logger(&format!("made.{}", i % 1024)).set_level(Level::DEBUG);
                }
                i += 1;
            }
            i
        });
        for round in 0..20 {
            count(&format!("before{round}"), 100);
            let child = fork(|| count(&format!("child{round}"), 100));
            count(&format!("parent{round}"), 100);
            wait(child);
        }
        stop.store(true, Ordering::Relaxed);
        other.join().expect("the other thread")
    });
    println!("{total}");
}

fn chain(arguments: &[&str]) {
    log_to(arguments[0]);
    descend(0);
}

fn descend(generation: u32) {
    count(&format!("generation{generation}"), 1_000);
    if generation < 5 {
        let child = fork(|| descend(generation + 1));
        count(&format!("after{generation}"), 1_000);
        wait(child);
    }
}

/// The child logs nothing and must not wait for anything either.
fn silent(arguments: &[&str]) {
    log_to(arguments[0]);
    count("before", 1_000);
    let child = fork(|| {
        Manager::global().flush(Duration::from_secs(5)).expect("nothing to flush");
        Manager::global().shutdown(Duration::from_secs(5)).expect("nothing to end");
    });
    wait(child);
    count("parent", 1_000);
}

/// A file that only the child comes to open must not be emptied by it after others wrote.
fn delayed(arguments: &[&str]) {
    let builder = plain(arguments[0]).with_append(false).with_delay(true);
    let handler = builder.build().expect("a handler");
    let root = Manager::global().root();
    root.set_level(Level::TRACE);
    root.add_handler(handler);
    let first = fork(|| count("first", 100));
    wait(first);
    let second = fork(|| count("second", 100));
    wait(second);
}

/// Children with threads of their own, after a parent's shutdown too.
fn threads(arguments: &[&str]) {
    log_to(arguments[0]);
    let work = |label: String| {
        std::thread::scope(|scope| {
            for thread in 0..3 {
                let label = format!("{label}{thread}");
                scope.spawn(move || count(&label, 1_000));
            }
        });
    };
    work("parent".into());
    wait(fork(|| work("child".into())));
    Manager::global().shutdown(Duration::from_secs(20)).expect("shutdown");
    wait(fork(|| work("after".into())));
    work("late".into());
}

fn stdout() {
    let format = femto_std::formatter::PatternFormatter::new(
        "%(message)s",
        femto_std::formatter::PatternStyle::Percent,
    );
    let handler = femto_std::handlers::StreamHandlerBuilder::stdout()
        .with_formatter(std::sync::Arc::new(format.expect("a format")))
        .build()
        .expect("a handler");
    let root = Manager::global().root();
    root.set_level(Level::TRACE);
    root.add_handler(handler);
    count("before", 2_000);
    let child = fork(|| count("child", 2_000));
    count("parent", 2_000);
    wait(child);
}
