//! What the operating system tells and calls: identifiers, signals, forks, the end of the process.
#![allow(unsafe_code)]

pub(crate) mod signal;

use core::cell::Cell;
use core::mem::MaybeUninit;
use core::ptr;
use core::time::Duration;
use std::ffi::CString;
use std::io;
use std::os::fd::{AsRawFd, BorrowedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::thread::{self, JoinHandle};

use crate::{engine, registry, state};

/// The kernel's identifier of the calling thread.
pub(crate) fn thread_id() -> u64 {
    // SAFETY: the call takes nothing and cannot fail.
    (unsafe { libc::gettid() }) as u64
}

/// Whether a write would not have to wait.
pub(crate) fn takes_bytes(descriptor: BorrowedFd<'_>) -> bool {
    let mut poll = libc::pollfd { fd: descriptor.as_raw_fd(), events: libc::POLLOUT, revents: 0 };
    // SAFETY: `poll` is one `pollfd` that lives through the call, which does not wait.
    unsafe { libc::poll(&mut poll, 1, 0) == 1 && poll.revents & libc::POLLOUT != 0 }
}

/// Whether another machine, or a program on this one, answers for what is done to a file or folder. One
/// that cannot be looked at counts as local.
pub(crate) fn is_served(path: &Path) -> bool {
    let Ok(path) = CString::new(path.as_os_str().as_bytes()) else { return false };
    let mut system = MaybeUninit::<libc::statfs>::uninit();
    // SAFETY: `path` ends with a zero and lives through the call, which fills `system` if it succeeds.
    let kind = unsafe {
        (libc::statfs(path.as_ptr(), system.as_mut_ptr()) == 0).then(|| system.assume_init().f_type)
    };
    kind.is_some_and(|kind| SERVED.contains(&(kind as u32)))
}

/// Kinds of file systems that are served: `statfs(2)` and the kernel's `magic.h` have the numbers.
const SERVED: [u32; 11] = [
    0x0102_1997, // 9P
    0x5346_414f, // AFS
    0x00c3_6400, // Ceph
    0xff53_4d42, // CIFS
    0x7375_7245, // Coda
    0x6573_5546, // FUSE
    0x0bd0_0bd0, // Lustre
    0x0000_564c, // NCP
    0x0000_6969, // NFS
    0x0000_517b, // SMB
    0xfe53_4d42, // SMB 2 and 3
];

/// What the system knows of a connection without asking the other end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Connection {
    Open,
    /// The other end is closed.
    Closed,
    /// It broke, or the other end was closed with bytes unread.
    Broken,
}

pub(crate) fn connection(descriptor: BorrowedFd<'_>) -> Connection {
    let mut poll = libc::pollfd { fd: descriptor.as_raw_fd(), events: libc::POLLRDHUP, revents: 0 };
    // SAFETY: `poll` is one `pollfd` that lives through the call, which does not wait.
    match unsafe { libc::poll(&mut poll, 1, 0) } {
        1 if poll.revents & libc::POLLERR != 0 => Connection::Broken,
        1 => Connection::Closed,
        _ => Connection::Open,
    }
}

