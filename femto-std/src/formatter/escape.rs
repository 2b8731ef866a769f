//! Texts on their way into a line: what would do harm there is written as escapes.
//!
//! Runs on the *collector*, below the formatters. A text is written as it is first, and looked
//! through where it lies: most have nothing to escape.

use core::fmt::Write;

/// Escapes the characters from byte `start` on that drive a terminal, end a line, or change the
/// direction of writing: `\n`, `\u{1b}`.
///
/// Backslashes stay as they are, so that paths can be read: this keeps a text from doing harm, and is
/// not meant to be undone.
pub(super) fn escape_control(out: &mut String, start: usize) {
    replace(out, start, CONTROL, |c, out| match c {
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        '\t' => out.push_str("\\t"),
        _ => push(out, format_args!("\\u{{{:x}}}", u32::from(c))),
    });
}

/// As [`escape_control`], but ends of lines stay, and `indent` is put behind each; so do tabulators.
pub(super) fn escape_lines(out: &mut String, start: usize, indent: &str, escapes: bool) {
    replace(out, start, CONTROL, |c, out| match c {
        '\n' => out.extend(["\n", indent]),
        '\t' => out.push('\t'),
        _ if escapes => push(out, format_args!("\\u{{{:x}}}", u32::from(c))),
        _ => out.push(c),
    });
}

/// Makes what is written from byte `start` on the inside of a JSON string (RFC 8259), without
/// anything that does harm on a terminal.
#[inline]
pub(super) fn escape_json(out: &mut String, start: usize) {
    if !is_plain_ascii(&out.as_bytes()[start..]) {
        escape_some(out, start);
    }
}

#[inline(never)]
fn escape_some(out: &mut String, start: usize) {
    replace(out, start, CONTROL | QUOTE, |c, out| match c {
        '"' => out.push_str("\\\""),
        '\\' => out.push_str("\\\\"),
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        '\t' => out.push_str("\\t"),
        // None of them is beyond 16 bits.
        _ => push(out, format_args!("\\u{:04x}", u32::from(c))),
    });
}

