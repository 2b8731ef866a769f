//! Signal: what becomes of records when the system asks the process to end?
//!
//! A thread of its own, once asked for, waits until a signal came, has everything written, and lets the
//! signal end the process. *Callers* have nothing to do with it.

use core::fmt;
use core::time::Duration;

use crate::os::signal::{self as os_signal, Waiter};
use crate::{Error, Guard, engine, os, registry, state};

/// A signal that asks a process to end.
///
/// # Examples
/// ```
/// use femto_std::Signal;
///
/// assert_eq!(Signal::Term.to_string(), "TERM");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Signal {
    /// `SIGHUP`: the terminal was closed.
    Hup,
    /// `SIGINT`: Ctrl-C.
    Int,
    /// `SIGQUIT`: Ctrl-\, which leaves a core dump.
    Quit,
    /// `SIGTERM`: what `kill`, systemd, Docker and Kubernetes send first.
    Term,
}

impl Signal {
    /// All of them.
    pub(crate) const ALL: [Self; 4] = [Self::Hup, Self::Int, Self::Quit, Self::Term];

    /// Its name, without `SIG`.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Hup => "HUP",
            Self::Int => "INT",
            Self::Quit => "QUIT",
            Self::Term => "TERM",
        }
    }

    const fn number(self) -> i32 {
        match self {
            Self::Hup => libc::SIGHUP,
            Self::Int => libc::SIGINT,
            Self::Quit => libc::SIGQUIT,
            Self::Term => libc::SIGTERM,
        }
    }
}

impl fmt::Display for Signal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What was asked for, in the registry.
#[derive(Debug)]
pub(crate) struct Signals {
    /// Whether any is waited for, by this process or by its parent.
    is_wanted: bool,
    deadline: Duration,
    /// The epoch of the process whose thread waits.
    waiting: Option<u32>,
}

impl Signals {
    pub(crate) const fn new() -> Self {
        Self { is_wanted: false, deadline: Duration::ZERO, waiting: None }
    }
}

/// Does what can fail of waiting for signals.
pub(crate) fn prepare() -> Result<(), Error> {
    start().map_err(|source| Error::WatchSignals { source })
}

/// Waits for these signals from now on, and for no others.
pub(crate) fn shutdown_on(signals: &[Signal], deadline: Duration) -> Result<(), Error> {
    if !signals.is_empty() {
        prepare()?;
    }
    let mut registry = registry::lock();
    registry.signals.is_wanted = !signals.is_empty();
    registry.signals.deadline = deadline;
    for signal in Signal::ALL {
        let done = match signals.contains(&signal) {
            true => os_signal::watch(signal.number()),
            false => os_signal::unwatch(signal.number()),
        };
        // The system knows these signals, and lets them be handled.
        done.map_err(|source| Error::WatchSignals { source })?;
    }
    Ok(())
}

/// In a forked child, at its first record: it has its parent's handlers, but not the thread.
pub(crate) fn start_in_child() {
    if registry::lock().signals.is_wanted {
        // Without the thread a signal ends the child at once, as it did before.
        let _ = start();
    }
}

/// Starts the thread that waits, once a process.
fn start() -> std::io::Result<()> {
    let mut registry = registry::lock();
    if registry.signals.waiting == Some(state::epoch()) {
        return Ok(());
    }
    let waiter = Waiter::new()?;
    registry.signals.waiting = Some(state::epoch());
    drop(registry);
    let started = os::spawn_aside("femto-signals", move || run(waiter));
    if started.is_err() {
        registry::lock().signals.waiting = None;
    }
    started.map(drop)
}

fn run(mut waiter: Waiter) {
    while let Ok(came) = waiter.wait() {
        for signal in Signal::ALL {
            if came & 1 << signal.number() != 0 {
                take(signal);
            }
        }
    }
}

/// Has everything written. A signal that is somebody else's too does not end the process: he knows when.
fn take(signal: Signal) {
    let deadline = registry::lock().signals.deadline;
    if os_signal::is_default(signal.number()) {
        // Says what was not written.
        drop(Guard::new().with_deadline(deadline));
        // The application may have taken it over meanwhile.
        if os_signal::is_default(signal.number()) {
            os_signal::end_by(signal.number());
        }
        os_signal::goes_on();
        return;
    }
    // Who ends the process will be told.
    let _ = engine::flush(deadline);
}
