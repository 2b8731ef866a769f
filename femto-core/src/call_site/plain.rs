//! Templates without code: one function for all statements that have no formatting function of their
//! own. Runs on the *drain*.

use core::fmt;

use crate::Value;

/// Writes a template applied to `values`, each as `{}` prints it, whatever its specification.
pub(super) fn write(template: &str, values: &[Value<'_>], out: &mut dyn fmt::Write) -> fmt::Result {
    let (mut rest, mut next) = (template, 0);
    while let Some(at) = rest.find(['{', '}']) {
        let (text, brace) = rest.split_at(at);
        out.write_str(text)?;
        let (brace, after) = brace.split_at(1);
        if let Some(after) = after.strip_prefix(brace) {
            out.write_str(brace)?;
            rest = after;
            continue;
        }
        let (hole, after) = after.split_once('}').unwrap_or((after, ""));
        rest = after;
        let number = hole.split_once(':').map_or(hole, |(number, _)| number);
        let index = number.parse().unwrap_or_else(|_| {
            next += 1;
            next - 1
        });
        if let Some(value) = values.get(index) {
            value.write_to(out)?;
        }
    }
    out.write_str(rest)
}

#[cfg(test)]
mod tests {
    use std::string::String;

    use proptest::prelude::*;

    use super::*;

    fn show(template: &str, values: &[Value<'_>]) -> String {
        let mut text = String::new();
        write(template, values, &mut text).unwrap();
        text
    }

    #[test]
    fn values_are_written_plain_wherever_they_belong() {
        let values = [Value::U8(1), Value::Str("b"), Value::U8(3)];
        assert_eq!(show("{} {} {0:>9} {{}} {:#x}é", &values), "1 b 1 {} 3é");
        assert_eq!(show("{9} {", &values), " 1");
    }

    proptest! {
        #[test]
        fn no_template_makes_a_panic(template in "[{}:0-9é<> ]{0,20}") {
            let _ = show(&template, &[Value::U8(1)]);
        }
    }
}
