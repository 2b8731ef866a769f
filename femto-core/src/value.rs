//! Value: one argument or key-value of a record, with its type.
//!
//! Made on the *caller* (borrowed, nothing allocated) by [`Capture`], carried by the frame, and
//! seen again on the *collector* or *drain*, where templates and formatters print it.

mod decimal;
mod hex;
#[cfg(feature = "float")]
mod on_demand;

use core::fmt;

pub(crate) use decimal::write_decimal;
use decimal::{pad_decimal, pad_signed, write_signed};
#[cfg(feature = "int128")]
use decimal::{pad_wide, write_wide};
use hex::write_dumped;
pub use hex::{Hex, Hexdump};
pub(crate) use hex::{write_hex, write_hex_number};
#[cfg(feature = "float")]
pub(crate) use on_demand::Float;

/// One typed argument of a record.
///
/// Every formatting trait of [`core::fmt`] is passed on to the value inside, flags and all: a
/// `Value` printed with `{:>8.3}` or `{:#x}` gives what the original would have given. A trait
/// that the original type does not have (`{:x}` of a text) prints as `{}` does; the macros reject
/// such templates at compile time.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub enum Value<'a> {
    /// No value: Python's `None`.
    None,
    /// A truth value.
    Bool(bool),
    /// A signed integer of 8 bits.
    I8(i8),
    /// A signed integer of 16 bits.
    I16(i16),
    /// A signed integer of 32 bits.
    I32(i32),
    /// A signed integer of 64 bits.
    I64(i64),
    /// An unsigned integer of 8 bits.
    U8(u8),
    /// An unsigned integer of 16 bits.
    U16(u16),
    /// An unsigned integer of 32 bits.
    U32(u32),
    /// An unsigned integer of 64 bits.
    U64(u64),
    /// A signed integer of 128 bits, low half first (so that a `Value` stays small).
    #[cfg(feature = "int128")]
    I128([u64; 2]),
    /// An unsigned integer of 128 bits, low half first.
    #[cfg(feature = "int128")]
    U128([u64; 2]),
    /// A floating-point number of 32 bits. On 32-bit bare metal made by [`Capture::capture`] only, which links
    /// what prints it.
    #[cfg(feature = "float")]
    #[cfg_attr(all(target_os = "none", not(target_pointer_width = "64")), non_exhaustive)]
    F32(f32),
    /// A floating-point number of 64 bits. On 32-bit bare metal made by [`Capture::capture`] only, too.
    #[cfg(feature = "float")]
    #[cfg_attr(all(target_os = "none", not(target_pointer_width = "64")), non_exhaustive)]
    F64(f64),
    /// A character.
    Char(char),
    /// A text.
    Str(&'a str),
    /// Bytes without a known encoding. `{}` prints hexadecimal digits, `{:?}` a list of numbers.
    Bytes(&'a [u8]),
    /// Bytes to be printed as lines of a hexdump. On 32-bit bare metal made by [`Capture::capture`] only, too.
    #[cfg_attr(all(target_os = "none", not(target_pointer_width = "64")), non_exhaustive)]
    Hexdump(&'a [u8]),
    /// A text that was rendered with its own format specification; printed as it is.
    Rendered(&'a str),
    /// Something that is still to be rendered. Only ever seen on the caller: whoever keeps a
    /// record renders it first.
    Arguments(&'a fmt::Arguments<'a>),
}

impl Value<'_> {
    /// The value as a width or precision, as `{:>width$}` needs it; 0 if it is not a `usize`.
    #[doc(hidden)]
    #[must_use]
    pub fn as_usize(&self) -> usize {
        match *self {
            Self::U32(n) => Self::count(n as usize),
            Self::U64(n) => Self::count(usize::try_from(n).unwrap_or(usize::MAX)),
            Self::U16(n) => n.into(),
            _ => 0,
        }
    }

    /// A width or precision that `core::fmt` takes: it panics beyond 16 bits, and a log call must
    /// not.
    #[doc(hidden)]
    #[must_use]
    pub const fn count(n: usize) -> usize {
        if n > u16::MAX as usize { u16::MAX as usize } else { n }
    }
}

#[cfg(feature = "int128")]
pub(crate) const fn halves(n: u128) -> [u64; 2] {
    [n as u64, (n >> 64) as u64]
}

#[cfg(feature = "int128")]
pub(crate) const fn whole([low, high]: [u64; 2]) -> u128 {
    low as u128 | (high as u128) << 64
}

impl Value<'_> {
    /// Writes the value as `{}` prints it.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write_to(&self, out: &mut dyn fmt::Write) -> fmt::Result {
        match *self {
            Self::None => out.write_str("None"),
            Self::Bool(truth) => out.write_str(if truth { "true" } else { "false" }),
            Self::Char(c) => out.write_char(c),
            Self::Str(text) | Self::Rendered(text) => out.write_str(text),
            Self::Bytes(bytes) => write_hex(bytes, out),
            Self::Hexdump(bytes) => write_dumped(bytes, out),
            Self::Arguments(arguments) => out.write_fmt(*arguments),
            Self::I8(n) => write_signed(n.into(), out),
            Self::I16(n) => write_signed(n.into(), out),
            Self::I32(n) => write_signed(n.into(), out),
            Self::I64(n) => write_signed(n, out),
            Self::U8(n) => write_decimal(n.into(), 1, out),
            Self::U16(n) => write_decimal(n.into(), 1, out),
            Self::U32(n) => write_decimal(n.into(), 1, out),
            Self::U64(n) => write_decimal(n, 1, out),
            #[cfg(feature = "float")]
            Self::F32(_) | Self::F64(_) => write!(out, "{}", Float(self)),
            #[cfg(feature = "int128")]
            Self::I128(n) => {
                let number = whole(n).cast_signed();
                write_wide(number < 0, number.unsigned_abs(), out)
            }
            #[cfg(feature = "int128")]
            Self::U128(n) => write_wide(false, whole(n), out),
        }
    }
}

