//! What the programs for Linux share: the shape of their lines, which is that of the firmware's, and their set-up.

use core::error::Error;
use core::time::Duration;
use std::ffi::CString;
use std::io;
use std::path::Path;
use std::sync::Arc;

use femto_core::{Field, FormatterBuilder};
use femto_std::formatter::{Formatter, PatternFormatter, PatternStyle};
use femto_std::{Guard, Handler, Manager, handlers::StreamHandlerBuilder};

/// How a program ends.
pub type Outcome = Result<(), Box<dyn Error + Send + Sync>>;

/// Lets the root logger write to standard output. The end of the guard writes everything.
///
/// # Errors
/// Those of the handler's builder.
pub fn log_to_stdout() -> Result<(Guard, Arc<Handler>), Box<dyn Error + Send + Sync>> {
    let handler = StreamHandlerBuilder::stdout().with_formatter(Arc::new(LINES.text())).build()?;
    let manager = Manager::global();
    manager.root().add_handler(handler.clone());
    Ok((manager.guard(), handler))
}

/// Lines as the core's formatters make them where there is no clock.
pub const LINES: FormatterBuilder = FormatterBuilder::new()
    .with_fields(&[Field::LEVEL, Field::NAME, Field::text(": "), Field::MESSAGE, Field::KEY_VALUES])
    .with_escaping(true);

/// Lines that are nothing but the message.
///
/// # Errors
/// None: the pattern is right.
pub fn messages() -> Result<Arc<dyn Formatter>, Box<dyn Error + Send + Sync>> {
    Ok(Arc::new(PatternFormatter::new("%(message)s", PatternStyle::Percent)?))
}

/// Makes a named pipe.
///
/// # Errors
/// The system's.
pub fn make_pipe(path: &Path) -> io::Result<()> {
    let path = CString::new(path.as_os_str().as_encoded_bytes())?;
    // SAFETY: the path is a text that ends with a NUL.
    match unsafe { libc::mkfifo(path.as_ptr(), 0o600) } {
        0 => Ok(()),
        _ => Err(io::Error::last_os_error()),
    }
}

/// Sends `SIGALRM` to the process so often from now on, less than a second apart; zero ends it.
///
/// # Errors
/// The system's.
pub fn ring_alarms(every: Duration, handler: extern "C" fn(libc::c_int)) -> io::Result<()> {
    // SAFETY: a zeroed action is a valid one; what the handler does is safe code that only logs and counts.
    let result = unsafe {
        let mut action: libc::sigaction = core::mem::zeroed();
        action.sa_sigaction = handler as *const () as usize;
        action.sa_flags = libc::SA_RESTART;
        libc::sigaction(libc::SIGALRM, &raw const action, core::ptr::null_mut())
    };
    if result != 0 {
        return Err(io::Error::last_os_error());
    }
    let interval = libc::timeval { tv_sec: 0, tv_usec: every.subsec_micros() as _ };
    let timer = libc::itimerval { it_interval: interval, it_value: interval };
    // SAFETY: `timer` is a valid timer.
    match unsafe { libc::setitimer(libc::ITIMER_REAL, &raw const timer, core::ptr::null_mut()) } {
        0 => Ok(()),
        _ => Err(io::Error::last_os_error()),
    }
}

/// Keeps `SIGALRM` from the calling thread.
pub fn block_alarms() {
    // SAFETY: the set is made empty before it is used; nobody asks for the old one.
    unsafe {
        let mut set: libc::sigset_t = core::mem::zeroed();
        libc::sigemptyset(&raw mut set);
        libc::sigaddset(&raw mut set, libc::SIGALRM);
        libc::pthread_sigmask(libc::SIG_BLOCK, &raw const set, core::ptr::null_mut());
    }
}

/// How many records a line says were dropped; `None` if it is no such line.
#[must_use]
pub fn told_dropped(line: &str) -> Option<u64> {
    let count =
        line.strip_suffix(" records dropped").or_else(|| line.strip_suffix(" record dropped"));
    count?.parse().ok()
}
