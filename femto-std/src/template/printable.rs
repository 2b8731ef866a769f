//! Python's `str.isprintable` for one character, for the templates' `%r` and `%a`.
//!
//! Runs on the *collector*, below [`super::repr`]. The answer depends on the Unicode version of
//! the Python whose results are wanted, so the binding says once which one that is.

use core::sync::atomic::{AtomicU8, Ordering};

use super::printable_table::NOT_PRINTABLE;

/// Says which Unicode version decides what `%r` escapes, for the whole process.
///
/// `major` and `minor` are the first two numbers of Python's `unicodedata.unidata_version`.
/// Versions 13.0 to 18.0 are known; the default is the newest.
pub fn use_unicode_version(major: u8, minor: u8) {
    let version = major.saturating_mul(10).saturating_add(minor.min(9));
    UNICODE_VERSION.store(version.min(NEWEST), Ordering::Relaxed);
}

/// Whether Python's `repr` prints the character as it is.
pub(super) fn is_printable(character: char) -> bool {
    if character.is_ascii() {
        return matches!(character, ' '..='~');
    }
    let code = u32::from(character);
    let after = NOT_PRINTABLE.partition_point(|&(first, _, _)| first <= code);
    // The table begins above ASCII, so the first character after it may come before every range.
    let Some(&(_, last, since)) = after.checked_sub(1).and_then(|i| NOT_PRINTABLE.get(i)) else {
        return true;
    };
    code > last || since <= UNICODE_VERSION.load(Ordering::Relaxed)
}

/// The newest version in the table; below the 255 that marks what is never printable.
const NEWEST: u8 = 180;

static UNICODE_VERSION: AtomicU8 = AtomicU8::new(NEWEST);
