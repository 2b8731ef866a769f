//! Numbers as Python prints them: the digits, without sign, width or fill.
//!
//! Runs on the *collector*, below the conversions of templates ([`super::spec`], [`super::brace`]).

use core::cmp::Ordering;
use core::fmt::{self, Write};

use femto_core::Value;

/// Room for the longest number: 309 digits before the point and [`MAX_PRECISION`] after it.
pub(super) type Digits = heapless::String<1024>;

/// The highest precision done here; more is left to Python.
pub(super) const MAX_PRECISION: u16 = 512;

/// How to write a floating-point number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Notation {
    /// `%f`
    Fixed,
    /// `%e`
    Exponent,
    /// `%g`
    General,
    /// Python's `format(x, ".3")`: as `%g`, with at least one digit after the point.
    GeneralPoint,
}

/// An integer as its sign and magnitude; `None` for what is not one.
pub(super) fn integer(value: &Value<'_>) -> Option<(bool, u128)> {
    let signed = |n: i128| (n < 0, n.unsigned_abs());
    Some(match *value {
        Value::Bool(b) => (false, b.into()),
        Value::I8(n) => signed(n.into()),
        Value::I16(n) => signed(n.into()),
        Value::I32(n) => signed(n.into()),
        Value::I64(n) => (n < 0, n.unsigned_abs().into()),
        Value::U8(n) => (false, n.into()),
        Value::U16(n) => (false, n.into()),
        Value::U32(n) => (false, n.into()),
        Value::U64(n) => (false, n.into()),
        Value::I128(halves) => signed(whole(halves).cast_signed()),
        Value::U128(halves) => (false, whole(halves)),
        _ => return None,
    })
}

/// A float or integer as a float, rounded as Python rounds; `None` for what is neither.
pub(super) fn float(value: &Value<'_>) -> Option<f64> {
    match *value {
        Value::F64(x) => Some(x),
        Value::F32(x) => Some(x.into()),
        _ => integer(value).map(|(negative, magnitude)| {
            let x = magnitude as f64;
            if negative { -x } else { x }
        }),
    }
}

/// Writes a magnitude in base 8, 10 or 16, with at least `least` digits.
pub(super) fn write_integer(magnitude: u128, base: Base, least: usize, out: &mut Digits) {
    if let (Base::Decimal, 0, Ok(small)) = (base, least, u64::try_from(magnitude)) {
        return push(out, itoa::Buffer::new().format(small));
    }
    let mut text: heapless::String<128> = heapless::String::new();
    let result = match base {
        Base::Binary => write!(text, "{magnitude:b}"),
        Base::Octal => write!(text, "{magnitude:o}"),
        Base::Hex => write!(text, "{magnitude:x}"),
        Base::UpperHex => write!(text, "{magnitude:X}"),
        Base::Decimal => text.write_str(itoa::Buffer::new().format(magnitude)),
    };
    debug_assert!(result.is_ok(), "128 bits have at most 128 digits");
    for _ in text.len()..least {
        push(out, "0");
    }
    push(out, &text);
}

/// The base of a printed integer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Base {
    Binary,
    Octal,
    Decimal,
    Hex,
    UpperHex,
}

/// Writes a magnitude (not negative, possibly infinite or not a number).
///
/// `alternate` keeps the point and, for the general notation, the zeros at the end.
pub(super) fn write_float(
    magnitude: f64,
    notation: Notation,
    precision: u16,
    alternate: bool,
    out: &mut Digits,
) {
    if !magnitude.is_finite() {
        push(out, if magnitude.is_nan() { "nan" } else { "inf" });
        return;
    }
    let precision = usize::from(precision.min(MAX_PRECISION));
    match notation {
        Notation::Fixed => write_fixed(magnitude, precision, alternate, out),
        Notation::Exponent => write_exponent(magnitude, precision, alternate, false, out),
        Notation::General | Notation::GeneralPoint => {
            let point = notation == Notation::GeneralPoint;
            write_general(magnitude, precision.max(1), alternate, point, out);
        }
    }
}

