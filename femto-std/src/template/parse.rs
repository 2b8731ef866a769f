//! Reads the conversions of a percent template.
//!
//! Runs on the *caller*, once per template, for [`super::percent`].

use super::Conversion;
use super::number::MAX_PRECISION;
use super::spec::{Flags, Spec};

/// A position in a template.
pub(super) struct Parser<'t> {
    pub(super) text: &'t str,
    pub(super) at: usize,
}

impl<'t> Parser<'t> {
    /// Reads what follows a `%`; `None` if it is not understood.
    pub(super) fn conversion(&mut self) -> Option<(Option<&'t str>, Spec)> {
        let key = if self.eat(b'(') { Some(self.key()?) } else { None };
        let mut flags = Flags::default();
        loop {
            match self.peek()? {
                b'-' => flags.left = true,
                b'+' => flags.plus = true,
                b' ' => flags.blank = true,
                b'#' => flags.alternate = true,
                b'0' => flags.zero = true,
                _ => break,
            }
            self.at += 1;
        }
        let width = self.number()?;
        // A point alone is a precision of zero.
        let precision = if self.eat(b'.') { Some(self.number()?) } else { None };
        if matches!(self.peek()?, b'h' | b'l' | b'L') {
            self.at += 1;
        }
        let conversion = Conversion::from_byte(self.peek()?)?;
        self.at += 1;
        let plain = flags == Flags::default() && width == 0 && precision.is_none();
        Some((key, Spec { conversion, plain, flags, width, precision }))
    }

    /// Reads up to the parenthesis that closes the key; keys may nest them.
    fn key(&mut self) -> Option<&'t str> {
        let start = self.at;
        let mut open = 1;
        loop {
            match self.peek()? {
                b'(' => open += 1,
                b')' => open -= 1,
                _ => {}
            }
            self.at += 1;
            if open == 0 {
                return Some(&self.text[start..self.at - 1]);
            }
        }
    }

    /// Reads digits, possibly none; `None` above the limit.
    fn number(&mut self) -> Option<u16> {
        let mut number = 0;
        while let Some(digit @ b'0'..=b'9') = self.peek() {
            number = number * 10 + u16::from(digit - b'0');
            if number > MAX_PRECISION {
                return None;
            }
            self.at += 1;
        }
        Some(number)
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    pub(super) fn eat(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }
}
