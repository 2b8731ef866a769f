//! One conversion of a percent template, `%-10.3s` and its like, and how it prints a value.
//!
//! Runs on the *collector*; [`Spec::accepts`] on the *caller*. The results are those of CPython's
//! `PyUnicode_Format`.

use core::fmt::{self, Write};

use femto_core::Value;

use super::number::{self, Base, Digits, MAX_PRECISION, Notation};
use super::{Conversion, repr, text};

/// A conversion with its flags, width and precision.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Spec {
    pub(super) conversion: Conversion,
    /// No flags, no width, no precision.
    pub(super) plain: bool,
    pub(super) flags: Flags,
    pub(super) width: u16,
    pub(super) precision: Option<u16>,
}

/// The flags `-+ #0`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Flags {
    pub(super) left: bool,
    pub(super) plus: bool,
    pub(super) blank: bool,
    pub(super) alternate: bool,
    pub(super) zero: bool,
}

/// Why a value could not be printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PrintError {
    /// Python would raise, or the result is not in UTF-8.
    Refused,
    /// The writer failed.
    Write,
}

impl From<fmt::Error> for PrintError {
    fn from(_: fmt::Error) -> Self {
        Self::Write
    }
}

impl Spec {
    /// `%s`
    pub(crate) const TEXT: Self = Self {
        conversion: Conversion::Text,
        plain: true,
        flags: Flags { left: false, plus: false, blank: false, alternate: false, zero: false },
        width: 0,
        precision: None,
    };

    /// The same width, for a text.
    pub(crate) fn of_text(self) -> Self {
        let flags = Flags { left: self.flags.left, ..Flags::default() };
        Self {
            conversion: Conversion::Text,
            plain: self.plain,
            flags,
            width: self.width,
            precision: None,
        }
    }

    /// `%s`: what is written is the text itself.
    pub(crate) fn is_plain_text(&self) -> bool {
        self.plain && self.conversion == Conversion::Text
    }

    /// Whether Python would print the value with this conversion.
    #[inline]
    pub(crate) fn accepts(&self, value: &Value<'_>) -> bool {
        match self.conversion {
            Conversion::Text | Conversion::Repr | Conversion::Ascii => true,
            Conversion::Decimal => match value {
                Value::F64(x) => x.is_finite(),
                Value::F32(x) => x.is_finite(),
                _ => is_integer(value),
            },
            Conversion::Octal | Conversion::Hex | Conversion::UpperHex => is_integer(value),
            Conversion::Char => character(value).is_some(),
            _ => matches!(value, Value::F64(_) | Value::F32(_)) || is_integer(value),
        }
    }

    /// Prints the value.
    #[inline]
    pub(crate) fn write<W: Write + ?Sized>(
        &self,
        value: &Value<'_>,
        out: &mut W,
    ) -> Result<(), PrintError> {
        if self.plain {
            let mut digits = itoa::Buffer::new();
            let text = match (self.conversion, *value) {
                (Conversion::Text, Value::Str(text) | Value::Rendered(text)) => text,
                (Conversion::Text | Conversion::Decimal, Value::I64(n)) => digits.format(n),
                (Conversion::Text | Conversion::Decimal, Value::I32(n)) => digits.format(n),
                (Conversion::Text | Conversion::Decimal, Value::U64(n)) => digits.format(n),
                (Conversion::Text | Conversion::Decimal, Value::U32(n)) => digits.format(n),
                _ => return self.write_any(value, out),
            };
            return Ok(out.write_str(text)?);
        }
        if let (Conversion::Text, Value::Str(text), None) = (self.conversion, value, self.precision)
        {
            return self.write_padded(text, out);
        }
        self.write_any(value, out)
    }

    fn write_any<W: Write + ?Sized>(
        &self,
        value: &Value<'_>,
        out: &mut W,
    ) -> Result<(), PrintError> {
        if !self.accepts(value) {
            return Err(PrintError::Refused);
        }
        match self.conversion {
            Conversion::Text | Conversion::Repr | Conversion::Ascii => {
                self.write_object(value, out)
            }
            Conversion::Char => {
                let character = character(value).ok_or(PrintError::Refused)?;
                self.write_padded(character.encode_utf8(&mut [0; 4]), out)
            }
            _ => self.write_number(value, out),
        }
    }

    fn write_object<W: Write + ?Sized>(
        &self,
        value: &Value<'_>,
        out: &mut W,
    ) -> Result<(), PrintError> {
        if self.width == 0 && self.precision.is_none() {
            return Ok(write_converted(value, self.conversion, out)?);
        }
        let mut made = String::new();
        let all = match (value, self.conversion) {
            (Value::Str(text), Conversion::Text) => text,
            _ => {
                write_converted(value, self.conversion, &mut made)?;
                made.as_str()
            }
        };
        let shown = match self.precision {
            Some(characters) => text::first(all, characters.into()),
            None => all,
        };
        self.write_padded(shown, out)
    }

    fn write_padded<W: Write + ?Sized>(&self, text: &str, out: &mut W) -> Result<(), PrintError> {
        let fill = text::missing(text, self.width);
        if !self.flags.left {
            text::write_fill(' ', fill, out)?;
        }
        out.write_str(text)?;
        if self.flags.left {
            text::write_fill(' ', fill, out)?;
        }
        Ok(())
    }