/// Waits until one of them has something to read, or is at its end, for so long at most; says of each.
#[cfg(feature = "cli")]
pub(crate) fn wait_to_read(descriptors: &[BorrowedFd<'_>], most: Duration) -> Vec<bool> {
    let poll =
        |fd: &BorrowedFd<'_>| libc::pollfd { fd: fd.as_raw_fd(), events: libc::POLLIN, revents: 0 };
    let mut polls: Vec<_> = descriptors.iter().map(poll).collect();
    let most = libc::c_int::try_from(most.as_millis()).unwrap_or(libc::c_int::MAX);
    // SAFETY: `polls` holds as many `pollfd` as are told, and lives through the call.
    let found = unsafe { libc::poll(polls.as_mut_ptr(), polls.len() as libc::nfds_t, most) };
    // One that a signal ended is as one that found nothing.
    polls.iter().map(|poll| found > 0 && poll.revents != 0).collect()
}

/// Bytes written to a socket that the other end has not acknowledged (`SIOCOUTQ`); `None` if the
/// system does not tell.
pub(crate) fn unsent_bytes(descriptor: BorrowedFd<'_>) -> Option<usize> {
    let mut bytes: libc::c_int = 0;
    // SAFETY: the request writes one `int`, which `bytes` is.
    let answer = unsafe { libc::ioctl(descriptor.as_raw_fd(), libc::TIOCOUTQ, &mut bytes) };
    if answer == 0 { usize::try_from(bytes).ok() } else { None }
}

/// Has writes wait for room.
pub(crate) fn set_blocking(descriptor: BorrowedFd<'_>) -> io::Result<()> {
    let descriptor = descriptor.as_raw_fd();
    // SAFETY: the request takes nothing, gives flags, and touches no memory.
    let flags = unsafe { libc::fcntl(descriptor, libc::F_GETFL) };
    if flags == -1 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: the request takes flags and touches no memory.
    match unsafe { libc::fcntl(descriptor, libc::F_SETFL, flags & !libc::O_NONBLOCK) } {
        -1 => Err(io::Error::last_os_error()),
        _ => Ok(()),
    }
}

/// Starts a thread of the engine.
pub(crate) fn spawn(
    name: &str,
    work: impl FnOnce() + Send + 'static,
) -> io::Result<JoinHandle<()>> {
    spawn_aside(name, || {
        IS_ENGINE.set(true);
        work();
    })
}

/// Starts a thread that may wait for the engine. It leaves all signals to the application's own
/// threads.
pub(crate) fn spawn_aside(
    name: &str,
    work: impl FnOnce() + Send + 'static,
) -> io::Result<JoinHandle<()>> {
    let (mut all, mut before) = (MaybeUninit::uninit(), MaybeUninit::uninit());
    // SAFETY: there is room for a set, which the call initialises.
    unsafe { libc::sigfillset(all.as_mut_ptr()) };
    // SAFETY: the set was just initialised. The one of before is by this call, which only fails where its
    // first argument is none of three.
    unsafe { libc::pthread_sigmask(libc::SIG_BLOCK, all.as_ptr(), before.as_mut_ptr()) };
    let spawned = thread::Builder::new().name(name.to_owned()).spawn(work);
    // SAFETY: the set was initialised by the call above; the third argument may be null.
    unsafe { libc::pthread_sigmask(libc::SIG_SETMASK, before.as_ptr(), ptr::null_mut()) };
    spawned
}

/// Works as the collector would; does nothing if the calling thread is at it already.
pub(crate) fn as_engine_thread(work: impl FnOnce()) {
    if IS_ENGINE.replace(true) {
        return;
    }
    // Also when it panics: else the thread would never again wait for what it logs, nor flush.
    let _until_then = Working;
    work();
}

/// The thread is the caller's own again when this is dropped.
struct Working;

impl Drop for Working {
    fn drop(&mut self) {
        IS_ENGINE.set(false);
    }
}

/// Whether the calling thread is the collector or a worker: it must not wait for itself.
pub(crate) fn is_engine_thread() -> bool {
    IS_ENGINE.get()
}

thread_local! {
    static IS_ENGINE: Cell<bool> = const { Cell::new(false) };
}

/// Has the engine survive forks and finish its work before the process ends.
///
/// When the program is loaded: hooks that came with the first use would be missed by a fork that another
/// thread had begun before, and its child find the registry locked for ever.
extern "C" fn install_hooks() {
    // SAFETY: the function is `extern "C"`, takes nothing, and lives as long as the program. It does not
    // unwind: an unwinding `extern "C"` function aborts.
    unsafe { libc::atexit(at_exit) };
    // SAFETY: likewise, all three.
    unsafe { libc::pthread_atfork(Some(before_fork), Some(after_fork), Some(in_child)) };
}

// SAFETY: the section is of such addresses: the system's start-up code calls each once. What this one
// calls needs nothing of the standard library.
#[used]
#[cfg_attr(not(target_vendor = "apple"), unsafe(link_section = ".init_array"))]
#[cfg_attr(target_vendor = "apple", unsafe(link_section = "__DATA,__mod_init_func"))]
static AT_START: extern "C" fn() = install_hooks;

extern "C" fn before_fork() {
    registry::hold();
}

extern "C" fn after_fork() {
    registry::let_go();
}

extern "C" fn in_child() {
    IS_ENGINE.set(false);
    registry::leave_parents();
    state::begin_epoch();
    signal::in_child();
    registry::let_go();
}

extern "C" fn at_exit() {
    if !is_engine_thread() {
        // There is nobody to tell; what was not written is in the handlers' statistics.
        let _ = engine::shutdown(EXIT_DEADLINE);
    }
}

/// How long the end of the process waits for sinks.
const EXIT_DEADLINE: Duration = Duration::from_secs(5);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::unwind::guarded;

    #[test]
    fn a_thread_whose_work_panicked_is_the_callers_own_again() {
        assert!(guarded(|| as_engine_thread(|| panic!("as asked"))).is_none());
        assert!(!is_engine_thread());
    }
}