/// Passes a formatting trait on: to the value inside where its type has the trait (the kinds
/// named), else as `Display`.
macro_rules! pass_on {
    ($($trait:ident: $($kind:ident)*, $($float:ident)*;)*) => {$(
        impl fmt::$trait for Value<'_> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                match self {
                    $(Self::$kind(inner) => fmt::$trait::fmt(inner, f),)*
                    $(#[cfg(feature = "float")] Self::$float(inner) => fmt::$trait::fmt(inner, f),)*
                    #[cfg(feature = "float")]
                    #[allow(unreachable_patterns, reason = "of some traits they are named")]
                    Self::F32(_) | Self::F64(_) => fmt::Debug::fmt(&Float(self), f),
                    #[cfg(feature = "int128")]
                    Self::I128(n) => fmt::$trait::fmt(&(whole(*n) as i128), f),
                    #[cfg(feature = "int128")]
                    Self::U128(n) => fmt::$trait::fmt(&whole(*n), f),
                    other => fmt::Display::fmt(other, f),
                }
            }
        }
    )*};
}

pass_on! {
    Debug: Bool I8 I16 I32 I64 U8 U16 U32 U64 Char Str Bytes,;
    LowerExp: I8 I16 I32 I64 U8 U16 U32 U64, F32 F64;
    UpperExp: I8 I16 I32 I64 U8 U16 U32 U64, F32 F64;
}

/// The traits that print the bits of integers. All become wide ones, whose code is then linked alone.
macro_rules! pass_bits_on {
    ($($trait:ident)*) => {$(
        impl fmt::$trait for Value<'_> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let bits = match *self {
                    Self::I8(n) => n.cast_unsigned().into(),
                    Self::I16(n) => n.cast_unsigned().into(),
                    Self::I32(n) => n.cast_unsigned().into(),
                    Self::I64(n) => n.cast_unsigned(),
                    Self::U8(n) => n.into(),
                    Self::U16(n) => n.into(),
                    Self::U32(n) => n.into(),
                    Self::U64(n) => n,
                    #[cfg(feature = "int128")]
                    Self::I128(n) | Self::U128(n) => return fmt::$trait::fmt(&whole(n), f),
                    _ => return fmt::Display::fmt(self, f),
                };
                fmt::$trait::fmt(&bits, f)
            }
        }
    )*};
}

pass_bits_on! { LowerHex UpperHex Octal Binary }

