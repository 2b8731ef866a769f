//! Names of rotated files: those of femtologging and Python (`app.log.1`, `app.log.2026-11-22.1`), of
//! `logrotate` (`app.log-20261122`), packed or not.

use core::cmp::Reverse;
use std::collections::HashSet;
use std::ffi::OsStr;
use std::fs;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

/// A file that was rotated away, by its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Rotated {
    pub(super) path: PathBuf,
    age: Age,
    pub(super) is_packed: bool,
}

/// Sorts the younger before the older, one way of naming after the other.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Age {
    /// `app.log.1` is the youngest.
    Number(u32),
    /// Time, and the number of the file among those of that time.
    Stamp(Reverse<(String, u32)>),
}

impl Rotated {
    /// `None` if the name is not that of a rotated file of this log.
    fn parse(log: &Path, name: &OsStr) -> Option<Self> {
        let rest = name.as_bytes().strip_prefix(log.file_name()?.as_bytes())?;
        let rest = str::from_utf8(rest).ok()?.strip_prefix(['.', '-'])?;
        let plain = PACKED.iter().find_map(|ending| rest.strip_suffix(ending));
        let (is_packed, rest) = (plain.is_some(), plain.unwrap_or(rest));
        let number = |text: &str| {
            let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
            text.parse::<u32>().ok().filter(|_| is_number)
        };
        let age = match number(rest) {
            _ if rest == "old" => Age::Number(0),
            Some(number) if rest.len() < SHORTEST_STAMP => Age::Number(number),
            _ => {
                let (stamp, of_stamp) = match rest.split_once('.') {
                    Some((stamp, of_stamp)) => (stamp, number(of_stamp)?),
                    None => (rest, 0),
                };
                let is_like = |byte: u8| byte.is_ascii_digit() || b"-_:T".contains(&byte);
                let digits = stamp.bytes().filter(u8::is_ascii_digit).count();
                if !stamp.bytes().all(is_like) || digits < SHORTEST_STAMP {
                    return None;
                }
                Age::Stamp(Reverse((stamp.to_owned(), of_stamp)))
            }
        };
        Some(Self { path: log.with_file_name(name), age, is_packed })
    }

    /// Whether both are named in the same way, so that their names tell which is older.
    pub(super) fn is_named_like(&self, other: &Self) -> bool {
        core::mem::discriminant(&self.age) == core::mem::discriminant(&other.age)
    }
}

/// Whether a name is that of a rotated file of this log.
pub(super) fn is_of(log: &Path, name: &OsStr) -> bool {
    Rotated::parse(log, name).is_some()
}

/// The rotated files of a log, the youngest first, packed ones behind those of the same name that are
/// not.
pub(super) fn list(log: &Path) -> io::Result<Vec<Rotated>> {
    let folder = match log.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    };
    let mut all = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if let Some(rotated) = Rotated::parse(log, &entry.file_name())
            && entry.file_type().is_ok_and(|file_type| file_type.is_file())
        {
            all.push(rotated);
        }
    }
    fill(log, &mut all);
    all.sort_by(|a, b| (&a.age, a.is_packed).cmp(&(&b.age, b.is_packed)));
    Ok(all)
}

/// Adds the numbers between: a folder that is read while files in it are renamed has some of them
/// under neither name.
fn fill(log: &Path, all: &mut Vec<Rotated>) {
    let numbers = all.iter().filter_map(|rotated| match rotated.age {
        Age::Number(number) => Some(number),
        Age::Stamp(_) => None,
    });
    // A file may be on its way to the next number, and the folder may have had one less.
    let Some(most) = numbers.max().map(|most| most.saturating_add(2).min(MOST)) else { return };
    let endings = ["", PACKED[0], PACKED[1]];
    let is_used = |ending: &&str| {
        ending.is_empty()
            || all.iter().any(|one| one.path.as_os_str().as_bytes().ends_with(ending.as_bytes()))
    };
    let endings: Vec<&str> = endings.into_iter().filter(is_used).collect();
    let known: HashSet<PathBuf> = all.iter().map(|rotated| rotated.path.clone()).collect();
    for number in 1..=most {
        for ending in &endings {
            let mut path = log.as_os_str().to_owned();
            path.push(format!(".{number}{ending}"));
            let path = PathBuf::from(path);
            if !known.contains(&path) {
                let is_packed = !ending.is_empty();
                all.push(Rotated { path, age: Age::Number(number), is_packed });
            }
        }
    }
}

/// What can be unpacked, and what cannot but is known.
const PACKED: [&str; 4] = [".gz", ".zst", ".bz2", ".xz"];

/// Numbers that are looked for though the folder did not have them.
const MOST: u32 = 10_000;

/// Digits of a day: `20261122`.
const SHORTEST_STAMP: usize = 8;

#[cfg(test)]
mod tests {
    use super::*;

    fn sorted(names: &[&str]) -> Vec<String> {
        let log = Path::new("/var/app.log");
        let mut all: Vec<_> =
            names.iter().filter_map(|name| Rotated::parse(log, OsStr::new(name))).collect();
        all.sort_by(|a, b| (&a.age, a.is_packed).cmp(&(&b.age, b.is_packed)));
        all.iter().map(|one| one.path.file_name().unwrap().to_str().unwrap().to_owned()).collect()
    }

    #[test]
    fn the_youngest_is_first() {
        for names in [
            &["app.log.1", "app.log.2", "app.log.2.gz", "app.log.10.zst"][..],
            &["app.log.old", "app.log.1"],
            &[
                "app.log.2026-11-23",
                "app.log.2026-11-22.2",
                "app.log.2026-11-22.1.gz",
                "app.log.2026-11-22",
            ],
            &["app.log.2026-11-22_13-05-59", "app.log.2026-11-22_13-05"],
            &["app.log-20261123", "app.log-20261122.gz"],
            &["app.log-2026-11-23T10:00", "app.log-2026-11-23T09:59"],
        ] {
            let mut other: Vec<_> = names.to_vec();
            other.reverse();
            assert_eq!(sorted(&other), names);
        }
    }

    #[test]
    fn names_of_others_are_left_alone() {
        let others = [
            "app.log",
            "app.log.",
            "app.log.part",
            "app.log.1.bak",
            "app.log.gz",
            "app.logs.1",
            "my-app.log.1",
            "app.log.2026-11",
            "app.log.2026-11-22.x",
            "app.log.1.2",
            "app.log.error",
            "app.log.2026-11-22-old",
        ];
        assert_eq!(sorted(&others), [""; 0]);
    }
}
