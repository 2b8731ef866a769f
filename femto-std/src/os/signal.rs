//! Signal handlers: what the system calls when a signal comes that shall end the process.
//!
//! What runs in the handler is all in here, and async-signal-safe: atomics, `getpid`, `sigaction`,
//! `write`, and what ends a process. `signal-hook`, by which handlers are usually shared, does not tell
//! whether the application has one of its own; here that is what decides.
#![allow(unsafe_code)]

use core::ffi::{c_int, c_void};
use core::mem::{self, MaybeUninit};
use core::ptr;
use core::sync::atomic::{AtomicBool, AtomicI32, AtomicPtr, AtomicU32, Ordering};
use std::fs::File;
use std::io::{self, Read};
use std::os::fd::FromRawFd;

/// The descriptor by which the handler wakes the thread that waits, and whose process that is: a forked
/// child has both, but not the thread.
static WAKER: AtomicI32 = AtomicI32::new(-1);
static OWNER: AtomicI32 = AtomicI32::new(0);
/// What came, a bit by number.
static CAME: AtomicU32 = AtomicU32::new(0);
/// What is waited for.
static WANTED: AtomicU32 = AtomicU32::new(0);
/// For what the handler is installed, or was when another one took its place, which may call it.
static INSTALLED: AtomicU32 = AtomicU32::new(0);
/// Whether a signal is ending the process.
static IS_ENDING: AtomicBool = AtomicBool::new(false);
/// What was there before, by number.
static BEFORE: [AtomicPtr<libc::sigaction>; 32] = [const { AtomicPtr::new(ptr::null_mut()) }; 32];