impl fmt::Display for Value<'_> {
    /// Integers by our own digits, so that none of `core::fmt`'s are linked.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => f.pad("None"),
            Self::Bool(inner) => inner.fmt(f),
            Self::I8(n) => pad_signed((*n).into(), f),
            Self::I16(n) => pad_signed((*n).into(), f),
            Self::I32(n) => pad_signed((*n).into(), f),
            Self::I64(n) => pad_signed(*n, f),
            Self::U8(n) => pad_decimal((*n).into(), f),
            Self::U16(n) => pad_decimal((*n).into(), f),
            Self::U32(n) => pad_decimal((*n).into(), f),
            Self::U64(n) => pad_decimal(*n, f),
            #[cfg(feature = "int128")]
            Self::I128(n) => {
                let number = whole(*n).cast_signed();
                pad_wide(number < 0, number.unsigned_abs(), f)
            }
            #[cfg(feature = "int128")]
            Self::U128(n) => pad_wide(false, whole(*n), f),
            #[cfg(feature = "float")]
            Self::F32(_) | Self::F64(_) => Float(self).fmt(f),
            Self::Char(inner) => inner.fmt(f),
            Self::Str(inner) => inner.fmt(f),
            Self::Bytes(inner) => write_hex(inner, f),
            Self::Hexdump(inner) => write_dumped(inner, f),
            Self::Rendered(inner) => f.write_str(inner),
            Self::Arguments(inner) => f.write_fmt(**inner),
        }
    }
}

/// A type with a typed encoding: it goes into the frame as it is, to be formatted by the drain.
///
/// The macros use it for every argument whose type has it, and render the others on the spot.
///
/// # For implementors
/// Only for types whose formatting is exactly that of the value they give, for every format
/// specification: a newtype with a `Display` of its own must not implement it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no typed encoding; log it with `Display` or `Debug`"
)]
pub trait Capture {
    /// The value, borrowed from `self`.
    fn capture(&self) -> Value<'_>;
}

macro_rules! capture {
    ($($(#[$cfg:meta])* $type:ty => |$value:ident| $body:expr,)*) => {$(
        $(#[$cfg])*
        impl Capture for $type {
            #[inline(always)]
            fn capture(&self) -> Value<'_> {
                let $value = self;
                $body
            }
        }
    )*};
}

capture! {
    bool => |v| Value::Bool(*v),
    i8 => |v| Value::I8(*v),
    i16 => |v| Value::I16(*v),
    i32 => |v| Value::I32(*v),
    i64 => |v| Value::I64(*v),
    u8 => |v| Value::U8(*v),
    u16 => |v| Value::U16(*v),
    u32 => |v| Value::U32(*v),
    u64 => |v| Value::U64(*v),
    #[cfg(feature = "int128")] i128 => |v| Value::I128(halves(*v as u128)),
    #[cfg(feature = "int128")] u128 => |v| Value::U128(halves(*v)),
    #[cfg(feature = "float")] f32 => |v| Value::of_f32(*v),
    #[cfg(feature = "float")] f64 => |v| Value::of_f64(*v),
    char => |v| Value::Char(*v),
    str => |v| Value::Str(v),
    #[cfg(target_pointer_width = "64")] usize => |v| Value::U64(*v as u64),
    #[cfg(target_pointer_width = "64")] isize => |v| Value::I64(*v as i64),
    #[cfg(not(target_pointer_width = "64"))] usize => |v| Value::U32(*v as u32),
    #[cfg(not(target_pointer_width = "64"))] isize => |v| Value::I32(*v as i32),
}

impl<T: Capture + ?Sized> Capture for &T {
    #[inline(always)]
    fn capture(&self) -> Value<'_> {
        (**self).capture()
    }
}

impl<T: Capture + ?Sized> Capture for &mut T {
    #[inline(always)]
    fn capture(&self) -> Value<'_> {
        (**self).capture()
    }
}

impl Capture for [u8] {
    #[inline(always)]
    fn capture(&self) -> Value<'_> {
        Value::Bytes(self)
    }
}

impl<const N: usize> Capture for [u8; N] {
    #[inline(always)]
    fn capture(&self) -> Value<'_> {
        Value::Bytes(self)
    }
}

impl<const N: usize> Capture for heapless::Vec<u8, N> {
    #[inline(always)]
    fn capture(&self) -> Value<'_> {
        Value::Bytes(self)
    }
}

#[cfg(feature = "alloc")]
impl Capture for alloc::vec::Vec<u8> {
    #[inline(always)]
    fn capture(&self) -> Value<'_> {
        Value::Bytes(self)
    }
}

impl<const N: usize> Capture for heapless::String<N> {
    #[inline(always)]
    fn capture(&self) -> Value<'_> {
        Value::Str(self)
    }
}

#[cfg(feature = "alloc")]
macro_rules! capture_owned {
    ($($type:ty)*) => {$(
        impl Capture for $type {
            #[inline(always)]
            fn capture(&self) -> Value<'_> {
                Value::Str(self)
            }
        }
    )*};
}