/// Whether a character drives a terminal, ends a line, or changes the direction of writing: the
/// control characters C0, DEL and C1; U+2028 and U+2029; the nine of "Trojan Source"
/// (CVE-2021-42574), U+202A to U+202E and U+2066 to U+2069. The set of `femto-core`.
const fn is_control(c: char) -> bool {
    matches!(c, '\0'..='\x1f' | '\x7f'..='\u{9f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

fn push(out: &mut String, what: core::fmt::Arguments<'_>) {
    let written = out.write_fmt(what);
    debug_assert!(written.is_ok(), "a string takes everything");
}

fn replace(out: &mut String, start: usize, classes: u8, write: impl Fn(char, &mut String)) {
    let Some(first) = find(&out[start..], classes) else { return };
    let tail = out.split_off(start + first);
    let mut rest = &*tail;
    while let Some(at) = find(rest, classes) {
        let (before, special) = rest.split_at(at);
        out.push_str(before);
        let mut characters = special.chars();
        if let Some(character) = characters.next() {
            write(character, out);
        }
        rest = characters.as_str();
    }
    out.push_str(rest);
}

/// Where the first character of these classes is.
fn find(text: &str, classes: u8) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = 0;
    loop {
        let (chunks, _) = bytes[at..].as_chunks();
        at += CHUNK * chunks.iter().take_while(|chunk| is_plain(chunk)).count();
        let found =
            bytes[at..].iter().position(|byte| CLASSES[usize::from(*byte)] & classes != 0)?;
        at += found;
        let is_alone = CLASSES[usize::from(bytes[at])] & BEGINNING == 0;
        if is_alone || text[at..].starts_with(is_control) {
            return Some(at);
        }
        at += 1;
    }
}

/// Whether a text is ASCII without any class: quicker than [`find`], and true of most texts.
#[inline]
fn is_plain_ascii(bytes: &[u8]) -> bool {
    const BYTES: usize = size_of::<u64>();
    const HALF: usize = size_of::<u32>();
    // A short text's bytes, or a long one's last, some of them twice: quicker than one by one.
    let last = if let Some(last) = bytes.last_chunk::<BYTES>() {
        u64::from_ne_bytes(*last)
    } else if let (Some(first), Some(last)) =
        (bytes.first_chunk::<HALF>(), bytes.last_chunk::<HALF>())
    {
        u64::from(u32::from_ne_bytes(*first)) << 32 | u64::from(u32::from_ne_bytes(*last))
    } else {
        bytes.iter().fold(each(b' '), |word, byte| word << 8 | u64::from(*byte))
    };
    let found = bytes.as_chunks::<BYTES>().0.iter().fold(0, |found, chunk| {
        // No look whether to go on: most texts are short.
        found | classes_of(u64::from_ne_bytes(*chunk))
    });
    (found | classes_of(last)) & each(0x80) == 0
}

/// Sets the highest bit of a byte that has a class or is no ASCII. What a byte borrows from its
/// neighbour, or carries to it, only comes of such a byte.
#[inline]
fn classes_of(word: u64) -> u64 {
    let is = |byte| (word ^ each(byte)).wrapping_sub(each(1));
    let is_low = word.wrapping_sub(each(b' '));
    let is_del = word.wrapping_add(each(1));
    word | is_low | is_del | is(b'"') | is(b'\\')
}

/// The byte eight times.
const fn each(byte: u8) -> u64 {
    u64::from_ne_bytes([byte; 8])
}

/// Whether no byte is of any class. Compilers make vector instructions of it.
#[inline]
fn is_plain(bytes: &[u8; CHUNK]) -> bool {
    let is_any = |byte: u8| {
        (byte < 0x20)
            | (byte == b'"')
            | (byte == b'\\')
            | (byte == 0x7f)
            | (byte == 0xc2)
            | (byte == 0xe2)
    };
    !bytes.iter().fold(false, |found, byte| found | is_any(*byte))
}

/// Bytes that are looked at together.
const CHUNK: usize = 16;
/// May be, or begin, a control character.
const CONTROL: u8 = 1;
/// Ends a JSON string, or escapes in it.
const QUOTE: u8 = 2;
/// Only begins a character.
const BEGINNING: u8 = 4;

static CLASSES: [u8; 256] = {
    let mut classes = [0; 256];
    let mut byte = 0;
    while byte < 0x20 {
        classes[byte] = CONTROL;
        byte += 1;
    }
    classes[0x7f] = CONTROL;
    classes[b'"' as usize] = QUOTE;
    classes[b'\\' as usize] = QUOTE;
    // U+0080 to U+00BF, and U+2000 to U+2FFF.
    classes[0xc2] = CONTROL | BEGINNING;
    classes[0xe2] = CONTROL | BEGINNING;
    classes
};

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_look_at_bytes_finds_every_control_character_and_no_other() {
        for c in '\0'..=char::MAX {
            let expected = if is_control(c) { Some(0) } else { None };
            assert_eq!(find(c.encode_utf8(&mut [0; 4]), CONTROL), expected, "{c:?}");
        }
    }

    #[test]
    fn bytes_are_plain_if_none_of_them_has_a_class() {
        for byte in 0..=u8::MAX {
            for at in [0, 7, 15] {
                let mut bytes = *b"sixteen letters.";
                bytes[at] = byte;
                assert_eq!(is_plain(&bytes), CLASSES[usize::from(byte)] == 0, "{byte}");
            }
        }
        let letters = *b"thirty-five letters and a few more.";
        for byte in 0..=u8::MAX {
            for length in 0..=letters.len() {
                assert!(is_plain_ascii(&letters[..length]));
                for at in 0..length {
                    let mut bytes = letters;
                    bytes[at] = byte;
                    let expected = byte.is_ascii() && CLASSES[usize::from(byte)] == 0;
                    assert_eq!(
                        is_plain_ascii(&bytes[..length]),
                        expected,
                        "{byte} at {at} of {length}"
                    );
                }
            }
        }
        let text = "0123456789abcdef0123456789abcdef0\n456789abcdef\"";
        assert_eq!(find(text, CONTROL), Some(33));
        assert_eq!(find(&text[34..], CONTROL | QUOTE), Some(12));
        assert_eq!(find(&text[34..], CONTROL), None);
    }

    proptest! {
        #[test]
        fn nothing_harmful_is_left_and_the_rest_is_as_it_was(text in "[ab\"\\\\\n\t\u{1b}\u{80}-\u{a1}é–\u{2028}-\u{2030}😀]*") {
            let mut out = format!("\n{text}");
            escape_control(&mut out, 1);
            prop_assert!(out.starts_with('\n') && !out[1..].contains(is_control));
            let plain = |text: &str| text.replace(is_control, "");
            if !text.contains(is_control) {
                prop_assert_eq!(&out[1..], text.as_str());
            }
            let mut lines = text.clone();
            escape_lines(&mut lines, 0, "  ", true);
            prop_assert_eq!(lines.matches("\n  ").count(), text.matches('\n').count());
            let mut kept = text.clone();
            escape_lines(&mut kept, 0, "", false);
            prop_assert_eq!(plain(&kept), plain(&text));
        }
    }
}
