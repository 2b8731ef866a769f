//! `ufmt`: the caller formats a line on its stack and copies it into a ring of bytes. It has no levels.

use core::convert::Infallible;

use crate::text_ring;

/// A line on the caller's stack; what does not fit is left out.
pub(crate) struct Line(heapless::Vec<u8, 128>);

impl Line {
    pub(crate) fn new() -> Self {
        Self(heapless::Vec::new())
    }

    pub(crate) fn push(&self) {
        text_ring::push(&self.0);
    }
}

impl ufmt::uWrite for Line {
    type Error = Infallible;

    fn write_str(&mut self, text: &str) -> Result<(), Infallible> {
        let _ = self.0.extend_from_slice(text.as_bytes());
        Ok(())
    }
}

/// Starts it.
pub fn init() {}

/// Sends what waits.
pub fn drain() {
    text_ring::drain();
}

/// Switches the statements off at run time, if that is possible.
pub fn switch_off() -> bool {
    false
}

/// Whether a level above the ceiling can be compiled out.
pub const HAS_CEILING: bool = false;

macro_rules! info {
    ($plain:tt | $typed:tt $(, $value:expr)*) => {{
        let mut line = $crate::front::Line::new();
        let _ = ufmt::uwrite!(&mut line, "{} INFO ", $crate::now());
        let _ = ufmt::uwriteln!(&mut line, $plain $(, $value)*);
        line.push();
    }};
}
macro_rules! debug {
    ($plain:tt | $typed:tt $(, $value:expr)*) => { $(let _ = $value;)* };
}
