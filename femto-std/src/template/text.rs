//! Texts cut and padded by characters, as Python counts them.
//!
//! Runs on the *collector*, below the conversions of templates.

use core::fmt::{self, Write};

/// The first `characters` characters.
pub(super) fn first(text: &str, characters: usize) -> &str {
    // As many bytes as characters wanted are certainly not too many characters.
    if text.len() <= characters {
        return text;
    }
    text.char_indices().nth(characters).map_or(text, |(end, _)| &text[..end])
}

/// How many characters the text lacks to the width.
pub(super) fn missing(text: &str, width: u16) -> usize {
    match width {
        0 => 0,
        // Bytes are quicker counted than characters, and mostly the same.
        _ if text.is_ascii() => usize::from(width).saturating_sub(text.len()),
        _ => usize::from(width).saturating_sub(text.chars().count()),
    }
}

/// Writes the fill character `count` times.
pub(super) fn write_fill<W: Write + ?Sized>(fill: char, count: usize, out: &mut W) -> fmt::Result {
    if fill == ' ' {
        let mut left = count;
        while left > 0 {
            let now = left.min(SPACES.len());
            out.write_str(&SPACES[..now])?;
            left -= now;
        }
        return Ok(());
    }
    for _ in 0..count {
        out.write_char(fill)?;
    }
    Ok(())
}

const SPACES: &str = "                                ";