    fn write_number<W: Write + ?Sized>(
        &self,
        value: &Value<'_>,
        out: &mut W,
    ) -> Result<(), PrintError> {
        let mut digits = Digits::new();
        let mut prefix = "";
        let negative;
        let base = match self.conversion {
            Conversion::Decimal => Some((Base::Decimal, "")),
            Conversion::Octal => Some((Base::Octal, "0o")),
            Conversion::Hex => Some((Base::Hex, "0x")),
            Conversion::UpperHex => Some((Base::UpperHex, "0X")),
            _ => None,
        };
        if let Some((base, base_prefix)) = base {
            negative = self.integer_digits(value, base, &mut digits)?;
            if self.flags.alternate {
                prefix = base_prefix;
            }
        } else {
            let x = number::float(value).ok_or(PrintError::Refused)?;
            negative = x.is_sign_negative() && !x.is_nan();
            let precision = self.precision.unwrap_or(6);
            let notation = self.conversion.notation();
            number::write_float(x.abs(), notation, precision, self.flags.alternate, &mut digits);
            if self.conversion.is_upper() {
                digits.make_ascii_uppercase();
            }
        }
        let sign = match (negative, self.flags.plus, self.flags.blank) {
            (true, _, _) => "-",
            (false, true, _) => "+",
            (false, false, true) => " ",
            (false, false, false) => "",
        };
        let length = sign.len() + prefix.len() + digits.len();
        let fill = usize::from(self.width).saturating_sub(length);
        let Flags { left, zero, .. } = self.flags;
        if !left && !zero {
            text::write_fill(' ', fill, out)?;
        }
        out.write_str(sign)?;
        out.write_str(prefix)?;
        if zero && !left {
            text::write_fill('0', fill, out)?;
        }
        out.write_str(&digits)?;
        if left {
            text::write_fill(' ', fill, out)?;
        }
        Ok(())
    }

    /// Writes the digits; gives whether the number is negative.
    fn integer_digits(
        &self,
        value: &Value<'_>,
        base: Base,
        digits: &mut Digits,
    ) -> Result<bool, PrintError> {
        let least = self.precision.unwrap_or(0).min(MAX_PRECISION);
        if let Some((negative, magnitude)) = number::integer(value) {
            number::write_integer(magnitude, base, least.into(), digits);
            return Ok(negative);
        }
        let x = number::float(value).ok_or(PrintError::Refused)?.trunc();
        if x.abs() < TWO_TO_64 {
            number::write_integer((x.abs() as u64).into(), base, least.into(), digits);
            return Ok(x < 0.0);
        }
        let mut whole = Digits::new();
        number::write_float(x.abs(), Notation::Fixed, 0, false, &mut whole);
        for _ in whole.len()..least.into() {
            digits.push('0').map_err(|_| PrintError::Refused)?;
        }
        digits.push_str(&whole).map_err(|_| PrintError::Refused)?;
        Ok(x < 0.0)
    }
}

/// Writes `str`, `repr` or `ascii` of the value, without width.
pub(super) fn write_converted<W: Write + ?Sized>(
    value: &Value<'_>,
    conversion: Conversion,
    out: &mut W,
) -> fmt::Result {
    let quoted = conversion != Conversion::Text;
    let ascii = conversion == Conversion::Ascii;
    match *value {
        Value::None => out.write_str("None"),
        Value::Bool(true) => out.write_str("True"),
        Value::Bool(false) => out.write_str("False"),
        Value::F64(x) => number::write_float_repr(x, out),
        Value::F32(x) => number::write_f32_repr(x, out),
        Value::Bytes(bytes) => repr::write_bytes_repr(bytes, out),
        Value::Str(text) if quoted => repr::write_str_repr(text, ascii, out),
        Value::Char(c) if quoted => repr::write_str_repr(c.encode_utf8(&mut [0; 4]), ascii, out),
        Value::Rendered(text) if ascii => repr::write_ascii(text, out),
        Value::Str(text) | Value::Rendered(text) => out.write_str(text),
        // Integers and characters print as in Rust; what is not a Python value too.
        ref other => write!(out, "{other}"),
    }
}

fn is_integer(value: &Value<'_>) -> bool {
    matches!(
        value,
        Value::Bool(_)
            | Value::I8(_)
            | Value::I16(_)
            | Value::I32(_)
            | Value::I64(_)
            | Value::U8(_)
            | Value::U16(_)
            | Value::U32(_)
            | Value::U64(_)
            | Value::I128(_)
            | Value::U128(_)
    )
}

/// The argument of `%c`. Surrogates, which Python would print, are not in UTF-8: `None`.
fn character(value: &Value<'_>) -> Option<char> {
    match *value {
        Value::Char(character) => Some(character),
        Value::Str(text) => {
            let mut characters = text.chars();
            characters.next().filter(|_| characters.next().is_none())
        }
        _ => match number::integer(value)? {
            (true, 1..) => None,
            (_, code) => char::from_u32(u32::try_from(code).ok()?),
        },
    }
}

const TWO_TO_64: f64 = 18_446_744_073_709_551_616.0;
