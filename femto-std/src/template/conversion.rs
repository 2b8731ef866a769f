//! Conversion: the letter of a `%s`, and what it asks for.
//!
//! Parsed on the *caller*, who renders objects by it; obeyed on the *collector* by [`super::spec`].

use super::number::Notation;

/// What a conversion of a template does with its argument.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Conversion {
    /// `%s`: Python's `str`.
    Text,
    /// `%r`: Python's `repr`.
    Repr,
    /// `%a`: Python's `ascii`.
    Ascii,
    /// `%d`, `%i`, `%u`
    Decimal,
    /// `%o`
    Octal,
    /// `%x`
    Hex,
    /// `%X`
    UpperHex,
    /// `%f`
    Fixed,
    /// `%F`
    UpperFixed,
    /// `%e`
    Exponent,
    /// `%E`
    UpperExponent,
    /// `%g`
    General,
    /// `%G`
    UpperGeneral,
    /// `%c`
    Char,
}

impl Conversion {
    pub(super) fn from_byte(byte: u8) -> Option<Self> {
        Some(match byte {
            b's' => Self::Text,
            b'r' => Self::Repr,
            b'a' => Self::Ascii,
            b'd' | b'i' | b'u' => Self::Decimal,
            b'o' => Self::Octal,
            b'x' => Self::Hex,
            b'X' => Self::UpperHex,
            b'f' => Self::Fixed,
            b'F' => Self::UpperFixed,
            b'e' => Self::Exponent,
            b'E' => Self::UpperExponent,
            b'g' => Self::General,
            b'G' => Self::UpperGeneral,
            b'c' => Self::Char,
            _ => return None,
        })
    }

    /// Whether the conversion takes any object: `%s`, `%r` and `%a`.
    #[must_use]
    pub fn takes_anything(self) -> bool {
        matches!(self, Self::Text | Self::Repr | Self::Ascii)
    }

    pub(super) fn is_upper(self) -> bool {
        matches!(self, Self::UpperFixed | Self::UpperExponent | Self::UpperGeneral)
    }

    pub(super) fn notation(self) -> Notation {
        match self {
            Self::Fixed | Self::UpperFixed => Notation::Fixed,
            Self::Exponent | Self::UpperExponent => Notation::Exponent,
            _ => Notation::General,
        }
    }
}