fn write_fixed(magnitude: f64, precision: usize, alternate: bool, out: &mut Digits) {
    match scaled(magnitude, precision) {
        Some((scaled, unit)) => {
            let mut digits = itoa::Buffer::new();
            push(out, digits.format(scaled / unit));
            if precision > 0 {
                push(out, ".");
                let fraction = digits.format(scaled % unit);
                push(out, &ZEROS[fraction.len()..precision]);
                push(out, fraction);
            }
        }
        None => print(out, format_args!("{magnitude:.precision$}")),
    }
    if alternate && precision == 0 {
        push(out, ".");
    }
}

/// The magnitude in units of the last digit, rounded half to even, and how many units make one.
///
/// `None` where that does not fit in 64 bits, or is not exact in 128. It is what most numbers in
/// messages need, at a fraction of the cost of `core::fmt`.
fn scaled(magnitude: f64, precision: usize) -> Option<(u64, u64)> {
    let unit = 10u64.checked_pow(u32::try_from(precision).ok()?)?;
    let bits = magnitude.to_bits();
    let (exponent, fraction) = (bits >> 52 & 0x7FF, bits & ((1 << 52) - 1));
    if exponent == 0 {
        // Zero, and numbers too small for any of these precisions.
        return Some((0, unit));
    }
    // The magnitude is the mantissa, an integer, divided by two to the power of `shift`.
    let mantissa = fraction | 1 << 52;
    let shift = 1075u64.checked_sub(exponent)?;
    let exact = u128::from(mantissa) * u128::from(unit);
    // A shift of 127 leaves nothing of a product of 53 and 64 bits.
    let shift = shift.min(127);
    let (whole, rest) = (exact >> shift, exact & ((1 << shift) - 1));
    let rounded = match (rest << 1).cmp(&(1 << shift)) {
        Ordering::Less => whole,
        Ordering::Equal => whole + (whole & 1),
        Ordering::Greater => whole + 1,
    };
    Some((u64::try_from(rounded).ok()?, unit))
}

/// `d.ddde+dd`: the exponent has a sign and at least two digits.
fn write_exponent(x: f64, precision: usize, alternate: bool, strip: bool, out: &mut Digits) {
    let mut text = Digits::new();
    print(&mut text, format_args!("{x:.precision$e}"));
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let kept = if strip { without_zeros(mantissa) } else { mantissa };
    push(out, kept);
    if alternate && !kept.contains('.') {
        push(out, ".");
    }
    push_exponent(exponent, out);
}

/// C's `%g`: `significant` digits, the exponent only where it is small or large.
fn write_general(x: f64, significant: usize, alternate: bool, point: bool, out: &mut Digits) {
    let mut probe = Digits::new();
    print(&mut probe, format_args!("{x:.*e}", significant - 1));
    let exponent: i32 = probe.split_once('e').and_then(|(_, e)| e.parse().ok()).unwrap_or(0);
    let limit = significant.saturating_sub(usize::from(point));
    if exponent < -4 || exponent >= i32::try_from(limit).unwrap_or(i32::MAX) {
        write_exponent(x, significant - 1, alternate, !alternate, out);
        return;
    }
    let after = i32::try_from(significant).unwrap_or(i32::MAX) - 1 - exponent;
    let after = usize::try_from(after).unwrap_or(0);
    let mut text = Digits::new();
    print(&mut text, format_args!("{x:.after$}"));
    let kept = if alternate { text.as_str() } else { without_zeros(&text) };
    push(out, kept);
    if !kept.contains('.') {
        match (point, alternate) {
            (true, _) => push(out, ".0"),
            (false, true) => push(out, "."),
            (false, false) => {}
        }
    }
}

/// Writes `repr(x)`: the fewest digits that read back, an exponent below 1e-4 and from 1e16.
pub(super) fn write_float_repr<W: Write + ?Sized>(x: f64, out: &mut W) -> fmt::Result {
    if x.is_nan() {
        return out.write_str("nan");
    }
    if x.is_infinite() {
        return out.write_str(if x < 0.0 { "-inf" } else { "inf" });
    }
    write_shortest(zmij::Buffer::new().format_finite(x), x.abs(), out)
}

/// As [`write_float_repr`], with the fewest digits that read back as an `f32`.
pub(super) fn write_f32_repr<W: Write + ?Sized>(x: f32, out: &mut W) -> fmt::Result {
    if !x.is_finite() {
        return write_float_repr(x.into(), out);
    }
    write_shortest(zmij::Buffer::new().format_finite(x), f64::from(x.abs()), out)
}

