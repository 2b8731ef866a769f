//! Bytes cut into lines: whole ones are given, the beginning of one waits for the rest.

use std::fs::File;
use std::io::{self, Read};
use std::os::unix::fs::FileExt;

use memchr::{memchr, memrchr, memrchr_iter};

/// What was read and not given yet. Holds a line at most, of [`LONGEST`] bytes at most.
pub(super) struct Lines {
    buffer: Vec<u8>,
    /// Bytes of the buffer that hold something.
    filled: usize,
    /// How many of them are known to have no end of a line.
    searched: usize,
    /// In the rest of a line that is too long.
    skips: bool,
    /// Lines that were cut.
    pub(super) cut: u64,
}

impl Lines {
    pub(super) fn new() -> Self {
        Self { buffer: Vec::new(), filled: 0, searched: 0, skips: false, cut: 0 }
    }

    /// Room for what is read next.
    pub(super) fn room(&mut self) -> &mut [u8] {
        if self.buffer.len() < self.filled + CHUNK {
            self.buffer.resize(self.filled + CHUNK, 0);
        }
        &mut self.buffer[self.filled..self.filled + CHUNK]
    }

    /// Takes what was read into the room, and gives the whole lines, ends included.
    pub(super) fn add<E>(
        &mut self,
        read: usize,
        give: &mut dyn FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut start = 0;
        if self.skips {
            match memchr(b'\n', &self.buffer[self.filled..self.filled + read]) {
                Some(end) => {
                    // The part that was given stands before it in the buffer no more.
                    start = self.filled + end + 1;
                    self.skips = false;
                }
                None => return Ok(()),
            }
        }
        self.filled += read;
        let from = self.searched.max(start);
        let end = memrchr(b'\n', &self.buffer[from..self.filled]).map(|at| from + at + 1);
        let given = match end {
            Some(end) => give(&self.buffer[start..end]),
            None => Ok(()),
        };
        let rest = end.unwrap_or(start);
        self.buffer.copy_within(rest..self.filled, 0);
        self.filled -= rest;
        self.searched = self.filled;
        if self.filled <= CHUNK && self.buffer.len() > 4 * CHUNK {
            self.buffer.truncate(2 * CHUNK);
            self.buffer.shrink_to_fit();
        }
        given?;
        if self.filled >= LONGEST {
            self.cut += 1;
            self.finish(give)?;
            self.skips = true;
        }
        Ok(())
    }

    /// Gives what has no end, with one: nothing will come any more.
    pub(super) fn finish<E>(
        &mut self,
        give: &mut dyn FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        self.skips = false;
        if self.filled == 0 {
            return Ok(());
        }
        self.buffer.truncate(self.filled.min(LONGEST));
        self.buffer.push(b'\n');
        (self.filled, self.searched) = (0, 0);
        give(&self.buffer)
    }
}

/// Where the last `count` lines of a file begin. Reads no more than those lines.
pub(super) fn start_of_last(file: &File, count: u64) -> io::Result<u64> {
    let length = file.metadata()?.len();
    if count == 0 {
        return start_of_line(file, length);
    }
    // The end of the last line ends nothing else.
    let (mut before, mut left) = (length, count);
    let mut buffer = vec![0; CHUNK];
    while before > 0 {
        let size = before.min(CHUNK as u64);
        let at = before - size;
        let chunk = &mut buffer[..size as usize];
        file.read_exact_at(chunk, at)?;
        let ends = match before == length && chunk.ends_with(b"\n") {
            true => &chunk[..chunk.len() - 1],
            false => &chunk[..],
        };
        for end in memrchr_iter(b'\n', ends) {
            left -= 1;
            if left == 0 {
                return Ok(at + end as u64 + 1);
            }
        }
        before = at;
    }
    Ok(0)
}

/// Where the line begins that is being written at the end of the file: the end, unless it is half
/// written.
fn start_of_line(file: &File, length: u64) -> io::Result<u64> {
    let mut last = [0];
    if length == 0 {
        return Ok(0);
    }
    file.read_exact_at(&mut last, length - 1)?;
    if last == *b"\n" { Ok(length) } else { start_of_last(file, 1) }
}

/// The last lines of what cannot be read from its end.
pub(super) struct LastLines {
    most: u64,
    lines: std::collections::VecDeque<Vec<u8>>,
}

impl LastLines {
    pub(super) fn new(most: u64) -> Self {
        Self { most, lines: Default::default() }
    }

    pub(super) fn add(&mut self, block: &[u8]) {
        for line in block.split_inclusive(|byte| *byte == b'\n') {
            let mut room = match self.lines.len() as u64 >= self.most {
                true => self.lines.pop_front().unwrap_or_default(),
                false => Vec::new(),
            };
            if self.most == 0 {
                return;
            }
            room.clear();
            room.extend_from_slice(line);
            self.lines.push_back(room);
        }
    }

