//! No front end: the program that the sizes of the others are compared with.

/// Starts it.
pub fn init() {}

/// Sends what waits.
pub fn drain() {}

/// Switches the statements off at run time, if that is possible.
pub fn switch_off() -> bool {
    false
}

/// Whether a level above the ceiling can be compiled out.
pub const HAS_CEILING: bool = false;

#[allow(unused_macros)]
macro_rules! info {
    ($plain:tt | $typed:tt $(, $value:expr)*) => { $(let _ = $value;)* };
}
macro_rules! debug {
    ($plain:tt | $typed:tt $(, $value:expr)*) => { $(let _ = $value;)* };
}
