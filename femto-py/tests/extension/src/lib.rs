//! An extension module that logs: from Python's threads, from its own, while others wait.

use std::thread::{self, JoinHandle};

use pyo3::prelude::*;
use pyo3::types::PyModule;

#[pymodule(gil_used = true)]
mod femto_extension {
    use super::*;

    #[pymodule_export]
    use super::{
        Late, burst, in_span, log_fields, log_one, max_level, on_thread, set_up_itself, start,
        stop, trace, wait,
    };

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        femto_python::offer(module)
    }
}

#[pyfunction]
fn set_up_itself(py: Python<'_>) -> PyResult<()> {
    femto_python::setup_rust_logging(py)
}

fn level(name: &str) -> log::Level {
    name.parse().expect("the tests name levels")
}

/// Logs with a target.
#[pyfunction]
fn log_one(name: &str, target: &str, message: &str) {
    log::log!(target: target, level(name), "{message}");
}

#[pyfunction]
fn log_fields() {
    log::info!(target: "ext::fields", number = 7, text = "a b", yes = true, ratio = 0.5, name = "hidden",
        debug:? = [1, 2], big = u64::MAX; "with fields");
}

/// Logs on a thread of Rust's, which is waited for: detached, as the rule is.
#[pyfunction]
fn on_thread(py: Python<'_>, count: u32, named: bool) {
    py.detach(|| {
        let mut builder = thread::Builder::new();
        if named {
            builder = builder.name("rust-worker".into());
        }
        let work = move || (0..count).for_each(|i| log::info!(target: "ext::thread", "record {i}"));
        builder.spawn(work).expect("a thread").join().expect("no panic");
    });
}

/// `count` records from each of four threads, attached nowhere.
#[pyfunction]
fn burst(py: Python<'_>, count: u32) {
    let work =
        |number: u32| move || (0..count).for_each(|i| log::info!(target: "ext", "{number} {i}"));
    py.detach(|| {
        let threads: Vec<_> = (0..4).map(|number| thread::spawn(work(number))).collect();
        threads.into_iter().for_each(|thread| thread.join().expect("no panic"));
    });
}

#[pyfunction]
fn max_level() -> &'static str {
    log::max_level().as_str()
}

static WORKERS: std::sync::Mutex<Vec<JoinHandle<()>>> = std::sync::Mutex::new(Vec::new());
static STOP: std::sync::atomic::AtomicBool = std::sync::atomic::AtomicBool::new(false);

/// Starts a thread that logs until the process ends, or `stop`.
#[pyfunction]
fn start(target: String) {
    let worker = thread::spawn(move || {
        while !STOP.load(std::sync::atomic::Ordering::Relaxed) {
            log::info!(target: &target, "busy");
            thread::yield_now();
        }
    });
    WORKERS.lock().expect("no panic").push(worker);
}

#[pyfunction]
fn stop(py: Python<'_>) {
    STOP.store(true, std::sync::atomic::Ordering::Relaxed);
    let workers = std::mem::take(&mut *WORKERS.lock().expect("no panic"));
    py.detach(|| workers.into_iter().for_each(|worker| worker.join().expect("no panic")));
}

/// Logs without attaching while the interpreter's lock is held by the caller: what never attaches needs no lock.
#[pyfunction]
fn wait(count: u32) {
    let work = move || (0..count).for_each(|i| log::info!(target: "ext", "unattached {i}"));
    thread::spawn(work).join().expect("no panic");
}

#[pyfunction]
fn trace(message: &str) {
    tracing::info!(target: "ext::trace", answer = 42, "{message}");
    tracing::debug!(target: "ext::trace", "a debug event");
}

#[pyfunction]
fn in_span(user: &str) {
    let outer = tracing::info_span!(target: "ext::trace", "request", user, id = 1, later = tracing::field::Empty);
    let _outer = outer.enter();
    let inner = tracing::info_span!(target: "ext::trace", "query", id = 2);
    inner.in_scope(|| {
        outer.record("later", true);
        tracing::warn!(target: "ext::trace", rows = 3, "slow");
    });
}

/// Logs when it goes.
#[pyclass]
struct Late;

#[pymethods]
impl Late {
    #[new]
    fn new() -> Self {
        Self
    }
}

impl Drop for Late {
    fn drop(&mut self) {
        log::info!(target: "ext", "dropped");
    }
}
