//! Frames from a ring onto the wire, as they lie there. Runs on the *drain*.

use embedded_io::Write;

use super::stuffed::Stuffed;
use super::{HAS_WIDE_WORDS, IS_ABOUT, IS_FROM_RING, IS_SINCE_EPOCH};
use crate::atomic::WORD_BYTES;
use crate::clock;
use crate::frame::address::MARK;

/// Sends the words of a frame.
pub(crate) fn send_words<W: Write>(
    sequence: u32,
    words: &[u8],
    sink: &mut W,
) -> Result<(), W::Error> {
    send(IS_FROM_RING, sequence, words, sink)
}

/// Sends what a host has to know about this program to read the frames of its rings.
#[cold]
#[inline(never)]
pub(crate) fn send_about<W: Write>(sequence: u32, sink: &mut W) -> Result<(), W::Error> {
    let mark = core::ptr::from_ref(&MARK).addr() as u32;
    let (rate, epoch) = (clock::rate(), clock::epoch());
    let (seconds, nanos) = epoch.map_or((0, 0), |time| (time.as_secs(), time.subsec_nanos()));
    let halves = |wide: u64| [wide as u32, (wide >> 32) as u32];
    let ([rate, rate_high], [seconds, seconds_high]) = (halves(rate), halves(seconds));
    let words = [mark, rate, rate_high, seconds, seconds_high, nanos].map(u32::to_le_bytes);
    let (flags, count) = if epoch.is_some() { (IS_SINCE_EPOCH, 6) } else { (0, 3) };
    send(IS_ABOUT | flags, sequence, words[..count].as_flattened(), sink)
}

#[inline(never)]
fn send<W: Write>(flags: u8, sequence: u32, words: &[u8], sink: &mut W) -> Result<(), W::Error> {
    let wide = if WORD_BYTES == 8 { HAS_WIDE_WORDS } else { 0 };
    let mut frame = Stuffed::new(sink);
    frame.begin(flags | wide, sequence)?;
    frame.write_all(words)?;
    frame.finish()
}
