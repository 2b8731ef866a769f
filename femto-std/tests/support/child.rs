//! A forked child, in a test of its own process.

use crate::scratch::wait_until;

/// Runs `work` in a forked child; fails unless that ends well, in time.
pub(crate) fn in_child(work: impl FnOnce()) -> libc::pid_t {
    // SAFETY: the child runs on this thread alone, and ends by `_exit`.
    match unsafe { libc::fork() } {
        0 => {
            // SAFETY: the signal ends the process: it hangs.
            unsafe { libc::alarm(10) };
            work();
            // SAFETY: nothing of the parent's is run at this end.
            unsafe { libc::_exit(0) }
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
