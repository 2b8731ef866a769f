//! One replacement field of a brace format, `{asctime!s:>30}`: what stands behind the name.
//!
//! Runs on the *collector*, for `{`-style line formats. The results are those of Python's format
//! specification mini-language.

use core::fmt::Write;

use femto_core::Value;

use super::number::{self, Base, Digits, MAX_PRECISION, Notation};
use super::spec::{PrintError, write_converted};
use super::{Conversion, text};

/// A parsed conversion and format specification.
#[derive(Clone, Copy, Debug)]
pub(crate) struct BraceSpec {
    /// `!s`, `!r` or `!a`: the value becomes a text first.
    conversion: Option<Conversion>,
    fill: char,
    align: Option<Align>,
    /// `+` or a space, for numbers that are not negative.
    sign: Option<char>,
    /// A sign was asked for, which only numbers have.
    is_signed: bool,
    alternate: bool,
    zero: bool,
    width: u16,
    grouping: Option<char>,
    precision: Option<u16>,
    /// The presentation type; 0 if there is none.
    kind: u8,
    /// There is no specification at all.
    is_empty: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Align {
    Left,
    Right,
    Middle,
    AfterSign,
}

impl BraceSpec {
    /// Parses what stands between the name and the closing brace: `!r`, `:>30`, both or nothing.
    ///
    /// `None` for what Python refuses and what is left to Python: nested fields, the type `n`
    /// (it depends on the locale), and grouped digits filled with zeros.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (conversion, text) = match text.strip_prefix('!') {
            None => (None, text),
            Some(rest) => {
                let (letter, rest) = rest.split_at_checked(1)?;
                (Some(Conversion::from_byte(letter.as_bytes()[0])?), rest)
            }
        };
        if conversion.is_some_and(|conversion| !conversion.takes_anything()) {
            return None;
        }
        let text = match text.strip_prefix(':') {
            Some(rest) => rest,
            None if text.is_empty() => text,
            None => return None,
        };
        Self::parse_spec(text, conversion)
    }

    fn parse_spec(text: &str, conversion: Option<Conversion>) -> Option<Self> {
        let mut rest = Rest(text);
        let mut aligned = text.chars();
        let (first, second) = (aligned.next(), aligned.next());
        let (fill, align) = if let Some(align) = second.and_then(Align::from_char) {
            rest.0 = aligned.as_str();
            (first, Some(align))
        } else if let Some(align) = first.and_then(Align::from_char) {
            rest.0 = &text[1..];
            (None, Some(align))
        } else {
            (None, None)
        };
        let sign = rest.eat(&['+', '-', ' ']);
        let alternate = rest.eat(&['#']).is_some();
        let zero = rest.eat(&['0']).is_some();
        let width = rest.number()?.unwrap_or(0);
        let grouping = rest.eat(&[',', '_']);
        let precision = match rest.eat(&['.']) {
            Some(_) => Some(rest.number()??),
            None => None,
        };
        let kind = match *rest.0.as_bytes() {
            [] => 0,
            [kind] if b"bcdeEfFgGosxX%".contains(&kind) => kind,
            _ => return None,
        };
        let fill = fill.unwrap_or(if zero { '0' } else { ' ' });
        if grouping.is_some() && fill == '0' {
            return None;
        }
        Some(Self {
            conversion,
            fill,
            align,
            sign: sign.filter(|&sign| sign != '-'),
            is_signed: sign.is_some(),
            alternate,
            zero,
            width,
            grouping,
            precision,
            kind,
            is_empty: text.is_empty(),
        })
    }

    /// The same width, for a text; where numbers would stand, unless it says where.
    pub(crate) fn of_text(self) -> Self {
        let align = match self.align {
            None | Some(Align::AfterSign) => Align::Right,
            Some(align) => align,
        };
        Self {
            conversion: None,
            fill: if self.fill == '0' { ' ' } else { self.fill },
            align: Some(align),
            sign: None,
            is_signed: false,
            alternate: false,
            zero: false,
            grouping: None,
            precision: None,
            kind: 0,
            ..self
        }
    }

    /// `{name}`: what is written is `str` of the value.
    pub(crate) fn is_plain_text(&self) -> bool {
        self.is_empty && matches!(self.conversion, None | Some(Conversion::Text))
    }

    /// Prints the value.
    pub(crate) fn write<W: Write + ?Sized>(
        &self,
        value: &Value<'_>,
        out: &mut W,
    ) -> Result<(), PrintError> {
        let conversion = self.conversion.unwrap_or(Conversion::Text);
        if self.is_empty {
            return Ok(write_converted(value, conversion, out)?);
        }
        match (value, self.conversion) {
            (Value::Str(text) | Value::Rendered(text), None | Some(Conversion::Text)) => {
                self.write_text(text, out)
            }
            (Value::Char(_), _) | (_, Some(_)) => {
                let mut text = String::new();
                write_converted(value, conversion, &mut text)?;
                self.write_text(&text, out)
            }
            _ => self.write_number(value, out),
        }
    }

    fn write_text<W: Write + ?Sized>(&self, text: &str, out: &mut W) -> Result<(), PrintError> {
        let wrong = self.is_signed
            || self.alternate
            || self.grouping.is_some()
            || self.align == Some(Align::AfterSign)
            || !matches!(self.kind, 0 | b's');
        if wrong {
            return Err(PrintError::Refused);
        }
        let shown = match self.precision {
            Some(characters) => text::first(text, characters.into()),
            None => text,
        };
        let missing = text::missing(shown, self.width);
        self.write_filled(missing, Align::Left, "", shown, out)
    }

    fn write_number<W: Write + ?Sized>(
        &self,
        value: &Value<'_>,
        out: &mut W,
    ) -> Result<(), PrintError> {
        let mut digits = Digits::new();
        let whole = number::integer(value)
            .filter(|_| matches!(self.kind, 0 | b'b'..=b'd' | b'o' | b'x' | b'X'));
        let (negative, prefix) = match whole {
            Some((negative, magnitude)) => {
                if self.kind == b'c' {
                    return self.write_character(negative, magnitude, out);
                }
                let prefix = self.integer_digits(magnitude, &mut digits)?;
                (negative, prefix)
            }
            None => (self.float_digits(value, &mut digits)?, ""),
        };
        let mut head: heapless::String<4> = heapless::String::new();
        let sign = if negative { Some('-') } else { self.sign };
        for character in sign.into_iter().chain(prefix.chars()) {
            head.push(character).map_err(|_| PrintError::Refused)?;
        }
        let missing = usize::from(self.width).saturating_sub(head.len() + digits.len());
        let align = if self.zero { Align::AfterSign } else { Align::Right };
        self.write_filled(missing, align, &head, &digits, out)
    }

    fn write_character<W: Write + ?Sized>(
        &self,
        negative: bool,
        magnitude: u128,
        out: &mut W,
    ) -> Result<(), PrintError> {
        let character = u32::try_from(magnitude).ok().and_then(char::from_u32);
        let wrong = negative && magnitude > 0
            || self.is_signed
            || self.alternate
            || self.grouping.is_some()
            || self.precision.is_some();
        let character = character.filter(|_| !wrong).ok_or(PrintError::Refused)?;
        let missing = usize::from(self.width).saturating_sub(1);
        let align = if self.zero { Align::AfterSign } else { Align::Left };
        self.write_filled(missing, align, "", character.encode_utf8(&mut [0; 4]), out)
    }

    /// Writes the digits of an integer; gives the prefix of its base.
    fn integer_digits(
        &self,
        magnitude: u128,
        digits: &mut Digits,
    ) -> Result<&'static str, PrintError> {
        let (base, prefix) = match self.kind {
            b'b' => (Base::Binary, "0b"),
            b'o' => (Base::Octal, "0o"),
            b'x' => (Base::Hex, "0x"),
            b'X' => (Base::UpperHex, "0X"),
            _ => (Base::Decimal, ""),
        };
        if self.precision.is_some() || self.grouping == Some(',') && base != Base::Decimal {
            return Err(PrintError::Refused);
        }
        number::write_integer(magnitude, base, 0, digits);
        if let Some(separator) = self.grouping {
            group(digits, digits.len(), separator, if base == Base::Decimal { 3 } else { 4 })?;
        }
        Ok(if self.alternate { prefix } else { "" })
    }

    /// Writes the digits of a float; gives whether it is negative.
    fn float_digits(&self, value: &Value<'_>, digits: &mut Digits) -> Result<bool, PrintError> {
        let mut x = number::float(value).ok_or(PrintError::Refused)?;
        let notation = match (self.kind, self.precision) {
            (b'f' | b'F' | b'%', _) => Notation::Fixed,
            (b'e' | b'E', _) => Notation::Exponent,
            (b'g' | b'G', _) => Notation::General,
            (0, Some(_)) => Notation::GeneralPoint,
            (0, None) => {
                let mut text = Digits::new();
                number::write_float_repr(x.abs(), &mut text)?;
                match text.split_once('e') {
                    Some((mantissa, exponent)) if self.alternate && !mantissa.contains('.') => {
                        write!(digits, "{mantissa}.e{exponent}")?;
                    }
                    _ => *digits = text,
                }
                return self.grouped(x, digits);
            }
            _ => return Err(PrintError::Refused),
        };
        if self.kind == b'%' {
            x *= 100.0;
        }
        let precision = self.precision.unwrap_or(6);
        number::write_float(
            x.abs(),
            notation,
            precision.min(MAX_PRECISION),
            self.alternate,
            digits,
        );
        if self.kind.is_ascii_uppercase() {
            digits.make_ascii_uppercase();
        }
        let negative = self.grouped(x, digits)?;
        if self.kind == b'%' {
            digits.push('%').map_err(|_| PrintError::Refused)?;
        }
        Ok(negative)
    }

    /// Groups the digits if asked to; gives whether the number is negative.
    fn grouped(&self, x: f64, digits: &mut Digits) -> Result<bool, PrintError> {
        if let Some(separator) = self.grouping {
            let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
            group(digits, end, separator, 3)?;
        }
        Ok(x.is_sign_negative() && !x.is_nan())
    }

    fn write_filled<W: Write + ?Sized>(
        &self,
        missing: usize,
        default: Align,
        head: &str,
        body: &str,
        out: &mut W,
    ) -> Result<(), PrintError> {
        let (before, between, after) = match self.align.unwrap_or(default) {
            Align::Left => (0, 0, missing),
            Align::Right => (missing, 0, 0),
            Align::Middle => (missing / 2, 0, missing - missing / 2),
            Align::AfterSign => (0, missing, 0),
        };
        text::write_fill(self.fill, before, out)?;
        out.write_str(head)?;
        text::write_fill(self.fill, between, out)?;
        out.write_str(body)?;
        Ok(text::write_fill(self.fill, after, out)?)
    }
}

