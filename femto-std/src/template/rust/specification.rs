//! What stands behind the colon of a hole, and values written by it.
//!
//! `core::fmt` takes a fill, and which flags are set, only at compile time: each combination of flags
//! is an arm here, and what is filled with another character than a space is filled by hand.

use core::fmt::{self, Write};

use femto_core::Value;

/// Writes by one formatting trait, whatever flags are set.
macro_rules! print {
    ($spec:ident, $value:ident, $zeros:ident, $out:ident, $kind:literal) => {
        match ($spec.is_signed, $spec.is_alternate) {
            (false, false) => print!(@ $spec, $value, $zeros, $out, "", $kind),
            (false, true) => print!(@ $spec, $value, $zeros, $out, "#", $kind),
            (true, false) => print!(@ $spec, $value, $zeros, $out, "+", $kind),
            (true, true) => print!(@ $spec, $value, $zeros, $out, "+#", $kind),
        }
    };
    (@ $spec:ident, $value:ident, $zeros:ident, $out:ident, $flags:literal, $kind:literal) => {
        match ($zeros, $spec.precision) {
            (None, None) => write!($out, concat!("{:", $flags, $kind, "}"), $value),
            (None, Some(precision)) => {
                write!($out, concat!("{:", $flags, ".1$", $kind, "}"), $value, precision)
            }
            (Some(width), None) => {
                write!($out, concat!("{:", $flags, "01$", $kind, "}"), $value, width)
            }
            (Some(width), Some(precision)) => {
                write!($out, concat!("{:", $flags, "01$.2$", $kind, "}"), $value, width, precision)
            }
        }
    };
}
/// `[[fill]align][sign]['#']['0'][width]['.' precision][type]`
#[derive(Clone, Copy, Debug)]
pub(super) struct Specification {
    fill: char,
    align: Option<Align>,
    is_signed: bool,
    is_alternate: bool,
    is_zero: bool,
    width: Option<usize>,
    precision: Option<usize>,
    kind: Kind,
}

#[derive(Clone, Copy, Debug)]
enum Align {
    Left,
    Center,
    Right,
}

/// The formatting trait, and the two flags that only `Debug` knows.
#[derive(Clone, Copy, Debug)]
enum Kind {
    Display,
    Debug,
    DebugLowerHex,
    DebugUpperHex,
    LowerHex,
    UpperHex,
    Octal,
    Binary,
    LowerExp,
    UpperExp,
}

