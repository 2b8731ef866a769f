//! Makes a ring again of words that survived a reset, however it left them. Runs once, at boot.
//!
//! Every intact frame is kept where it lies; everything between becomes padding, everything else
//! zeros. It writes to no frame that it keeps, so that a reset meanwhile costs nothing: the next boot
//! begins anew.

use crate::atomic::{AtomicWord, Ordering, WORD_BYTES};
use crate::frame::retained::Retained;
use crate::frame::{Header, Kind};
use crate::ring::padding;

/// What was found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Recovered {
    /// Where the ring goes on.
    pub(super) head: usize,
    /// Where the oldest frame lies.
    pub(super) tail: usize,
    /// Intact frames.
    pub(super) records: usize,
    /// Stretches that are neither zeros nor intact frames.
    pub(super) torn: usize,
}

/// Recovers `ring`, whose length is a power of two, and whose frames have at most `scratch` bytes.
pub(super) fn recover(ring: &[AtomicWord], scratch: &mut [u8]) -> Recovered {
    let Some(Span { start, end }) = Span::find(ring, scratch) else {
        let torn = usize::from(clear(ring));
        return Recovered { torn, ..Recovered::default() };
    };
    let (before, after) = ring.split_at(start);
    let (mut records, mut torn, mut walked) = (0, 0, 0);
    for (part, offset) in [(after, 0), (before, after.len())] {
        let mut done = 0;
        let mut frames = Frames { words: part, at: 0, end: Some(end), span: ring.len() };
        while let Some(Found { at, words, .. }) = frames.next(scratch) {
            // Not before there is a frame behind it: what comes after the last is to be free.
            if walked < offset {
                torn += usize::from(skip(&after[walked..]));
            }
            torn += usize::from(skip(&part[done..at]));
            records += 1;
            done = at + words;
            walked = offset + done;
        }
    }
    // What is left, from the end of the last frame round to the first.
    let (from, left) = ((start + walked) & (ring.len() - 1), ring.len() - walked);
    let to_the_end = left.min(ring.len() - from);
    let is_torn = clear(&ring[from..from + to_the_end]);
    torn += usize::from(clear(&ring[..left - to_the_end]) || is_torn);

    // The head is not behind where it was, and what it says of the place is right, even if another
    // build had a ring of another size here.
    let head =
        end.wrapping_add(((start + walked) as u32).wrapping_sub(end) & (ring.len() - 1) as u32);
    let head = head as usize;
    Recovered { head, tail: head.wrapping_sub(walked), records, torn }
}

/// The oldest frame's place, and the position behind the newest.
struct Span {
    start: usize,
    end: u32,
}

impl Span {
    fn find(ring: &[AtomicWord], scratch: &mut [u8]) -> Option<Self> {
        let mut frames = Frames { words: ring, at: 0, end: None, span: ring.len() };
        let mut end = None;
        while let Some(found) = frames.next(scratch) {
            let is_older = end.is_some_and(|end| (found.end.wrapping_sub(end) as i32) < 0);
            end = if is_older { end } else { Some(found.end) };
        }
        let end = end?;
        let mut frames = Frames { at: 0, end: Some(end), ..frames };
        let mut oldest = frames.next(scratch)?;
        while let Some(found) = frames.next(scratch) {
            if end.wrapping_sub(found.end) > end.wrapping_sub(oldest.end) {
                oldest = found;
            }
        }
        Some(Self { start: oldest.at, end })
    }
}

/// An intact frame.
#[derive(Clone, Copy)]
struct Found {
    at: usize,
    words: usize,
    /// The position behind it.
    end: u32,
}

/// Looks for intact frames.
struct Frames<'r> {
    words: &'r [AtomicWord],
    at: usize,
    /// The position behind the newest, if that is known. What does not lie in the same turn of the
    /// ring was overwritten, though its words are still there: a cache may store out of order.
    end: Option<u32>,
    /// Words of the ring.
    span: usize,
}

impl Frames<'_> {
    fn next(&mut self, scratch: &mut [u8]) -> Option<Found> {
        while let Some([first, ..]) = self.words.get(self.at..) {
            let (at, first) = (self.at, first.load(Ordering::Relaxed));
            if let Some(header) = Header::from_word(first)
                && header.kind == Kind::Portable
                && let Some(frame) = self.words[at..].get(..header.words)
                && let Some(bytes) = copy(frame, scratch)
                && let Some(Retained { position, .. }) = Retained::read(bytes, WORD_BYTES)
                && self.end.is_none_or(|end| end.wrapping_sub(position) as usize <= self.span)
            {
                self.at += header.words;
                let end = position.wrapping_add(header.words as u32);
                return Some(Found { at, words: header.words, end });
            }
            self.at += 1;
        }
        None
    }
}

/// The words as bytes; `None` if there is no room.
fn copy<'s>(frame: &[AtomicWord], scratch: &'s mut [u8]) -> Option<&'s [u8]> {
    let bytes = scratch.get_mut(..size_of_val(frame))?;
    let (chunks, _) = bytes.as_chunks_mut();
    for (chunk, word) in chunks.iter_mut().zip(frame) {
        *chunk = word.load(Ordering::Relaxed).to_le_bytes();
    }
    Some(bytes)
}

/// Makes padding of `gap`; answers whether there was anything in it.
fn skip(gap: &[AtomicWord]) -> bool {
    let was_torn = clear(gap);
    for piece in gap.chunks(Header::MAX_WORDS) {
        piece[0].store(padding(piece.len()), Ordering::Relaxed);
    }
    was_torn
}

/// Makes zeros; answers whether there was anything else, but for padding.
fn clear(words: &[AtomicWord]) -> bool {
    let mut was_torn = false;
    for word in words {
        let was = word.load(Ordering::Relaxed);
        was_torn |= was != 0 && was != padding(was as usize & Header::MAX_WORDS);
        word.store(0, Ordering::Relaxed);
    }
    was_torn
}
