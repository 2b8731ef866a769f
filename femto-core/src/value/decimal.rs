//! Numbers as text. Runs on the *collector* or *drain*.
//!
//! `core::fmt` does this too, but with every flag of a format specification, which takes kilobytes of
//! flash that a plain `{}` has no use for.

use core::fmt;

#[cfg(any(test, not(feature = "alloc")))]
use crate::division::divide;

/// Writes a number in decimal; in front of it `fill`, an ASCII character, up to so many characters.
pub(crate) fn write_decimal(
    number: u64,
    width: usize,
    fill: u8,
    out: &mut dyn fmt::Write,
) -> fmt::Result {
    // With an allocator there is room for the code too, and time matters more.
    #[cfg(feature = "alloc")]
    {
        let mut buffer = itoa::Buffer::new();
        let digits = buffer.format(number);
        (digits.len()..width).try_for_each(|_| out.write_char(fill.into()))?;
        out.write_str(digits)
    }
    #[cfg(not(feature = "alloc"))]
    out.write_str(&digits(number, width, fill))
}

/// Writes a number that may be negative.
pub(crate) fn write_signed(number: i64, out: &mut dyn fmt::Write) -> fmt::Result {
    #[cfg(feature = "alloc")]
    return out.write_str(itoa::Buffer::new().format(number));
    #[cfg(not(feature = "alloc"))]
    {
        if number < 0 {
            out.write_str("-")?;
        }
        write_decimal(number.unsigned_abs(), 0, b' ', out)
    }
}

/// The digits, found by subtraction: the smallest processors divide in software.
#[cfg(any(test, not(feature = "alloc")))]
fn digits(number: u64, width: usize, fill: u8) -> heapless::String<20> {
    let (high, low) = divide(number, BILLION);
    let (highest, high) = divide(high, BILLION);
    let mut text = heapless::String::new();
    let mut left = 3 * POWERS.len();
    let mut has_begun = false;
    for part in &[highest, high, low] {
        // Less than a billion, for `number` is less than a billion cubed.
        let mut rest = *part as u32;
        for &power in &POWERS {
            let mut digit = 0;
            while rest >= power {
                rest -= power;
                digit += 1;
            }
            has_begun |= digit > 0 || left == 1;
            if has_begun || left <= width {
                let character = if has_begun { b'0' | digit } else { fill };
                // Seen to be ASCII, a character takes less code.
                let _ = text.push(char::from(character & 0x7f));
            }
            left -= 1;
        }
    }
    text
}

#[cfg(any(test, not(feature = "alloc")))]
const BILLION: u64 = 1_000_000_000;
/// What the digits of a number below a billion stand for.
#[cfg(any(test, not(feature = "alloc")))]
const POWERS: [u32; 9] = [100_000_000, 10_000_000, 1_000_000, 100_000, 10_000, 1_000, 100, 10, 1];

#[cfg(test)]
mod tests {
    use std::string::{String, ToString};

    use proptest::prelude::*;

    use super::*;

    fn written(number: u64, width: usize, fill: u8) -> String {
        let mut text = String::new();
        write_decimal(number, width, fill, &mut text).unwrap();
        assert_eq!(digits(number, width, fill).as_str(), text);
        text
    }

    proptest! {
        #[test]
        fn numbers_have_their_digits(number: u64, shift in 0_u32..64) {
            let number = number >> shift;
            prop_assert_eq!(written(number, 0, b' '), number.to_string());
            prop_assert_eq!(written(number, 4, b' '), format!("{number:4}"));
            prop_assert_eq!(written(number, 9, b'0'), format!("{number:09}"));
        }

        #[test]
        fn negative_numbers_have_their_sign(number: i64, shift in 0_u32..64) {
            let mut text = String::new();
            write_signed(number >> shift, &mut text).unwrap();
            prop_assert_eq!(text, (number >> shift).to_string());
        }
    }

    #[test]
    fn the_least_and_the_greatest_have_their_digits() {
        for number in [0, 1, 9, 10, BILLION - 1, BILLION, BILLION * BILLION, u64::MAX] {
            assert_eq!(written(number, 0, b' '), number.to_string());
        }
        let mut text = String::new();
        write_signed(i64::MIN, &mut text).unwrap();
        assert_eq!(text, i64::MIN.to_string());
    }
}