    pub(super) fn into_bytes(self) -> Vec<u8> {
        self.lines.into_iter().flatten().collect()
    }
}

/// Reads again what a signal interrupted.
pub(super) fn read(input: &mut dyn Read, room: &mut [u8]) -> io::Result<usize> {
    loop {
        match input.read(room) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            read => return read,
        }
    }
}

/// Bytes that are read at once.
pub(super) const CHUNK: usize = 256 << 10;

/// Bytes of a line; the rest of a longer one is left out.
pub(super) const LONGEST: usize = 16 << 20;

#[cfg(test)]
mod tests {
    use core::convert::Infallible;
    use std::io::Write;

    use super::*;

    fn feed(lines: &mut Lines, mut bytes: &[u8], out: &mut Vec<Vec<u8>>) {
        while !bytes.is_empty() {
            let room = lines.room();
            let size = bytes.len().min(room.len());
            room[..size].copy_from_slice(&bytes[..size]);
            let given: Result<(), Infallible> = lines.add(size, &mut |block| {
                out.extend(block.split_inclusive(|byte| *byte == b'\n').map(<[u8]>::to_vec));
                Ok(())
            });
            given.unwrap();
            bytes = &bytes[size..];
        }
    }

    fn finish(lines: &mut Lines, out: &mut Vec<Vec<u8>>) {
        let given: Result<(), Infallible> = lines.finish(&mut |line| {
            out.push(line.to_vec());
            Ok(())
        });
        given.unwrap();
    }

    #[test]
    fn a_line_is_given_when_it_is_whole() {
        let (mut lines, mut out) = (Lines::new(), Vec::new());
        feed(&mut lines, b"on", &mut out);
        feed(&mut lines, b"e", &mut out);
        assert!(out.is_empty());
        feed(&mut lines, b"\ntwo\nthr", &mut out);
        assert_eq!(out, [b"one\n", b"two\n"]);
        finish(&mut lines, &mut out);
        assert_eq!(out[2], b"thr\n");
        finish(&mut lines, &mut out);
        assert_eq!(out.len(), 3);
    }

    #[test]
    fn a_line_without_end_takes_bounded_memory_and_the_next_is_whole() {
        let (mut lines, mut out) = (Lines::new(), Vec::new());
        for _ in 0..20 {
            feed(&mut lines, &[b'x'; 1 << 20], &mut out);
            assert!(lines.buffer.len() <= LONGEST + 2 * CHUNK);
        }
        feed(&mut lines, b"yy\nnext\n", &mut out);
        assert_eq!((out.len(), lines.cut), (2, 1));
        assert_eq!((out[0].len(), &*out[1]), (LONGEST + 1, &b"next\n"[..]));
        feed(&mut lines, b"a\nb\n", &mut out);
        assert_eq!(out[2..], [b"a\n", b"b\n"]);
    }

    #[test]
    fn the_last_lines_are_found_from_the_end() {
        let path = std::env::temp_dir().join(format!("femto-last-{}", std::process::id()));
        let mut file =
            File::options().create(true).write(true).read(true).truncate(true).open(&path);
        let file = file.as_mut().unwrap();
        std::fs::remove_file(&path).unwrap();
        let mut text = Vec::new();
        for chunk in [&b"first\n"[..], &[b'x'; 3 * CHUNK], b"\n\nlast\nhalf"] {
            text.extend(chunk);
        }
        file.write_all(&text).unwrap();
        let end = text.len() as u64;
        for (count, expected) in
            [(0, end - 4), (1, end - 4), (2, end - 9), (3, end - 10), (4, 6), (5, 0), (9, 0)]
        {
            assert_eq!(start_of_last(file, count).unwrap(), expected, "{count}");
        }
        file.write_all(b"\n").unwrap();
        for (count, expected) in [(0, end + 1), (1, end - 4), (3, end - 10), (9, 0)] {
            assert_eq!(start_of_last(file, count).unwrap(), expected, "{count}");
        }
        file.set_len(0).unwrap();
        assert_eq!(start_of_last(file, 0).unwrap(), 0);
        assert_eq!(start_of_last(file, 3).unwrap(), 0);
    }

    #[test]
    fn the_last_lines_of_a_stream_are_kept() {
        let mut last = LastLines::new(2);
        last.add(b"a\nb\nc\n");
        last.add(b"d\n");
        assert_eq!(last.into_bytes(), b"c\nd\n");
        let mut none = LastLines::new(0);
        none.add(b"a\n");
        assert!(none.into_bytes().is_empty());
    }
}
