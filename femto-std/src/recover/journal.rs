//! The lines of one handler, in the mapped file until its sink has written them.
//!
//! Filled by the *collector* before a commit; whoever writes to the sink says how far it has come.
//! Positions count the bytes of all lines; they lie in a ring, or, if they are too many for it, in a
//! file beside.

use core::sync::atomic::{AtomicU64, Ordering};
use std::fs;
use std::path::{Path, PathBuf};

use super::layout::{self, handler};
use super::spelled::put_bytes;
use crate::sink::Place;

/// A handler's lines.
#[derive(Debug)]
pub(crate) struct Journal {
    path: PathBuf,
    slot: usize,
    numbers: &'static [AtomicU64],
    ring: &'static [AtomicU64],
    at: usize,
    /// The end of the lines, those of the next commit included.
    filled: AtomicU64,
    /// Lines before it are written, whatever the slot says.
    start: AtomicU64,
    /// From where to where the lines are in the file beside.
    beside: [AtomicU64; 2],
}

/// The lines need more room than there is now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NoRoom;

impl Journal {
    pub(super) fn begin(
        path: &Path,
        slot: usize,
        numbers: &'static [AtomicU64],
        ring: &'static [AtomicU64],
        at: usize,
        name: &str,
    ) -> Self {
        for number in &numbers[..handler::NAME_LENGTH] {
            number.store(0, Ordering::Relaxed);
        }
        numbers[handler::RING_AT].store(at as u64, Ordering::Relaxed);
        numbers[handler::RING_BYTES].store(8 * ring.len() as u64, Ordering::Relaxed);
        let length = put_bytes(&numbers[handler::NAME..], name.as_bytes());
        numbers[handler::NAME_LENGTH].store(length as u64, Ordering::Relaxed);
        numbers[handler::IS_USED].store(1, Ordering::Release);
        let (filled, start) = (AtomicU64::new(0), AtomicU64::new(0));
        let beside = [AtomicU64::new(0), AtomicU64::new(0)];
        Self { path: path.to_owned(), slot, numbers, ring, at, filled, start, beside }
    }

    pub(super) fn slot(&self) -> u8 {
        self.slot as u8
    }

    /// Frees the slot; answers where its ring was.
    pub(super) fn close(&self) -> (usize, usize) {
        self.numbers[handler::IS_USED].store(0, Ordering::Release);
        (self.at, 8 * self.ring.len())
    }

    /// Whether everything is written.
    pub(crate) fn is_done(&self) -> bool {
        self.written() == self.filled.load(Ordering::Relaxed)
    }

    fn written(&self) -> u64 {
        let start = self.start.load(Ordering::Relaxed);
        self.numbers[handler::WRITTEN].load(Ordering::Acquire).max(start)
    }

    /// Keeps lines; answers their position.
    pub(crate) fn append(&self, bytes: &[u8]) -> Result<u64, NoRoom> {
        let capacity = 8 * self.ring.len() as u64;
        let mut at = self.filled.load(Ordering::Relaxed);
        let written = self.written();
        if written < self.beside[1].load(Ordering::Relaxed) {
            // The file beside is in use.
            return Err(NoRoom);
        }
        if written == at && !at.is_multiple_of(capacity) {
            // Nothing waits: begin where the ring does, so that few of its pages are in use.
            at = at.next_multiple_of(capacity);
            self.start.store(at, Ordering::Relaxed);
        }
        let end = at + bytes.len() as u64;
        if bytes.len() as u64 > capacity / 2 {
            if self.written() != at || super::write_beside(&self.beside_path(), bytes).is_err() {
                return Err(NoRoom);
            }
            self.beside[0].store(at, Ordering::Relaxed);
            self.beside[1].store(end, Ordering::Relaxed);
        } else if end - self.written() > capacity {
            return Err(NoRoom);
        } else {
            self.copy((at % capacity) as usize, bytes);
        }
        self.filled.store(end, Ordering::Relaxed);
        Ok(at)
    }

    fn beside_path(&self) -> PathBuf {
        layout::beside(&self.path, "lines", self.slot as u64)
    }

    /// Puts bytes into the ring, from its byte `at` on.
    fn copy(&self, at: usize, bytes: &[u8]) {
        let (mut index, before) = (at / 8, at % 8);
        let mut rest = bytes;
        if before != 0 {
            // Bytes that were published stay as they are.
            let (head, behind) = rest.split_at(rest.len().min(8 - before));
            let mut number = self.ring[index].load(Ordering::Relaxed).to_ne_bytes();
            number[before..before + head.len()].copy_from_slice(head);
            self.ring[index].store(u64::from_ne_bytes(number), Ordering::Relaxed);
            (index, rest) = ((index + 1) % self.ring.len(), behind);
        }
        let to_end = rest.len().min(8 * (self.ring.len() - index));
        put_bytes(&self.ring[index..], &rest[..to_end]);
        put_bytes(self.ring, &rest[to_end..]);
    }

    /// Writes what belongs to a commit.
    pub(super) fn seal(&self, half: usize) {
        let numbers = &self.numbers[handler::sealed(half)..];
        let own = [&self.filled, &self.start, &self.beside[0], &self.beside[1]];
        for (number, own) in numbers.iter().zip(own) {
            number.store(own.load(Ordering::Relaxed), Ordering::Relaxed);
        }
    }

    /// The sink is about to write what comes next, there.
    pub(crate) fn begin_write(&self, place: Option<Place>) {
        let position = self.written() + 1;
        let half = 1 - (self.numbers[handler::PLACE].load(Ordering::Relaxed) & 1);
        let numbers = &self.numbers[handler::place(half as usize)..];
        let place =
            place.map_or([0; 4], |place| [place.device, place.inode, place.length, position]);
        for (number, part) in numbers.iter().zip(place) {
            number.store(part, Ordering::Relaxed);
        }
        self.numbers[handler::PLACE].store(half, Ordering::Release);
    }

    /// The sink has written everything before `position`, or it was given up.
    pub(crate) fn advance(&self, position: u64) {
        let end = self.beside[1].load(Ordering::Relaxed);
        if end != 0 && position == end {
            // Before anybody may put another there. One that is missing was written.
            let _ = fs::remove_file(self.beside_path());
        }
        self.numbers[handler::WRITTEN].store(position, Ordering::Release);
    }
}
