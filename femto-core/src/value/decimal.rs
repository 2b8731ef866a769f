//! Numbers as text. Runs on the *collector* or *drain*.
//!
//! `core::fmt` does this too, but with every flag of a format specification, which takes kilobytes of
//! flash that a plain `{}` has no use for.

use core::fmt;

#[cfg(any(test, not(feature = "alloc")))]
use crate::division::divide;

/// Writes a number in decimal, with so many digits at least, of which there is always one.
pub(crate) fn write_decimal(number: u64, least: usize, out: &mut dyn fmt::Write) -> fmt::Result {
    // With an allocator there is room for the code too, and time matters more.
    #[cfg(feature = "alloc")]
    {
        let mut buffer = itoa::Buffer::new();
        let digits = buffer.format(number);
        (digits.len()..least).try_for_each(|_| out.write_char('0'))?;
        out.write_str(digits)
    }
    #[cfg(not(feature = "alloc"))]
    out.write_str(digits(&parts(number), least, &mut Digits::new()))
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
        write_decimal(number.unsigned_abs(), 1, out)
    }
}

/// Writes a number as a format specification asks.
pub(super) fn pad_decimal(number: u64, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    pad(true, number, f)
}

/// Writes a number that may be negative as a format specification asks.
pub(super) fn pad_signed(number: i64, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    pad(number >= 0, number.unsigned_abs(), f)
}

fn pad(is_nonnegative: bool, number: u64, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    #[cfg(feature = "alloc")]
    return f.pad_integral(is_nonnegative, "", itoa::Buffer::new().format(number));
    #[cfg(not(feature = "alloc"))]
    f.pad_integral(is_nonnegative, "", digits(&parts(number), 1, &mut Digits::new()))
}

/// Writes a number of 128 bits, with its sign.
#[cfg(feature = "int128")]
pub(super) fn write_wide(is_negative: bool, number: u128, out: &mut dyn fmt::Write) -> fmt::Result {
    if is_negative {
        out.write_str("-")?;
    }
    #[cfg(feature = "alloc")]
    return out.write_str(itoa::Buffer::new().format(number));
    #[cfg(not(feature = "alloc"))]
    out.write_str(digits(&wide_parts(number), 1, &mut Digits::new()))
}

/// [`pad_signed`] for 128 bits.
#[cfg(feature = "int128")]
pub(super) fn pad_wide(is_negative: bool, number: u128, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    #[cfg(feature = "alloc")]
    return f.pad_integral(!is_negative, "", itoa::Buffer::new().format(number));
    #[cfg(not(feature = "alloc"))]
    f.pad_integral(!is_negative, "", digits(&wide_parts(number), 1, &mut Digits::new()))
}

/// A number in parts below a billion, the highest first.
#[cfg(any(test, not(feature = "alloc")))]
fn parts(number: u64) -> [u32; 3] {
    let (high, low) = divide(number, BILLION);
    let (highest, high) = divide(high, BILLION);
    [highest as u32, high as u32, low as u32]
}

#[cfg(all(feature = "int128", any(test, not(feature = "alloc"))))]
fn wide_parts(number: u128) -> [u32; 5] {
    let mut limbs = [96, 64, 32, 0].map(|shift| (number >> shift) as u32);
    let mut parts = [0; 5];
    for part in parts.iter_mut().rev() {
        let mut rest = 0;
        for limb in &mut limbs {
            let (quotient, remainder) = divide(rest << 32 | u64::from(*limb), BILLION);
            *limb = quotient as u32;
            rest = remainder;
        }
        *part = rest as u32;
    }
    parts
}

/// Room for the digits of 128 bits.
#[cfg(any(test, not(feature = "alloc")))]
type Digits = heapless::String<39>;

/// The digits of a number in parts, found by subtraction: the smallest processors divide in software.
#[cfg(any(test, not(feature = "alloc")))]
fn digits<'t>(parts: &[u32], least: usize, text: &'t mut Digits) -> &'t str {
    let mut left = parts.len() * POWERS.len();
    let mut has_begun = false;
    for part in parts {
        let mut rest = *part;
        for &power in &POWERS {
            let mut digit = 0;
            while rest >= power {
                rest -= power;
                digit += 1;
            }
            has_begun |= digit > 0 || left <= least;
            if has_begun {
                // Seen to be ASCII, a character takes less code.
                let _ = text.push(char::from((b'0' | digit) & 0x7f));
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

    fn written(number: u64, least: usize) -> String {
        let mut text = String::new();
        write_decimal(number, least, &mut text).unwrap();
        assert_eq!(digits(&parts(number), least, &mut Digits::new()), text);
        text
    }

    proptest! {
        #[test]
        fn numbers_have_their_digits(number: u64, shift in 0_u32..64) {
            let number = number >> shift;
            prop_assert_eq!(written(number, 1), number.to_string());
            prop_assert_eq!(written(number, 4), format!("{number:04}"));
            prop_assert_eq!(written(number, 9), format!("{number:09}"));
        }

        #[test]
        fn negative_numbers_have_their_sign(number: i64, shift in 0_u32..64) {
            let mut text = String::new();
            write_signed(number >> shift, &mut text).unwrap();
            prop_assert_eq!(text, (number >> shift).to_string());
        }
    }

    proptest! {
        #[test]
        #[cfg(feature = "int128")]
        fn wide_numbers_have_their_digits(number: u128, shift in 0_u32..128) {
            let number = number >> shift;
            let mut text = String::new();
            write_wide(false, number, &mut text).unwrap();
            let expected = number.to_string();
            prop_assert_eq!(text, expected.as_str());
            let mut room = Digits::new();
            prop_assert_eq!(digits(&wide_parts(number), 1, &mut room), expected);
        }
    }

    #[test]
    fn the_least_and_the_greatest_have_their_digits() {
        for number in [0, 1, 9, 10, BILLION - 1, BILLION, BILLION * BILLION, u64::MAX] {
            assert_eq!(written(number, 1), number.to_string());
        }
        #[cfg(feature = "int128")]
        let mut room = Digits::new();
        #[cfg(feature = "int128")]
        assert_eq!(digits(&wide_parts(u128::MAX), 1, &mut room), u128::MAX.to_string());
        let mut text = String::new();
        write_signed(i64::MIN, &mut text).unwrap();
        assert_eq!(text, i64::MIN.to_string());
    }
}
