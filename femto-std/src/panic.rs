//! Panic: has a panic be a record, and everything be written before the process may end.
//!
//! Runs on the thread that panics. Nothing in it may panic: that would abort the process.

use core::cell::Cell;
use core::time::Duration;
use std::panic::{self, PanicHookInfo};
use std::sync::Once;
use std::thread;

use femto_core::frame::portable::{Portable, Style};
use femto_core::{Details, Level, Record};

use crate::unwind::guarded;
use crate::{Logger, Manager, engine, os};

/// Installs the hook, once a process: the one that was there is called first.
pub(crate) fn install(logger: Logger) {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| {
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            before(info);
            // A panic of what runs below is told by the other hook, and that is all; so is one of a sink,
            // a formatter or a filter, which is caught.
            if os::is_engine_thread() || IS_INSIDE.replace(true) {
                return;
            }
            let _ = guarded(|| log(logger, info));
            IS_INSIDE.set(false);
        }));
    });
}

thread_local! {
    static IS_INSIDE: Cell<bool> = const { Cell::new(false) };
}

fn log(logger: Logger, info: &PanicHookInfo<'_>) {
    if !logger.enabled(LEVEL) {
        return;
    }
    let thread = thread::current();
    let name = thread.name().unwrap_or("unnamed");
    let reason = info.payload_as_str().unwrap_or("a value that is no text");
    let message = format!("thread '{name}' panicked: {reason}");
    let Some(route) = logger.admit(LEVEL, &message) else { return };
    let mut frame = Vec::new();
    let written = Portable {
        level: LEVEL,
        style: Style::Ready,
        template: &message,
        arguments: &[][..],
        location: info.location().map(|location| (location.file(), location.line())),
        key_values: None::<&[_]>,
        ..Portable::default()
    }
    .write(&mut frame);
    let Ok(()) = written;
    route.submit(LEVEL, engine::now(), &frame);
    // What takes longer is written by the end of the process, if it ends well.
    let _ = Manager::global().flush(DEADLINE);
}

const LEVEL: Level = Level::CRITICAL;
/// How long a thread that panics waits for sinks.
const DEADLINE: Duration = Duration::from_millis(200);