/// Brings the shortest digits into Python's form, where they are not in it.
fn write_shortest<W: Write + ?Sized>(text: &str, magnitude: f64, out: &mut W) -> fmt::Result {
    let plain = magnitude == 0.0 || (1e-4..1e16).contains(&magnitude);
    if plain && !text.as_bytes().contains(&b'e') {
        return out.write_str(text);
    }
    let (sign, text) = text.strip_prefix('-').map_or(("", text), |rest| ("-", rest));
    out.write_str(sign)?;
    let (mantissa, exponent) = text.split_once('e').unwrap_or((text, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let mut all: heapless::String<64> = heapless::String::new();
    let fits = all.push_str(whole).and_then(|()| all.push_str(fraction));
    debug_assert!(fits.is_ok(), "a float has at most 17 digits and few zeros");
    // The value is 0.DIGITS times ten to the power of `point`.
    let leading = all.len() - all.trim_start_matches('0').len();
    let point = exponent + whole.len() as i32 - leading as i32;
    let digits = all.trim_matches('0');
    if (-3..=16).contains(&point) {
        return write_positional(digits, point, out);
    }
    let (first, rest) = digits.split_at(1.min(digits.len()));
    out.write_str(first)?;
    if !rest.is_empty() {
        write!(out, ".{rest}")?;
    }
    let exponent = point - 1;
    let sign = if exponent < 0 { '-' } else { '+' };
    write!(out, "e{sign}{:02}", exponent.unsigned_abs())
}

fn write_positional<W: Write + ?Sized>(digits: &str, point: i32, out: &mut W) -> fmt::Result {
    let Ok(before) = usize::try_from(point) else {
        return write!(out, "0.{:0>1$}", digits, digits.len() + point.unsigned_abs() as usize);
    };
    match before {
        0 => write!(out, "0.{digits}"),
        _ if before >= digits.len() => write!(out, "{digits:0<before$}.0"),
        _ => write!(out, "{}.{}", &digits[..before], &digits[before..]),
    }
}

fn push_exponent(exponent: &str, out: &mut Digits) {
    let (sign, digits) = exponent.strip_prefix('-').map_or(("+", exponent), |rest| ("-", rest));
    push(out, "e");
    push(out, sign);
    if digits.len() < 2 {
        push(out, "0");
    }
    push(out, digits);
}

fn without_zeros(text: &str) -> &str {
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { text }
}

/// As many as the digits after the point that [`scaled`] does.
const ZEROS: &str = "0000000000000000000";

fn whole([low, high]: [u64; 2]) -> u128 {
    u128::from(low) | u128::from(high) << 64
}

fn push(out: &mut Digits, text: &str) {
    let result = out.push_str(text);
    debug_assert!(result.is_ok(), "the limits on precision keep numbers within the buffer");
}

fn print(out: &mut Digits, what: fmt::Arguments<'_>) {
    let result = out.write_fmt(what);
    debug_assert!(result.is_ok(), "the limits on precision keep numbers within the buffer");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::template::python::Random;

    #[test]
    fn the_short_way_of_fixed_numbers_gives_what_core_fmt_gives() {
        let mut random = Random(7);
        let mut short = 0;
        for _ in 0..200_000 {
            let bits = random.next();
            let magnitude = match random.below(4) {
                0 => f64::from_bits(bits).abs(),
                1 => (bits >> random.below(64)) as f64 / 1024.0,
                2 => bits as f64 * 10f64.powi(-(random.below(45) as i32)),
                _ => (bits % 100_000) as f64 / 16.0,
            };
            let precision = random.below(24);
            if !magnitude.is_finite() {
                continue;
            }
            short += usize::from(scaled(magnitude, precision).is_some());
            let mut digits = Digits::new();
            write_float(magnitude, Notation::Fixed, precision as u16, false, &mut digits);
            assert_eq!(digits.as_str(), format!("{magnitude:.precision$}"), "{magnitude:?}");
        }
        assert!(short > 50_000, "only {short} numbers took the short way");
    }
}
