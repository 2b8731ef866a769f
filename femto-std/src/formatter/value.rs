//! Values as JSON, and as text.
//!
//! Runs on the *collector*, below the formatters for programs.

use core::fmt::Write;

use femto_core::Value;

use super::escape::escape_json;

/// Appends a value as JSON: numbers, `true`, `false`, `null` for Python's `None`; all else is a string.
pub(super) fn push_json(value: &Value<'_>, out: &mut String) {
    let mut digits = itoa::Buffer::new();
    let text = match *value {
        Value::None => "null",
        Value::Bool(true) => "true",
        Value::Bool(false) => "false",
        Value::I8(n) => digits.format(n),
        Value::I16(n) => digits.format(n),
        Value::I32(n) => digits.format(n),
        Value::I64(n) => digits.format(n),
        Value::U8(n) => digits.format(n),
        Value::U16(n) => digits.format(n),
        Value::U32(n) => digits.format(n),
        Value::U64(n) => digits.format(n),
        Value::I128([low, high]) if high as i64 == (low as i64) >> 63 => digits.format(low as i64),
        Value::I128([low, 0]) | Value::U128([low, 0]) => digits.format(low),
        Value::F32(x) if x.is_finite() => {
            return out.push_str(zmij::Buffer::new().format_finite(x));
        }
        Value::F64(x) if x.is_finite() => {
            return out.push_str(zmij::Buffer::new().format_finite(x));
        }
        Value::F32(_) | Value::F64(_) => "null",
        Value::Str(text) => return push_json_text(text, out),
        // As digits, on one line.
        Value::Hexdump(bytes) => return push_json_string(&Value::Bytes(bytes), out),
        _ => return push_json_string(value, out),
    };
    out.push_str(text);
}

/// Appends a text as a JSON string.
#[inline]
pub(super) fn push_json_text(text: &str, out: &mut String) {
    out.push('"');
    let start = out.len();
    out.push_str(text);
    escape_json(out, start);
    out.push('"');
}

/// Appends what `{}` prints of a value, as a JSON string.
fn push_json_string(value: &Value<'_>, out: &mut String) {
    out.push('"');
    let start = out.len();
    push_text(value, out);
    escape_json(out, start);
    out.push('"');
}

/// Appends what `{}` prints of a value; floats in the fewest digits that read back as the same number.
pub(super) fn push_text(value: &Value<'_>, out: &mut String) {
    let mut digits = itoa::Buffer::new();
    let text = match *value {
        Value::Str(text) | Value::Rendered(text) => text,
        Value::I32(n) => digits.format(n),
        Value::I64(n) => digits.format(n),
        Value::U32(n) => digits.format(n),
        Value::U64(n) => digits.format(n),
        Value::F32(x) => return out.push_str(zmij::Buffer::new().format(x)),
        Value::F64(x) => return out.push_str(zmij::Buffer::new().format(x)),
        _ => {
            // A `Display` that fails leaves what it wrote.
            let _ = write!(out, "{value}");
            return;
        }
    };
    out.push_str(text);
}
