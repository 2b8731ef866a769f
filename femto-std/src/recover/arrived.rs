//! How much of the lines that a process was writing when it was killed is in the file.
//!
//! The file's length before the write says where they are, if the process was the only one that wrote
//! there. Other processes' lines may lie in between, and the file may have been rotated: then the lines
//! themselves are looked for.

use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom};
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use crate::sink::Place;

/// How many of `lines` are in the file that was at `path`. What follows the answer is to be written
/// again; it begins at the beginning of a line, unless the file ends within one.
pub(super) fn arrived(path: &Path, place: &Place, lines: &[u8]) -> usize {
    // A file that cannot be read has nothing of it, as far as can be known.
    candidates(path, place)
        .filter_map(|(file, from)| count(file, from, lines).ok())
        .max()
        .unwrap_or(0)
}

/// The file that the write began in, and the one that it may have gone on to.
fn candidates<'p>(path: &'p Path, place: &'p Place) -> impl Iterator<Item = (File, u64)> + use<'p> {
    let folder = path.parent().unwrap_or(Path::new("/"));
    let name = path.file_name().unwrap_or_default().as_encoded_bytes();
    let others = fs::read_dir(folder).into_iter().flatten().flatten();
    // A rotated file has the name of the file at its beginning.
    let others = others
        .filter(move |entry| entry.file_name().as_encoded_bytes().starts_with(name))
        .map(|entry| entry.path());
    others.filter_map(move |candidate| {
        let file = File::open(&candidate).ok()?;
        let metadata = file.metadata().ok()?;
        let is_same = metadata.dev() == place.device && metadata.ino() == place.inode;
        match is_same {
            true => Some((file, place.length)),
            false if candidate == path => Some((file, 0)),
            false => None,
        }
    })
}

fn count(mut file: File, from: u64, lines: &[u8]) -> io::Result<usize> {
    let length = file.metadata()?.len();
    if length <= from {
        return Ok(0);
    }
    file.seek(SeekFrom::Start(from))?;
    let mut found = Vec::new();
    file.take((lines.len() + FURTHER) as u64).read_to_end(&mut found)?;
    let is_end = from + found.len() as u64 >= length;
    let direct = common(&found, lines, is_end);
    if direct > 0 {
        return Ok(direct);
    }
    // Whole lines of others lie before.
    let starts = found.iter().enumerate().filter(|(_, byte)| **byte == b'\n');
    let counts = starts.map(|(end, _)| common(&found[end + 1..], lines, is_end));
    Ok(counts.max().unwrap_or(0))
}

/// How much `found` has of `lines` at its beginning. Part of a line counts only if nothing follows:
/// then the rest of it can be written behind.
fn common(found: &[u8], lines: &[u8], is_end: bool) -> usize {
    let same = found.iter().zip(lines).take_while(|(one, other)| one == other).count();
    if is_end && same == found.len() {
        return same;
    }
    lines[..same].iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1)
}

/// How far other processes' lines are looked past.
const FURTHER: usize = 4 << 20;

#[cfg(test)]
mod tests {
    use super::*;

    const LINES: &[u8] = b"10 one\n10 two\n10 three\n";

    #[track_caller]
    fn check(file: &[u8], from: u64, expected: usize) {
        let path = std::env::temp_dir().join(format!(
            "femto-arrived-{}-{}",
            std::process::id(),
            line!() as usize + file.len()
        ));
        fs::write(&path, file).unwrap();
        let counted = count(File::open(&path).unwrap(), from, LINES).unwrap();
        fs::remove_file(&path).unwrap();
        assert_eq!(counted, expected, "{}", String::from_utf8_lossy(file));
    }

    #[test]
    fn what_a_killed_write_left_is_found() {
        check(b"before\n", 7, 0);
        check(b"before\n10 on", 7, 5);
        check(b"before\n10 one\n10 t", 7, 11);
        check(b"before\n10 one\n10 two\n10 three\n", 7, LINES.len());
        // The file was cut shorter since.
        check(b"", 7, 0);
    }

    #[test]
    fn others_lines_around_it_do_not_count() {
        check(b"before\n10 one\n10 two\n10 th\n10 of another\n", 7, 14);
        check(b"before\nof another\n10 one\n10 tw", 7, 12);
        check(b"before\nof another\n10 one\n10 two\n10 nothing\n", 7, 14);
        check(b"before\n10 of another\n", 7, 0);
    }
}
