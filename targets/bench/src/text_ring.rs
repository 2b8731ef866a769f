//! A ring of finished lines, as a logger without records has it: one copy in a critical section.

use core::cell::RefCell;

use critical_section::Mutex;

use crate::{RING_BYTES, send};

static RING: Mutex<RefCell<TextRing>> =
    Mutex::new(RefCell::new(TextRing { bytes: [0; RING_BYTES], head: 0, tail: 0 }));

struct TextRing {
    bytes: [u8; RING_BYTES],
    /// Bytes written and read since the start, modulo 2^32.
    head: usize,
    tail: usize,
}

/// Puts a line, or drops it where there is no room.
pub(crate) fn push(line: &[u8]) {
    critical_section::with(|section| {
        let ring = &mut *RING.borrow_ref_mut(section);
        if line.len() > RING_BYTES - ring.head.wrapping_sub(ring.tail) {
            return;
        }
        let at = ring.head % RING_BYTES;
        let (first, second) = line.split_at(line.len().min(RING_BYTES - at));
        ring.bytes[at..at + first.len()].copy_from_slice(first);
        ring.bytes[..second.len()].copy_from_slice(second);
        ring.head = ring.head.wrapping_add(line.len());
    });
}

/// Sends what is there, a piece at a time; answers how many bytes.
pub(crate) fn drain() -> usize {
    let mut sent = 0;
    loop {
        let mut piece = [0; 16];
        let length = critical_section::with(|section| {
            let ring = &mut *RING.borrow_ref_mut(section);
            let length = ring.head.wrapping_sub(ring.tail).min(piece.len());
            for byte in &mut piece[..length] {
                *byte = ring.bytes[ring.tail % RING_BYTES];
                ring.tail = ring.tail.wrapping_add(1);
            }
            length
        });
        if length == 0 {
            return sent;
        }
        send(&piece[..length]);
        sent += length;
    }
}
