//! Templates of Rust statements, applied where the statement's own code is not at hand.
//!
//! Runs on a host that reads frames of another image. A program's own records take
//! [`CallSite::format`](femto_core::CallSite) instead. The result is that of `format!`.

mod specification;

use core::fmt;

use femto_core::Value;

use specification::Specification;

/// A template of `core::fmt` with its arguments, to be displayed.
///
/// Arguments are taken by position only, as call sites number them. Total: a hole that is not
/// well-formed, or names no argument, is shown as it stands.
///
/// # Examples
/// ```
/// use femto_std::Value;
/// use femto_std::template::RustMessage;
///
/// let arguments = [Value::F64(2.345), Value::U32(8)];
/// let message = RustMessage::new("[{:*>1$.2}] {{}} {1:#04x} {9}", &arguments);
/// assert_eq!(message.to_string(), "[****2.35] {} 0x08 {9}");
/// ```
#[derive(Clone, Copy, Debug)]
pub struct RustMessage<'a> {
    template: &'a str,
    arguments: &'a [Value<'a>],
}

impl<'a> RustMessage<'a> {
    /// The message.
    #[must_use]
    pub const fn new(template: &'a str, arguments: &'a [Value<'a>]) -> Self {
        Self { template, arguments }
    }

    /// Writes what a hole stands for; `next` is the next argument without a number.
    fn write_hole(
        &self,
        hole: &str,
        next: &mut usize,
        f: &mut fmt::Formatter<'_>,
    ) -> Option<fmt::Result> {
        let (argument, specification) = hole.split_once(':').unwrap_or((hole, ""));
        let specification = Specification::parse(specification, self.arguments)?;
        let index = match argument.trim_ascii() {
            "" => {
                *next += 1;
                *next - 1
            }
            number => number.parse().ok()?,
        };
        Some(specification.write(self.arguments.get(index)?, f))
    }
}

impl fmt::Display for RustMessage<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (mut rest, mut next) = (self.template, 0);
        while let Some(at) = rest.find(['{', '}']) {
            f.write_str(&rest[..at])?;
            let brace = &rest[at..=at];
            rest = &rest[at + 1..];
            if let Some(after) = rest.strip_prefix(brace) {
                f.write_str(brace)?;
                rest = after;
                continue;
            }
            let (Some(end), "{") = (end_of_hole(rest), brace) else {
                f.write_str(brace)?;
                continue;
            };
            let hole = &rest[..end];
            match self.write_hole(hole, &mut next, f) {
                Some(written) => written?,
                None => write!(f, "{{{hole}}}")?,
            }
            rest = &rest[end + 1..];
        }
        f.write_str(rest)
    }
}