#[cfg(feature = "alloc")]
capture_owned! {
    alloc::string::String alloc::boxed::Box<str> alloc::rc::Rc<str> alloc::borrow::Cow<'_, str>
}

#[cfg(all(feature = "alloc", target_has_atomic = "ptr"))]
capture_owned!(alloc::sync::Arc<str>);

#[cfg(test)]
mod tests {
    use std::string::String;

    use super::*;
    use proptest::prelude::*;

    /// Checks a list of format specifications against `format!` of the original.
    macro_rules! same {
        ($original:expr, $($spec:literal)*) => {{
            let original = $original;
            let value = original.capture();
            $(
                let expected = format!($spec, original);
                prop_assert_eq!(format!($spec, value), expected, "{}", stringify!($spec));
            )*
        }};
    }

    macro_rules! integers {
        ($($x:ident)*) => {$(
            same!(
                $x, "{}" "{:?}" "{:>9}" "{:<+9}" "{:^#12x}" "{:#010X}" "{:b}" "{:#o}" "{:e}"
                "{:#?}" "{:x?}"
            );
        )*};
    }

    proptest! {
        #[test]
        fn integers_print_as_format_prints_them(a: i8, b: u16, c: i32, d: u64, e: usize) {
            integers!(a b c d e);
        }

        #[test]
        #[cfg(feature = "int128")]
        fn wide_integers_print_as_format_prints_them(a: i128, b: u128) {
            integers!(a b);
        }

        #[test]
        #[cfg(feature = "float")]
        fn floats_print_as_format_prints_them(a: f32, b: f64) {
            same!(a, "{}" "{:?}" "{:9.3}" "{:+}" "{:e}" "{:.2E}" "{:<020.1}");
            same!(b, "{}" "{:?}" "{:9.3}" "{:+}" "{:e}" "{:.2E}" "{:<020.1}");
        }

        #[test]
        fn texts_print_as_format_prints_them(a: bool, b: char, c: String) {
            same!(a, "{}" "{:?}" "{:>9}");
            same!(b, "{}" "{:?}" "{:*^5}");
            same!(c.as_str(), "{}" "{:?}" "{:*^5}" "{:.3}" "{:->30.20}" "{:#?}");
        }
    }

    proptest! {
        #[test]
        fn bytes_print_as_format_prints_them(a: [u8; 5], b: std::vec::Vec<u8>) {
            same!(a, "{:?}" "{:x?}" "{:02X?}" "{:#x?}" "{:#?}" "{:>4?}");
            same!(b.as_slice(), "{:?}" "{:x?}" "{:02X?}" "{:#x?}" "{:#?}" "{:>4?}");
            same!(Hex(&b), "{}" "{:?}" "{:>30}" "{:02x?}" "{:#?}");
            same!(Hexdump(&b), "{}" "{:?}" "{:>300}" "{:x?}" "{:#?}");
        }
    }

    proptest! {
        #[test]
        fn a_plain_value_is_written_as_it_is_displayed(
            number: u64, shift in 0_u32..64, c: char, text: String, bytes: std::vec::Vec<u8>
        ) {
            let number = number >> shift;
            let signed = number.cast_signed();
            let arguments = format_args!("{text}");
            for value in [
                Value::None,
                Value::Bool(number % 2 == 0),
                Value::I8(number as i8),
                Value::I16(number as i16),
                Value::I32(number as i32),
                Value::I64(signed),
                Value::U8(number as u8),
                Value::U16(number as u16),
                Value::U32(number as u32),
                Value::U64(number),
                #[cfg(feature = "int128")]
                Value::I128([number, number]),
                #[cfg(feature = "int128")]
                Value::U128([number, number]),
                #[cfg(feature = "float")]
                Value::F32(f32::from_bits(number as u32)),
                #[cfg(feature = "float")]
                Value::F64(f64::from_bits(number)),
                Value::Char(c),
                Value::Str(&text),
                Value::Rendered(&text),
                Value::Bytes(&bytes),
                Value::Hexdump(&bytes),
                Value::Arguments(&arguments),
            ] {
                let mut written = String::new();
                value.write_to(&mut written).unwrap();
                prop_assert_eq!(written, format!("{value}"));
            }
        }
    }

    #[test]
    fn a_value_stays_small() {
        assert!(size_of::<Value<'_>>() <= 24);
    }
}