/// The end of the descriptor at which the thread waits. It is never closed: a handler may be about to
/// write to it, and its number would be another file's.
#[derive(Debug)]
pub(crate) struct Waiter(&'static File);

impl Waiter {
    /// From now on the handler wakes this one.
    pub(crate) fn new() -> io::Result<Self> {
        // SAFETY: the call touches no memory.
        let descriptor = unsafe { libc::eventfd(0, libc::EFD_CLOEXEC) };
        if descriptor == -1 {
            return Err(io::Error::last_os_error());
        }
        // SAFETY: the descriptor was just made, and is nobody else's.
        let file = unsafe { File::from_raw_fd(descriptor) };
        WAKER.store(descriptor, Ordering::SeqCst);
        OWNER.store(std::process::id().cast_signed(), Ordering::SeqCst);
        Ok(Self(Box::leak(Box::new(file))))
    }

    /// Waits for signals; answers which came, a bit by number.
    pub(crate) fn wait(&mut self) -> io::Result<u32> {
        self.0.read_exact(&mut [0; 8])?;
        Ok(CAME.swap(0, Ordering::SeqCst))
    }
}

/// Has a signal wake the waiter, unless the process was started with it ignored (`nohup`): it stays so.
/// Not by two threads at once.
pub(crate) fn watch(signal: c_int) -> io::Result<()> {
    let current = action(signal)?;
    if current.sa_sigaction == libc::SIG_IGN {
        return Ok(());
    }
    WANTED.fetch_or(bit(signal), Ordering::SeqCst);
    let is_known = INSTALLED.load(Ordering::SeqCst) & bit(signal) != 0;
    // Another one that came after ours calls it, or shall have the signal alone: were ours put above it,
    // the two would call each other for ever.
    if is_known && current.sa_sigaction != libc::SIG_DFL {
        return Ok(());
    }
    remember(signal, current);
    INSTALLED.fetch_or(bit(signal), Ordering::SeqCst);
    let mut own = current;
    let handler: extern "C" fn(c_int, *mut libc::siginfo_t, *mut c_void) = on_signal;
    own.sa_sigaction = handler as usize;
    own.sa_flags = libc::SA_SIGINFO | libc::SA_RESTART | libc::SA_ONSTACK;
    if current.sa_sigaction == libc::SIG_DFL {
        // The kernel does what a handler could not: with the first signal the default is back, so that a
        // second one ends the process whatever the first waits for.
        own.sa_flags |= libc::SA_RESETHAND;
    }
    set_action(signal, &own)
}

/// Puts back what was there, unless another handler took the place of ours.
pub(crate) fn unwatch(signal: c_int) -> io::Result<()> {
    WANTED.fetch_and(!bit(signal), Ordering::SeqCst);
    let handler: extern "C" fn(c_int, *mut libc::siginfo_t, *mut c_void) = on_signal;
    if action(signal)?.sa_sigaction != handler as usize {
        return Ok(());
    }
    let before = BEFORE[signal as usize].load(Ordering::SeqCst);
    // SAFETY: what is there is never freed or written again; it was stored before the handler was set.
    set_action(signal, unsafe { &*before })?;
    INSTALLED.fetch_and(!bit(signal), Ordering::SeqCst);
    Ok(())
}

/// Whether nobody but the system would take the signal.
pub(crate) fn is_default(signal: c_int) -> bool {
    action(signal).is_ok_and(|action| action.sa_sigaction == libc::SIG_DFL)
}

/// Ends the process as the signal does by default. The first process of a container has no default:
/// it ends with the status that a shell gives one that the signal ended.
pub(crate) fn end_by(signal: c_int) -> ! {
    let mut set = MaybeUninit::uninit();
    // SAFETY: `sigemptyset` initialises the set, which the next two take; the third argument of the last of
    // them may be null; `raise` and `_exit` take numbers.
    unsafe {
        libc::sigemptyset(set.as_mut_ptr());
        libc::sigaddset(set.as_mut_ptr(), signal);
        libc::pthread_sigmask(libc::SIG_UNBLOCK, set.as_ptr(), ptr::null_mut());
        libc::raise(signal);
        libc::_exit(128 + signal)
    }
}

/// Another signal is not the second one any more: the first did not end the process.
pub(crate) fn goes_on() {
    IS_ENDING.store(false, Ordering::SeqCst);
}

/// In a forked child: what came was the parent's.
pub(super) fn in_child() {
    CAME.store(0, Ordering::SeqCst);
    goes_on();
}

extern "C" fn on_signal(signal: c_int, info: *mut libc::siginfo_t, context: *mut c_void) {
    // SAFETY: the place is the calling thread's own.
    let errno = unsafe { *libc::__errno_location() };
    let is_wanted = WANTED.load(Ordering::SeqCst) & bit(signal) != 0;
    // SAFETY: the call takes nothing and cannot fail.
    let is_owner = OWNER.load(Ordering::SeqCst) == unsafe { libc::getpid() };
    let ends = is_default(signal);
    if ends && (!is_wanted || !is_owner || IS_ENDING.swap(true, Ordering::SeqCst)) {
        end_by(signal);
    }
    if is_wanted && is_owner {
        CAME.fetch_or(bit(signal), Ordering::SeqCst);
        let one = 1_u64.to_ne_bytes();
        // SAFETY: `one` is eight bytes, and the descriptor is never closed.
        unsafe { libc::write(WAKER.load(Ordering::SeqCst), one.as_ptr().cast(), one.len()) };
    }
    let before = BEFORE[signal as usize & 31].load(Ordering::SeqCst);
    // SAFETY: what is there is never freed or written again.
    if let Some(before) = unsafe { before.as_ref() } {
        call(before, signal, info, context);
    }
    // SAFETY: as above.
    unsafe { *libc::__errno_location() = errno };
}

/// Calls a handler that was there before, if it is one.
fn call(before: &libc::sigaction, signal: c_int, info: *mut libc::siginfo_t, context: *mut c_void) {
    let handler = before.sa_sigaction;
    if handler == libc::SIG_DFL || handler == libc::SIG_IGN {
        return;
    }
    // Its address came as a number from whoever installed it.
    let handler = ptr::with_exposed_provenance::<()>(handler);
    if before.sa_flags & libc::SA_SIGINFO != 0 {
        type Handler = extern "C" fn(c_int, *mut libc::siginfo_t, *mut c_void);
        // SAFETY: the flag says that it is a function of this type.
        let handler = unsafe { mem::transmute::<*const (), Handler>(handler) };
        handler(signal, info, context);
    } else {
        // SAFETY: without the flag it is a function of this type.
        let handler = unsafe { mem::transmute::<*const (), extern "C" fn(c_int)>(handler) };
        handler(signal);
    }
}

fn action(signal: c_int) -> io::Result<libc::sigaction> {
    // The system's masks are shorter than the library's: what is not written is zero.
    let mut action = MaybeUninit::zeroed();
    // SAFETY: the call only reads, into a place for it.
    match unsafe { libc::sigaction(signal, ptr::null(), action.as_mut_ptr()) } {
        // SAFETY: the call succeeded, and all that it may leave out was zero: numbers, and an `Option`.
        0 => Ok(unsafe { action.assume_init() }),
        _ => Err(io::Error::last_os_error()),
    }
}

fn set_action(signal: c_int, action: &libc::sigaction) -> io::Result<()> {
    // SAFETY: the action is one that the system gave, or names `on_signal`, which is of the type that
    // its flags say.
    match unsafe { libc::sigaction(signal, action, ptr::null_mut()) } {
        0 => Ok(()),
        _ => Err(io::Error::last_os_error()),
    }
}

/// Keeps what is there before: for ever, as a handler may be reading it. What is kept already is not
/// kept again.
fn remember(signal: c_int, current: libc::sigaction) {
    let place = &BEFORE[signal as usize];
    // SAFETY: what is there is never freed or written again.
    let kept = unsafe { place.load(Ordering::SeqCst).as_ref() };
    let is_kept = kept.is_some_and(|kept| {
        (kept.sa_sigaction, kept.sa_flags) == (current.sa_sigaction, current.sa_flags)
    });
    if !is_kept {
        place.store(Box::into_raw(Box::new(current)), Ordering::SeqCst);
    }
}

/// Signals that ask a process to end have numbers below 32 on all systems.
const fn bit(signal: c_int) -> u32 {
    1 << (signal & 31)
}
