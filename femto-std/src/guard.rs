//! Guard: the end of logging, in the application's hand.

use core::time::Duration;
use std::io::{self, Write};

use crate::engine;

/// Writes everything and ends the background threads when it is dropped.
///
/// Made by [`Manager::guard`](crate::Manager::guard). What could not be written within the deadline
/// (5 seconds unless set) is said on standard error, with the sink's error.
///
/// The deadline is one for all handlers together. A sink that fails is tried again until then: a collector of
/// logs that refuses connections may be one that is being restarted, and gets its records if it is back in time.
/// If ends shall be quick, whoever is dead, set a shorter one.
#[derive(Debug)]
#[must_use = "dropping the guard at once ends logging at once"]
pub struct Guard {
    deadline: Duration,
}

impl Guard {
    pub(crate) const fn new() -> Self {
        Self { deadline: Duration::from_secs(5) }
    }

    /// Sets how long dropping it may take.
    pub const fn with_deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        if let Err(error) = engine::shutdown(self.deadline) {
            // Standard error is the last resort: there is nobody to tell that it failed.
            let _ = writeln!(io::stderr(), "femtologging: {error}");
        }
    }
}
