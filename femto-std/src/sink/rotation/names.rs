//! Names of rotated files: `app.log.1` (the youngest), or `app.log.2026-11-22` and, if there are
//! several of one period, `app.log.2026-11-22.1` after it; as Python's `logging.handlers` names them.

use core::cmp::Reverse;
use std::ffi::OsString;
use std::fs;
use std::io::{self, ErrorKind};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

use super::Compression;

/// A rotated file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Backup {
    log: PathBuf,
    /// The period it is of; empty if files are only numbered.
    stamp: String,
    /// 0 is none.
    number: u32,
    pub(super) compression: Option<Compression>,
}

impl Backup {
    pub(super) fn new(log: &Path, stamp: String, number: u32) -> Self {
        Self { log: log.to_owned(), stamp, number, compression: None }
    }

    /// Takes the name of a file apart; `None` if it is not that of a rotated file of this log.
    fn parse(log: &Path, dated: bool, name: &[u8]) -> Option<Self> {
        let rest = name.strip_prefix(log.file_name()?.as_bytes())?.strip_prefix(b".")?;
        let mut rest = str::from_utf8(rest).ok()?;
        let compression = Compression::ALL.into_iter().find(|compression| {
            let plain = rest.strip_suffix(compression.extension());
            plain.and_then(|plain| plain.strip_suffix('.')).inspect(|plain| rest = plain).is_some()
        });
        let (stamp, number) = match dated {
            false => ("", Some(rest)),
            true => rest.split_once('.').map_or((rest, None), |(stamp, n)| (stamp, Some(n))),
        };
        if dated && !is_stamp(stamp) {
            return None;
        }
        let number = number.map_or(Some(0), parse_number)?;
        Some(Self { log: log.to_owned(), stamp: stamp.to_owned(), number, compression })
    }

    pub(super) fn path(&self) -> PathBuf {
        let mut path = self.log.clone().into_os_string().into_vec();
        let mut add = |part: &str| {
            path.push(b'.');
            path.extend(part.bytes());
        };
        if !self.stamp.is_empty() {
            add(&self.stamp);
        }
        if self.number > 0 {
            add(itoa::Buffer::new().format(self.number));
        }
        if let Some(compression) = self.compression {
            add(compression.extension());
        }
        OsString::from_vec(path).into()
    }

    /// The same file, compressed.
    pub(super) fn compressed(&self, compression: Compression) -> Self {
        Self { compression: Some(compression), ..self.clone() }
    }

    /// Whether both are the same lines, one of them compressed.
    pub(super) fn is_twin_of(&self, other: &Self) -> bool {
        self.compression != other.compression
            && (&self.stamp, self.number) == (&other.stamp, other.number)
    }
}

/// The rotated files of a log, the youngest first. What is no regular file is somebody else's.
pub(super) fn list(log: &Path, dated: bool) -> io::Result<Vec<Backup>> {
    let mut backups = Vec::new();
    for entry in fs::read_dir(log.parent().unwrap_or(Path::new("/")))? {
        let entry = entry?;
        let backup = Backup::parse(log, dated, entry.file_name().as_bytes());
        if let Some(backup) = backup
            && entry.file_type().is_ok_and(|file_type| file_type.is_file())
        {
            backups.push(backup);
        }
    }
    match dated {
        true => backups.sort_by(|a, b| (&b.stamp, b.number).cmp(&(&a.stamp, a.number))),
        false => backups.sort_by_key(|backup| (backup.number, Reverse(backup.compression))),
    }
    Ok(backups)
}

/// Makes room for the youngest numbered file: `app.log.1` becomes `app.log.2` and so on, up to the
/// first number that is free.
pub(super) fn shift(log: &Path, backups: &[Backup]) -> io::Result<Backup> {
    let mut free = 1;
    let run = backups.iter().take_while(|backup| {
        let follows = backup.number <= free;
        free = free.max(backup.number + 1);
        follows
    });
    let run: Vec<&Backup> = run.collect();
    for backup in run.into_iter().rev() {
        let next = Backup { number: backup.number + 1, ..backup.clone() };
        move_to(&backup.path(), &next.path())?;
    }
    Ok(Backup::new(log, String::new(), 1))
}

/// The name of the youngest file of a period: the first behind those that are taken.
pub(super) fn next_of(log: &Path, stamp: String, backups: &[Backup]) -> Backup {
    let taken = backups.iter().filter(|backup| backup.stamp == stamp).map(|backup| backup.number);
    let mut backup = Backup::new(log, stamp.clone(), taken.max().map_or(0, |number| number + 1));
    while exists(&backup.path()) {
        backup.number += 1;
    }
    backup
}

/// Renames a file; what is there already stays.
pub(super) fn move_to(from: &Path, to: &Path) -> io::Result<()> {
    if exists(to) {
        let text = format!("{} is in the way", to.display());
        return Err(io::Error::new(ErrorKind::AlreadyExists, text));
    }
    fs::rename(from, to)
}

fn exists(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok()
}

/// Whether it looks like `2026-11-22`, with hour, minute and second or without.
fn is_stamp(text: &str) -> bool {
    const SHAPE: &[u8] = b"0000-00-00_00-00-00";
    let is_like = |(byte, shape): (u8, &u8)| match shape {
        b'0' => byte.is_ascii_digit(),
        _ => byte == *shape,
    };
    matches!(text.len(), 10 | 13 | 16 | 19) && text.bytes().zip(SHAPE).all(is_like)
}

/// A number as [`Backup::path`] writes it.
fn parse_number(text: &str) -> Option<u32> {
    let is_plain = text.bytes().all(|byte| byte.is_ascii_digit()) && !text.starts_with('0');
    // One that is last has no next.
    text.parse().ok().filter(|number| is_plain && *number < u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(dated: bool, name: &str) -> Option<Backup> {
        Backup::parse("/var/app.log".as_ref(), dated, name.as_bytes())
    }

    #[test]
    fn names_are_read_back() {
        for (dated, name) in [
            (false, "app.log.1"),
            (false, "app.log.120.gz"),
            (false, "app.log.7.zst"),
            (true, "app.log.2026-11-22"),
            (true, "app.log.2026-11-22_13.gz"),
            (true, "app.log.2026-11-22_13-05.2"),
            (true, "app.log.2026-11-22_13-05-59.12.zst"),
        ] {
            let backup = parse(dated, name).unwrap_or_else(|| panic!("{name}"));
            assert_eq!(backup.path(), Path::new("/var").join(name));
            assert_eq!(parse(!dated, name), None);
        }
    }

    #[test]
    fn names_of_others_are_left_alone() {
        for name in [
            "app.log",
            "app.log.",
            "app.log.0",
            "app.log.01",
            "app.log.+1",
            "app.log.-1",
            "app.log.1.old",
            "app.log.1.gz.gz",
            "app.log.gz",
            "app.log.part",
            "app.log.4294967295",
            "app.log.99999999999",
            "app.logs.1",
            "my-app.log.1",
            "app.log.2026-11-22.0",
            "app.log.2026-11-22.1.2",
            "app.log.2026-11-22-old",
            "app.log.2026-11-2",
            "app.log.2026-11-22_1",
            "app.log.20261-1-22",
            "app.log.2026-11-22.gz.1",
            "app.log.２026-11-22",
        ] {
            assert_eq!(parse(false, name), None, "{name}");
            assert_eq!(parse(true, name), None, "{name}");
        }
    }
}
