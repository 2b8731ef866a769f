//! Templates without code: one function for all statements that have no formatting function of their
//! own. Runs on the *drain*.

use core::fmt;

use crate::Value;

/// Writes a template applied to `values`, each as `{}` prints it, whatever its specification.
pub(super) fn write(template: &str, values: &[Value<'_>], out: &mut dyn fmt::Write) -> fmt::Result {
    // Byte by byte, and nothing is sliced that could be no text: little code without a panic in it.
    let bytes = template.as_bytes();
    let (mut start, mut next) = (0, 0);
    loop {
        let mut at = start;
        while bytes.get(at).is_some_and(|byte| !matches!(byte, b'{' | b'}')) {
            at += 1;
        }
        let brace = bytes.get(at);
        let is_doubled = brace.is_some() && bytes.get(at + 1) == brace;
        out.write_str(template.get(start..at + usize::from(is_doubled)).unwrap_or_default())?;
        if brace.is_none() {
            return Ok(());
        }
        start = at + 1;
        if is_doubled {
            start += 1;
            continue;
        }
        let mut index = None;
        let mut is_index = true;
        while let Some(&byte) = bytes.get(start) {
            start += 1;
            match byte {
                b'}' => break,
                b'0'..=b'9' if is_index => {
                    let digit = usize::from(byte - b'0');
                    index = Some(index.unwrap_or(0_usize).wrapping_mul(10).wrapping_add(digit));
                }
                // What follows is a specification.
                _ => is_index = false,
            }
        }
        let index = index.unwrap_or_else(|| {
            next += 1;
            next - 1
        });
        if let Some(value) = values.get(index) {
            value.write_to(out)?;
        }
    }
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
