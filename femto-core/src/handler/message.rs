//! Templates whose holes are all plain, applied where the statement's own code may be gone. Runs on the
//! *drain*; the *caller* only asks whether a template is plain.

use core::fmt;

use crate::Value;
use crate::frame::portable::{Portable, Style, Values};

/// Whether every hole is `{}` or `{7}`: the value as it prints itself.
pub(super) fn is_plain(template: &str) -> bool {
    let mut bytes = template.bytes();
    while bytes.any(|byte| byte == b'{') {
        // The end of the hole, or a brace that stands for itself.
        let after = bytes.find(|byte| !byte.is_ascii_digit());
        if !matches!(after, Some(b'}' | b'{')) {
            return false;
        }
    }
    true
}

/// The message of a frame: with a plain template, and what goes into its holes. What is not well-formed is
/// shown as it stands.
pub(super) struct Message<'a, V = Values<'a>> {
    style: Style,
    template: &'a str,
    values: V,
}

impl<'a> Message<'a> {
    pub(super) fn of(frame: &Portable<'a>) -> Self {
        Self { style: frame.style, template: frame.template, values: frame.arguments }
    }
}

impl<'a, V: Iterator<Item = Value<'a>> + Clone> fmt::Display for Message<'a, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.style != Style::Rust {
            return f.write_str(self.template);
        }
        let mut rest = self.template;
        let mut next = 0;
        while let Some((before, after)) = rest.split_once(['{', '}']) {
            f.write_str(before)?;
            let brace = rest.get(before.len()..rest.len() - after.len()).unwrap_or_default();
            rest = after;
            let hole = after.split_once('}').filter(|_| brace == "{");
            if let Some(after) = after.strip_prefix(brace) {
                f.write_str(brace)?;
                rest = after;
            } else if let Some((number, after)) = hole
                && let Some(value) = self.value(number, &mut next)
            {
                value.write_to(f)?;
                rest = after;
            } else {
                f.write_str(brace)?;
            }
        }
        f.write_str(rest)
    }
}

impl<'a, V: Iterator<Item = Value<'a>> + Clone> Message<'a, V> {
    /// The value of a hole; `next` is that of the next hole without a number.
    fn value(&self, number: &str, next: &mut usize) -> Option<Value<'a>> {
        let index = match number {
            "" => core::mem::replace(next, *next + 1),
            number => number.parse().ok()?,
        };
        self.values.clone().nth(index)
    }
}

#[cfg(test)]
mod tests {
    use std::string::ToString;

    use proptest::prelude::*;

    use super::*;

    const BRACES: [char; 2] = ['{', '}'];
    const VALUES: [Value<'_>; 3] = [Value::U8(7), Value::Str("text"), Value::Rendered("r")];

    fn show(template: &str) -> std::string::String {
        Message { style: Style::Rust, template, values: VALUES.into_iter() }.to_string()
    }

    #[test]
    fn plain_templates_are_told_from_others() {
        for plain in ["", "up", "{}", "a {0}{12} b", "{{x:?}} {}", "a: {}", "}}"] {
            assert!(is_plain(plain), "{plain}");
        }
        for other in ["{:?}", "{0:>4}", "{} {:.1$}", "{", "{x}", "{1", "{ }"] {
            assert!(!is_plain(other), "{other}");
        }
    }

    #[test]
    fn values_go_where_format_puts_them() {
        assert_eq!(
            show("{{{}}} {1}, {0} {}{2}"),
            std::format!("{{{}}} {1}, {0} {}{2}", 7, "text", "r")
        );
    }

    #[test]
    fn what_is_not_well_formed_stands_as_it_is() {
        for template in ["{", "}", "a } b", "{x}", "{9}", "{5", "{99999999999999999999}"] {
            assert_eq!(show(template), template);
        }
    }

    proptest! {
        #[test]
        fn any_template_is_shown(template in "[{}0-9:a]{0,12}") {
            let shown = show(&template);
            let has_braces = template.contains(BRACES);
            prop_assert!(has_braces || shown == template);
            is_plain(&template);
        }
    }
}
