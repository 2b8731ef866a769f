//! Texts on their way into a line. Runs on the *collector* or *drain*, between record and sink.

use core::fmt::{self, Write};
use core::mem;

use crate::sink::write_char;
use crate::value::write_hex_number;
use crate::{Level, Value};

/// Whether a character drives a terminal, ends a line, or changes the direction of writing: the
/// control characters C0, DEL and C1; U+2028 and U+2029; the nine of "Trojan Source"
/// (CVE-2021-42574), U+202A to U+202E and U+2066 to U+2069.
pub(super) const fn is_control(c: char) -> bool {
    matches!(c, '\0'..='\x1f' | '\x7f'..='\u{9f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Writes a text in which something else stands for some characters.
pub(super) type EscapeFn = fn(&str, &mut dyn Write) -> fmt::Result;

/// Writes a text, its control characters as escapes.
pub(super) fn write_escaped(text: &str, out: &mut dyn Write) -> fmt::Result {
    replace(text, out, is_control, |c, out| match c {
        '\n' => out.write_str("\\n"),
        '\r' => out.write_str("\\r"),
        '\t' => out.write_str("\\t"),
        _ => {
            out.write_str("\\u{")?;
            write_hex_number(c as usize, 1, out)?;
            out.write_char('}')
        }
    })
}

/// A line of text.
///
/// It keeps the error of `out` apart from that of a `Display` which fails: that one only leaves
/// what it wrote. After an error nothing more is written, so whoever writes need not look.
pub(super) struct Line<'o> {
    pub(super) out: &'o mut dyn Write,
    /// What is done to texts, if anything; a pointer, so that firmware links it only if it asks for it.
    pub(super) escape: Option<EscapeFn>,
    /// Whether a space stands before the next field.
    pub(super) needs_space: bool,
    pub(super) result: fmt::Result,
}

impl<'o> Line<'o> {
    pub(super) fn new(out: &'o mut dyn Write, escape: Option<EscapeFn>) -> Self {
        Self { out, escape, needs_space: false, result: Ok(()) }
    }

    /// Begins a field.
    pub(super) fn begin(&mut self) {
        if mem::replace(&mut self.needs_space, true) {
            self.put(" ");
        }
    }

    #[inline(never)]
    pub(super) fn put(&mut self, text: &str) {
        let _ = self.write_str(text);
    }

    /// Puts what is never escaped.
    #[inline(never)]
    pub(super) fn put_as_it_is(&mut self, value: &Value<'_>) {
        if self.result.is_ok() {
            self.result = value.write_to(self.out);
        }
    }

    #[inline(never)]
    pub(super) fn put_field(&mut self, value: &Value<'_>) -> fmt::Result {
        self.begin();
        let _ = value.write_to(self);
        self.result
    }

    #[inline(never)]
    pub(super) fn put_key_value(&mut self, key: &str, value: &Value<'_>) {
        self.begin();
        self.put(key);
        self.put("=");
        match value {
            // It has the ends of its lines from us.
            Value::Hexdump(_) => self.put_as_it_is(value),
            _ => _ = value.write_to(self),
        }
    }
}

impl Write for Line<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        if self.result.is_ok() {
            self.result = match self.escape {
                None => self.out.write_str(text),
                Some(escape) => escape(text, self.out),
            };
        }
        self.result
    }

    fn write_char(&mut self, c: char) -> fmt::Result {
        write_char(c, self)
    }
}

/// The inside of a JSON string (RFC 8259), without the quotes around it.
pub(super) struct JsonText<'o> {
    pub(super) out: &'o mut dyn Write,
    /// As in [`Line`].
    pub(super) result: fmt::Result,
}

impl Write for JsonText<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        if self.result.is_ok() {
            let is_special = |c| is_control(c) || c == '"' || c == '\\';
            self.result = replace(text, self.out, is_special, |c, out| match c {
                '"' => out.write_str("\\\""),
                '\\' => out.write_str("\\\\"),
                '\n' => out.write_str("\\n"),
                '\r' => out.write_str("\\r"),
                '\t' => out.write_str("\\t"),
                // None of them is beyond 16 bits.
                _ => {
                    out.write_str("\\u")?;
                    write_hex_number(c as usize, 4, out)
                }
            });
        }
        self.result
    }

    fn write_char(&mut self, c: char) -> fmt::Result {
        write_char(c, self)
    }
}

/// Writes a JSON string: what `{}` prints of a value, in quotes.
#[inline(never)]
pub(super) fn write_json_string(value: &Value<'_>, out: &mut dyn Write) -> fmt::Result {
    out.write_char('"')?;
    let mut text = JsonText { out, result: Ok(()) };
    // A `Display` that fails leaves what it wrote.
    let _ = value.write_to(&mut text);
    let result = text.result;
    result?;
    out.write_char('"')
}

/// Writes a level by its number, in quotes.
pub(super) fn write_quoted_level(level: Level, out: &mut dyn Write) -> fmt::Result {
    out.write_char('"')?;
    level.write_number(out)?;
    out.write_char('"')
}

/// Writes a text, with something else for the special characters in it.
#[inline(always)]
fn replace(
    text: &str,
    out: &mut dyn Write,
    is_special: impl Fn(char) -> bool,
    write: impl Fn(char, &mut dyn Write) -> fmt::Result,
) -> fmt::Result {
    let (mut rest, mut chars) = (text, text.chars());
    loop {
        let here = chars.as_str().len();
        let Some(c) = chars.next() else { return out.write_str(rest) };
        if is_special(c) {
            out.write_str(rest.get(..rest.len() - here).unwrap_or_default())?;
            write(c, out)?;
            rest = chars.as_str();
        }
    }
}