impl Specification {
    /// Reads a specification; `None` if it is not well-formed or takes a width or precision that
    /// `arguments` do not have.
    pub(super) fn parse(text: &str, arguments: &[Value<'_>]) -> Option<Self> {
        let mut rest = text;
        let mut fill = ' ';
        let mut chars = rest.chars();
        let (first, second) = (chars.next(), chars.next());
        let mut align = second.and_then(Align::of);
        if let (Some(_), Some(first)) = (align, first) {
            fill = first;
            rest = chars.as_str();
        } else {
            align = first.and_then(Align::of);
            rest = if align.is_some() { &rest[1..] } else { rest };
        }
        let mut take = |flag: char| {
            let after = rest.strip_prefix(flag);
            rest = after.unwrap_or(rest);
            after.is_some()
        };
        let is_signed = take('+');
        let _ = is_signed || take('-');
        let is_alternate = take('#');
        // A zero is a flag unless it is itself the argument of a width (`0$`).
        let is_zero = rest.starts_with('0') && !rest.starts_with("0$");
        rest = &rest[usize::from(is_zero)..];
        let (width, rest) = count(rest, arguments)?;
        let (precision, rest) = match rest.strip_prefix('.') {
            Some(rest) => match count(rest, arguments)? {
                (None, _) => return None,
                precision => precision,
            },
            None => (None, rest),
        };
        let kind = match rest.trim_ascii_end() {
            "" => Kind::Display,
            "?" => Kind::Debug,
            "x?" => Kind::DebugLowerHex,
            "X?" => Kind::DebugUpperHex,
            "x" => Kind::LowerHex,
            "X" => Kind::UpperHex,
            "o" => Kind::Octal,
            "b" => Kind::Binary,
            "e" => Kind::LowerExp,
            "E" => Kind::UpperExp,
            _ => return None,
        };
        Some(Self { fill, align, is_signed, is_alternate, is_zero, width, precision, kind })
    }

    /// Writes `value` as `core::fmt` would.
    pub(super) fn write(&self, value: &Value<'_>, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let is_debug = matches!(self.kind, Kind::Debug | Kind::DebugLowerHex | Kind::DebugUpperHex);
        let default = match value {
            Value::Rendered(text) => return out.write_str(text),
            // No more do these know of specifications.
            Value::Hexdump(_) => return value.write_to(out),
            Value::Bytes(_) if !is_debug => return value.write_to(out),
            // The specification is that of each byte.
            Value::Bytes(bytes) => {
                let list = List(self, bytes);
                return if self.is_alternate {
                    write!(out, "{list:#?}")
                } else {
                    write!(out, "{list:?}")
                };
            }
            Value::Str(_) | Value::Char(_) if is_debug => {
                return self.write_unfilled(value, None, out);
            }
            Value::Str(_) | Value::Char(_) | Value::Bool(_) | Value::None => Align::Left,
            _ if self.is_zero => {
                return self.write_unfilled(value, Some(self.width.unwrap_or(0)), out);
            }
            _ => Align::Right,
        };
        let Some(width) = self.width else { return self.write_unfilled(value, None, out) };
        let mut text = String::new();
        self.write_unfilled(value, None, &mut text)?;
        let missing = width.saturating_sub(text.chars().count());
        let before = match self.align.unwrap_or(default) {
            Align::Left => 0,
            Align::Center => missing / 2,
            Align::Right => missing,
        };
        (0..before).try_for_each(|_| out.write_char(self.fill))?;
        out.write_str(&text)?;
        (before..missing).try_for_each(|_| out.write_char(self.fill))
    }

    /// Writes without a width, or with one that is filled with zeros behind the sign.
    fn write_unfilled(
        &self,
        value: &Value<'_>,
        zeros: Option<usize>,
        out: &mut dyn Write,
    ) -> fmt::Result {
        match self.kind {
            Kind::Display => print!(self, value, zeros, out, ""),
            Kind::Debug => print!(self, value, zeros, out, "?"),
            Kind::DebugLowerHex => print!(self, value, zeros, out, "x?"),
            Kind::DebugUpperHex => print!(self, value, zeros, out, "X?"),
            Kind::LowerHex => print!(self, value, zeros, out, "x"),
            Kind::UpperHex => print!(self, value, zeros, out, "X"),
            Kind::Octal => print!(self, value, zeros, out, "o"),
            Kind::Binary => print!(self, value, zeros, out, "b"),
            Kind::LowerExp => print!(self, value, zeros, out, "e"),
            Kind::UpperExp => print!(self, value, zeros, out, "E"),
        }
    }
}

impl Align {
    fn of(c: char) -> Option<Self> {
        Some(match c {
            '<' => Self::Left,
            '^' => Self::Center,
            '>' => Self::Right,
            _ => return None,
        })
    }
}

/// Bytes as a list, each by the specification.
struct List<'a>(&'a Specification, &'a [u8]);

impl fmt::Debug for List<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        struct Byte<'a>(&'a Specification, u8);
        impl fmt::Debug for Byte<'_> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.write(&Value::U8(self.1), f)
            }
        }
        f.debug_list().entries(self.1.iter().map(|byte| Byte(self.0, *byte))).finish()
    }
}

/// Splits a number or `argument$` off.
fn count<'t>(text: &'t str, arguments: &[Value<'_>]) -> Option<(Option<usize>, &'t str)> {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, rest) = text.split_at(end);
    if let Some(rest) = rest.strip_prefix('$') {
        let argument = arguments.get(number.parse::<usize>().ok()?)?;
        return Some((Some(argument.as_usize()), rest));
    }
    if number.is_empty() {
        return Some((None, rest));
    }
    // What `core::fmt` takes.
    let number: u16 = number.parse().ok()?;
    Some((Some(number.into()), rest))
}