/// Where the brace that ends a hole lies; a brace may be the fill before it.
fn end_of_hole(rest: &str) -> Option<usize> {
    let first = rest.find([':', '}'])?;
    let is_fill = [":}<", ":}^", ":}>"].iter().any(|fill| rest[first..].starts_with(fill));
    let from = if is_fill { first + 2 } else { first };
    Some(from + rest[from..].find('}')?)
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    fn show(template: &str, arguments: &[Value<'_>]) -> String {
        RustMessage::new(template, arguments).to_string()
    }

    /// Compares with `format!`.
    macro_rules! same {
        ($value:expr, $original:expr; $($template:literal)*) => {$({
            let expected = format!($template, $original);
            prop_assert_eq!(show($template, &[$value]), expected, "{}", $template);
        })*};
    }
    macro_rules! same_with_counts {
        ($value:expr, $original:expr, $w:ident, $p:ident; $($template:literal)*) => {$({
            let arguments = [$value, Value::U64($w as u64), Value::U64($p as u64)];
            let expected = format!($template, $original, $w, $p);
            prop_assert_eq!(show($template, &arguments), expected, "{}", $template);
        })*};
    }
    macro_rules! all {
        ($value:expr, $original:expr, $w:ident, $p:ident; $($extra:literal)*) => {
            same!(
                $value, $original;
                "{}" "{0}" "{:}" "{:?}" "{:#?}" "{:5}" "{:<7}" "{:^7}" "{:>7}" "{:*<7}" "{:é^9}"
                "{:->12?}" "{:+}" "{:+#}" "{:-}" "{:07}" "{:+08}" "{:#09}" "{:x<09}" "{:^09?}" "{:.0}"
                "{:.3}" "{:9.2}" "{:*^+9.1}" "{:09.2}" "{:.3?}" "{:x^12.3?}" "{:#12?}" "{:{<5}" "{:}>5}"
                "a{{{0}}}b" "{0:4}" "{ }" "{0 }" "{: >3}" "{:x?}" "{:02x?}" "{:#X?}" "{:*^#8x?}" $($extra)*
            );
            same_with_counts!(
                $value, $original, $w, $p;
                "{:1$} {2}" "{0:>1$.2$}" "{0:*^1$.2$?}" "{0:01$} {2}" "{0:+01$.2$}" "{:_<1$.2$}"
            );
        };
    }
    macro_rules! integers {
        ($($value:expr, $original:expr;)*; $w:ident, $p:ident) => {$(
            all!(
                $value, $original, $w, $p;
                "{:x}" "{:X}" "{:#x}" "{:#010X}" "{:o}" "{:#o}" "{:b}" "{:#034b}" "{:*^+#20b}" "{:e}" "{:E}"
                "{:.2e}" "{:12e}" "{:+014.1E}" "{:/>12x}"
            );
        )*};
    }

    proptest! {
        #[test]
        fn numbers_are_formatted_as_format_does(
            a: i8, b: u16, c: i32, d: u64, e: i128, w in 0..40_usize, p in 0..20_usize,
        ) {
            let halves = [e as u64, (e >> 64) as u64];
            integers!(
                Value::I8(a), a; Value::U16(b), b; Value::I32(c), c; Value::U64(d), d;
                Value::I128(halves), e; Value::U128(halves), e as u128;; w, p
            );
        }

        #[test]
        fn floats_are_formatted_as_format_does(
            a in prop::num::f32::ANY, b in prop::num::f64::ANY, w in 0..40_usize, p in 0..20_usize,
        ) {
            all!(Value::F32(a), a, w, p; "{:e}" "{:.2E}" "{:*^15e}" "{:+015.1e}");
            all!(Value::F64(b), b, w, p; "{:e}" "{:.2E}" "{:*^15e}" "{:+015.1e}");
        }

        #[test]
        fn texts_are_formatted_as_format_does(
            a: bool, b: char, c in ".{0,12}", w in 0..40_usize, p in 0..20_usize,
        ) {
            all!(Value::Bool(a), a, w, p;);
            all!(Value::Char(b), b, w, p;);
            all!(Value::Str(&c), c.as_str(), w, p;);
        }

        #[test]
        fn bytes_are_formatted_as_their_debug(bytes in vec(any::<u8>(), 0..5)) {
            same!(
                Value::Bytes(&bytes), bytes;
                "{:?}" "{:#?}" "{:02x?}" "{:#04X?}" "{:*^5?}" "{:5?}" "{:<5?}" "{:+?}" "{:05?}" "{:*>#6x?}"
            );
        }

        #[test]
        fn what_was_rendered_stays_as_it_is(text in ".{0,12}") {
            for template in ["{}", "{:?}", "{:>40}", "{:#x}", "{:.1}", "{:*^40.3?}"] {
                prop_assert_eq!(show(template, &[Value::Rendered(&text)]), text.as_str());
            }
        }

        #[test]
        fn no_template_makes_a_panic(template in "[{}:<^>+#0-9a-z$.*?é ]{0,24}", count in 0..3_usize) {
            let arguments = [Value::U8(5), Value::Str("é"), Value::Bytes(b"ab")];
            let _ = show(&template, &arguments[..count]);
        }

        #[test]
        fn without_braces_a_template_is_the_message(template in "[^{}]*") {
            prop_assert_eq!(show(&template, &[]), template);
        }
    }

    #[test]
    fn what_is_not_well_formed_stands_as_it_is() {
        for template in
            ["{", "a } b", "{0", "{x}", "{:q}", "{:1$}", "{5}", "{:>99999999999999999999}"]
        {
            assert_eq!(show(template, &[Value::U8(1)]), template);
        }
    }
}
