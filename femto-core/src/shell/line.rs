//! The line that is being typed.

use core::fmt;

use heapless::Vec;

/// Bytes typed since the last Enter, without what was taken back.
pub(super) struct Line<const N: usize> {
    bytes: Vec<u8, N>,
    /// Whether bytes found no room.
    is_cut: bool,
    awaited: Awaited,
}

/// What a byte brings about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    Nothing,
    /// The byte was added.
    Typed,
    /// There is no room for the byte.
    Refused,
    /// The last character was taken back.
    TakenBack,
    /// The line is to be cleared and begun anew.
    Dropped,
    /// The line is complete; it stays until it is cleared.
    Entered,
}

/// What the bytes before may have begun.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Awaited {
    Nothing,
    /// After CR: an LF belongs to it.
    LineFeed,
    /// After ESC: the second byte of an escape sequence, of an arrow key for instance.
    Escape,
    /// After ESC [: parameters and a final byte (ECMA-48).
    Final,
    /// After ESC O: one byte, of a function key.
    Last,
}

impl<const N: usize> Line<N> {
    pub(super) const fn new() -> Self {
        Self { bytes: Vec::new(), is_cut: false, awaited: Awaited::Nothing }
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    pub(super) fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    pub(super) fn clear(&mut self) {
        self.bytes.clear();
        self.is_cut = false;
    }

    /// The line as text.
    pub(super) fn text(&self) -> Result<&str, Unreadable> {
        if self.is_cut {
            return Err(Unreadable::TooLong(N));
        }
        core::str::from_utf8(&self.bytes).map_err(|_| Unreadable::NotUtf8)
    }

    pub(super) fn feed(&mut self, byte: u8) -> Step {
        let awaited = core::mem::replace(&mut self.awaited, Awaited::Nothing);
        match (awaited, byte) {
            (Awaited::LineFeed, b'\n') => Step::Nothing,
            (Awaited::Escape, b'[') => self.wait_for(Awaited::Final),
            (Awaited::Escape, b'O') => self.wait_for(Awaited::Last),
            (Awaited::Final, b' '..=b'?') => self.wait_for(Awaited::Final),
            (Awaited::Escape | Awaited::Final | Awaited::Last, b' '..=b'~') => Step::Nothing,
            (_, ESCAPE) => self.wait_for(Awaited::Escape),
            (_, b'\r') => {
                self.awaited = Awaited::LineFeed;
                Step::Entered
            }
            (_, b'\n') => Step::Entered,
            (_, BACKSPACE | DELETE) => self.take_back(),
            (_, CONTROL_C | CONTROL_U) => Step::Dropped,
            (_, b' '..=b'~' | 0x80..) => self.push(byte),
            _ => Step::Nothing,
        }
    }

    fn wait_for(&mut self, awaited: Awaited) -> Step {
        self.awaited = awaited;
        Step::Nothing
    }

    fn push(&mut self, byte: u8) -> Step {
        if self.bytes.push(byte).is_err() {
            self.is_cut = true;
            return Step::Refused;
        }
        Step::Typed
    }

    /// Takes the last character back.
    fn take_back(&mut self) -> Step {
        // Who corrects a line sees what of it was taken.
        self.is_cut = false;
        let Some(mut last) = self.bytes.pop() else { return Step::Nothing };
        while is_continuation(last) {
            match self.bytes.pop() {
                Some(before) => last = before,
                None => break,
            }
        }
        Step::TakenBack
    }
}

/// A line that is no command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unreadable {
    /// With the most bytes that a line takes.
    TooLong(usize),
    NotUtf8,
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong(most) => write!(f, "the line is too long: {most} bytes at most"),
            Self::NotUtf8 => f.write_str("the line is not text in UTF-8"),
        }
    }
}

/// Whether `byte` continues a character in UTF-8.
const fn is_continuation(byte: u8) -> bool {
    byte & 0xC0 == 0x80
}

const CONTROL_C: u8 = 0x03;
const BACKSPACE: u8 = 0x08;
const CONTROL_U: u8 = 0x15;
const ESCAPE: u8 = 0x1B;
const DELETE: u8 = 0x7F;

#[cfg(test)]
mod tests {
    use super::*;

    /// What is in the line after these bytes.
    fn typed(bytes: &[u8]) -> Line<8> {
        let mut line = Line::new();
        bytes.iter().for_each(|byte| _ = line.feed(*byte));
        line
    }

    #[test]
    fn backspace_takes_whole_characters_back() {
        assert_eq!(typed("a€b\x08\x7F".as_bytes()).text(), Ok("a"));
        assert_eq!(typed(b"\x08a").text(), Ok("a"));
        assert_eq!(typed(b"a\xC3").text(), Err(Unreadable::NotUtf8));
    }

    #[test]
    fn escape_sequences_leave_nothing_behind() {
        assert_eq!(typed(b"a\x1B[Ab\x1B[1;5Dc\x1BOPd\x1Bxe").text(), Ok("abcde"));
        let mut line = typed(b"a\x1B[1");
        assert_eq!(line.feed(b'\r'), Step::Entered);
    }

    #[test]
    fn a_line_too_long_is_refused_unless_it_is_corrected() {
        assert_eq!(typed(b"12345678").text(), Ok("12345678"));
        assert_eq!(typed(b"123456789").text(), Err(Unreadable::TooLong(8)));
        assert_eq!(typed(b"123456789\x08").text(), Ok("1234567"));
    }

    #[test]
    fn cr_and_lf_and_both_end_a_line_once() {
        let entered = |bytes: &[u8]| {
            let mut line = Line::<8>::new();
            bytes.iter().filter(|byte| line.feed(**byte) == Step::Entered).count()
        };
        assert_eq!([entered(b"\r"), entered(b"\n"), entered(b"\r\n")], [1; 3]);
        assert_eq!([entered(b"\n\n"), entered(b"\r\r"), entered(b"\r\n\n")], [2; 3]);
    }
}