impl Align {
    fn from_char(character: char) -> Option<Self> {
        Some(match character {
            '<' => Self::Left,
            '>' => Self::Right,
            '^' => Self::Middle,
            '=' => Self::AfterSign,
            _ => return None,
        })
    }
}

struct Rest<'t>(&'t str);

impl Rest<'_> {
    fn eat(&mut self, any: &[char]) -> Option<char> {
        let first = self.0.chars().next().filter(|first| any.contains(first))?;
        self.0 = &self.0[first.len_utf8()..];
        Some(first)
    }

    /// Reads digits, possibly none; `None` above the limit.
    fn number(&mut self) -> Option<Option<u16>> {
        let end = self.0.find(|c: char| !c.is_ascii_digit()).unwrap_or(self.0.len());
        let (digits, rest) = self.0.split_at(end);
        self.0 = rest;
        if digits.is_empty() {
            return Some(None);
        }
        digits.parse().ok().filter(|&number| number <= MAX_PRECISION).map(Some)
    }
}

/// Puts the separator between groups of the first `end` digits, those before the point.
fn group(digits: &mut Digits, end: usize, separator: char, size: usize) -> Result<(), PrintError> {
    let mut grouped = Digits::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && at < end && (end - at).is_multiple_of(size) {
            grouped.push(separator).map_err(|_| PrintError::Refused)?;
        }
        grouped.push(digit).map_err(|_| PrintError::Refused)?;
    }
    *digits = grouped;
    Ok(())
}
