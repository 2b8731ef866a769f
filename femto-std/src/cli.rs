//! What the command `femto` uses of the library. Not part of the public interface.

use core::time::Duration;
use std::os::fd::BorrowedFd;

pub use crate::formatter::layout::{Layout, pattern};
use crate::{Color, Level, formatter, level, os};

/// Whether to colour, as consoles do.
#[must_use]
pub fn is_colored(color: Color, is_terminal: bool) -> bool {
    color.is_on(is_terminal, |name| std::env::var_os(name))
}

/// Reads a level, as [`level_named`](crate::level_named); `None` for what is none.
#[must_use]
pub fn find_level(name: &str) -> Option<Level> {
    level::find_level(name)
}

/// Appends a line as a console handler would show that of a record.
pub fn push_line(line: &str, level: Level, is_colored: bool, out: &mut String) {
    formatter::push_console_line(line, level, is_colored, out);
}

/// Whether nobody will read what is written there.
#[must_use]
pub fn is_hung_up(descriptor: BorrowedFd<'_>) -> bool {
    os::connection(descriptor) != os::Connection::Open
}

/// Waits until one of them has something to read, or is at its end, for so long at most; says of each.
#[must_use]
pub fn wait_to_read(descriptors: &[BorrowedFd<'_>], most: Duration) -> Vec<bool> {
    os::wait_to_read(descriptors, most)
}
