//! A forked child, in a test of its own process.

use core::panic::AssertUnwindSafe;
use std::io::{Write, stderr};
use std::panic::catch_unwind;

use crate::scratch::wait_until;

/// Runs `work` in a forked child; fails unless that ends well, in time.
pub(crate) fn in_child(work: impl FnOnce()) -> libc::pid_t {
    // SAFETY: the child runs on this thread alone, and ends by `_exit`.
    match unsafe { libc::fork() } {
        0 => {
            // SAFETY: the signal ends the process: it hangs.
            unsafe { libc::alarm(10) };
            // The last thread of a process that unwinds to its end ends it well.
            let panic = catch_unwind(AssertUnwindSafe(work)).err();
            if let Some(panic) = &panic {
                let text = panic.downcast_ref::<String>().map(String::as_str);
                let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
                let _ = writeln!(stderr(), "in the child: {}", text.unwrap_or("a panic"));
            }
            // SAFETY: nothing of the parent's is run at this end.
            unsafe { libc::_exit(i32::from(panic.is_some())) }
        }
        child => child,
    }
}

pub(crate) fn wait(child: libc::pid_t) {
    let mut status = -1;
    wait_until("the child", || {
        // SAFETY: `status` is written for the time of the call.
        unsafe { libc::waitpid(child, &mut status, libc::WNOHANG) == child }
    });
    assert_eq!(status, 0, "the child failed");
}
