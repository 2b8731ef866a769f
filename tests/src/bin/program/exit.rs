//! Ways in which a process ends, with records queued.

use core::cell::RefCell;
use core::time::Duration;

use femto_std::{Logger, Manager, info};

use crate::log_to;

/// Records queued when the process ends.
const RECORDS: u64 = 5_000;

pub(crate) fn run(which: &str, arguments: &[&str]) {
    if which == "atexit" {
        // Registered before the engine's own hook: it runs after it.
        at_exit(log_first);
    }
    let (root, _) = log_to(arguments[0]);
    if which == "threadlocal" {
        PARTING.set(Some(Parting(root)));
    }
    for i in 0..RECORDS {
        info!(logger: root, "n {i}");
    }
    match which {
        "return" => {}
        "exit" => std::process::exit(3),
        "exit_in_thread" => {
            let _ = std::thread::spawn(|| std::process::exit(3)).join();
        }
        "panic" => panic!("on purpose"),
        "panic_hook" => {
            std::panic::set_hook(Box::new(move |panic| {
                info!(logger: root, "hook {}", 1);
                info!(logger: root, "hook {}", if panic.location().is_some() { 2 } else { 0 });
                // Seen by whoever looks after the process was killed.
                Manager::global().flush(Duration::from_secs(20)).expect("flush");
            }));
            let _ = std::thread::spawn(|| panic!("on purpose")).join();
            panic!("again");
        }
        "killed_soon" | "aborted_soon" | "left_soon" => {
            std::thread::sleep(Duration::from_millis(50));
            // SAFETY: the process ends here; no hook runs.
            unsafe {
                match which {
                    "killed_soon" => _ = libc::raise(libc::SIGKILL),
                    "aborted_soon" => libc::abort(),
                    _ => libc::_exit(3),
                }
            }
        }
        "logged_panics" => logged_panics(root),
        "abort_in_hook" => {
            std::panic::set_hook(Box::new(|_| {
                Manager::global().flush(Duration::from_secs(20)).expect("flush");
                std::process::abort();
            }));
            panic!("on purpose");
        }
        "panic_with_guard" => {
            let _guard = Manager::global().guard();
            panic!("on purpose");
        }
        "guard" => drop(Manager::global().guard().with_deadline(Duration::from_secs(20))),
        "atexit" => at_exit(log_last),
        "threadlocal" => PARTING.set(Some(Parting(root))),
        "while_logging" => {
            // Other threads log on while the process ends.
            for _ in 0..3 {
                std::thread::spawn(move || {
                    for i in 0_u64.. {
                        info!(logger: root, "other {i}");
                    }
                });
            }
            std::thread::sleep(Duration::from_millis(20));
            for i in RECORDS..2 * RECORDS {
                info!(logger: root, "n {i}");
            }
        }
        _ => panic!("no such end: {which}"),
    }
}

/// Panics in a thread, in what a call displays, and while another unwinds.
fn logged_panics(root: Logger) {
    struct Panics;
    impl core::fmt::Display for Panics {
        fn fmt(&self, _: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
            panic!("displayed");
        }
    }
    impl Drop for Panics {
        fn drop(&mut self) {
            panic!("again, which aborts");
        }
    }
    Manager::global().log_panics(root);
    Manager::global().log_panics(root);
    let thread = std::thread::Builder::new().name("worker".into());
    let _ = thread.spawn(|| panic!("a number: {}", 7)).map(std::thread::JoinHandle::join);
    let displayed = core::mem::ManuallyDrop::new(Panics);
    info!(logger: root, "shown: {}", *displayed);
    let _panics_again = Panics;
    std::panic::panic_any(5_u8);
}

/// Logs in its destructor, at the end of the main thread.
struct Parting(Logger);

impl Drop for Parting {
    fn drop(&mut self) {
        info!(logger: self.0, "parting {}", 1);
        info!(logger: self.0, "parting {}", format_args!("{}", 2));
    }
}

thread_local! {
    static PARTING: RefCell<Option<Parting>> = const { RefCell::new(None) };
}

fn at_exit(function: extern "C" fn()) {
    // SAFETY: the function takes nothing, lives as long as the program, and does not unwind.
    assert_eq!(unsafe { libc::atexit(function) }, 0);
}

extern "C" fn log_first() {
    info!("after the engine's end {}", 1);
    info!("after the engine's end {}", format_args!("{}", 2));
}

extern "C" fn log_last() {
    info!("before the engine's end {}", 1);
    info!("before the engine's end {}", format_args!("{}", 2));
}
