//! Python's `repr` and `ascii` of texts and bytes.
//!
//! Runs on the *collector*, for the conversions `%r` and `%a` of a template, and for bytes.

use core::fmt::{self, Write};

use super::printable::is_printable;

/// Writes `repr(text)`, or `ascii(text)` if `ascii` is set.
pub(super) fn write_str_repr<W: Write + ?Sized>(
    text: &str,
    ascii: bool,
    out: &mut W,
) -> fmt::Result {
    let quote = quote_for(text.as_bytes());
    out.write_char(quote)?;
    let mut written = 0;
    for (at, character) in text.char_indices() {
        let plain = match character {
            '\\' => false,
            ' '..='~' => character != quote,
            _ => !ascii && is_printable(character),
        };
        if plain {
            continue;
        }
        out.write_str(&text[written..at])?;
        written = at + character.len_utf8();
        write_escape(character, out)?;
    }
    out.write_str(&text[written..])?;
    out.write_char(quote)
}

/// Writes the text with all that is not ASCII escaped, as `ascii` does to a `repr`.
pub(super) fn write_ascii<W: Write + ?Sized>(text: &str, out: &mut W) -> fmt::Result {
    text.chars().try_for_each(|character| match character {
        '\0'..='\x7f' => out.write_char(character),
        _ => write_escape(character, out),
    })
}

/// Writes `repr(bytes)`: `b'..'`.
pub(super) fn write_bytes_repr<W: Write + ?Sized>(bytes: &[u8], out: &mut W) -> fmt::Result {
    let quote = quote_for(bytes);
    out.write_char('b')?;
    out.write_char(quote)?;
    for &byte in bytes {
        let character = char::from(byte);
        if matches!(character, ' '..='~') && character != '\\' && character != quote {
            out.write_char(character)?;
        } else {
            write_escape(character, out)?;
        }
    }
    out.write_char(quote)
}

/// Single quotes, unless the text has some and no double ones.
fn quote_for(text: &[u8]) -> char {
    if text.contains(&b'\'') && !text.contains(&b'"') { '"' } else { '\'' }
}

fn write_escape<W: Write + ?Sized>(character: char, out: &mut W) -> fmt::Result {
    let code = u32::from(character);
    match character {
        '\t' => out.write_str("\\t"),
        '\n' => out.write_str("\\n"),
        '\r' => out.write_str("\\r"),
        '\\' => out.write_str("\\\\"),
        '\'' => out.write_str("\\'"),
        _ if code <= 0xFF => write!(out, "\\x{code:02x}"),
        _ if code <= 0xFFFF => write!(out, "\\u{code:04x}"),
        _ => write!(out, "\\U{code:08x}"),
    }
}
