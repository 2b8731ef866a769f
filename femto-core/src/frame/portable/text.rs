//! Text: bytes that are UTF-8. Most are short and ASCII, for which the standard library's check takes
//! several instructions a byte.
#![allow(unsafe_code, reason = "what is known to be ASCII need not be looked through again")]

/// The bytes as a text; `None` if they are not UTF-8.
#[inline]
pub(super) fn text(bytes: &[u8]) -> Option<&str> {
    // Where a word is narrow, flash counts more.
    if cfg!(target_pointer_width = "64") && is_ascii(bytes) {
        // SAFETY: ASCII is UTF-8.
        return Some(unsafe { core::str::from_utf8_unchecked(bytes) });
    }
    core::str::from_utf8(bytes).ok()
}

#[inline]
fn is_ascii(bytes: &[u8]) -> bool {
    const BYTES: usize = size_of::<u64>();
    let (chunks, rest) = bytes.as_chunks::<BYTES>();
    let seen = chunks.iter().fold(0, |seen, chunk| seen | u64::from_ne_bytes(*chunk));
    let seen = seen
        | match bytes.last_chunk::<BYTES>() {
            // Some of its bytes for the second time: quicker than one by one.
            Some(last) => u64::from_ne_bytes(*last),
            None => rest.iter().fold(0, |seen, byte| seen | u64::from(*byte)),
        };
    seen & u64::from_ne_bytes([0x80; BYTES]) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_byte_that_is_no_ascii_is_seen_wherever_it_is() {
        for length in 0..40 {
            let mut bytes = [b'a'; 40];
            assert!(is_ascii(&bytes[..length]));
            for at in 0..length {
                bytes[at] = 0x80;
                assert!(!is_ascii(&bytes[..length]), "{at} of {length}");
                assert_eq!(text(&bytes[..length]), None);
                bytes[at] = b'a';
            }
        }
        assert_eq!(text("für".as_bytes()), Some("für"));
    }
}
