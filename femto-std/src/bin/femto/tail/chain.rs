//! Files between the one that was read and the one that has its name now.

use std::collections::{HashMap, HashSet, VecDeque};
use std::fs::{self, File, Metadata};
use std::io::{self, ErrorKind, Read};
use std::os::fd::AsRawFd;
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::{Path, PathBuf};

use super::rotated::{self, Rotated};
use super::source::{Id, Source};
use super::unpack::Packing;

/// A file that was not read yet.
pub(super) struct Next {
    pub(super) file: File,
    pub(super) path: PathBuf,
}

/// The files that are younger than one, the oldest first.
#[derive(Default)]
pub(super) struct Chain {
    pub(super) files: VecDeque<Next>,
    /// Files may have been removed before they were read.
    pub(super) has_gap: bool,
}

impl Chain {
    /// Looks for what came after `last`, whose name was `log`; `read` were read, too. Some of them, if they
    /// are many: the rest comes after those.
    ///
    /// Files are looked at from the youngest on, until the one is found that was read last; once more if
    /// there was a rotation meanwhile.
    pub(super) fn after(last: &Source, read: &[Id], log: &Path) -> io::Result<Self> {
        for _ in 0..TRIES {
            let head = open(log)?.map(|(id, _, _)| id);
            let found = Self::by_name(last, read, log)?;
            // What is rotated meanwhile may be met behind what is older.
            if head.is_none() || open(log)?.map(|(id, _, _)| id) != head {
                continue;
            }
            if let Some(chain) = found {
                return Ok(chain);
            }
            return Self::by_time(last, read, log);
        }
        if last.file.metadata()?.nlink() > 0 {
            // At the next look.
            return Ok(Self::default());
        }
        Self::by_time(last, read, log)
    }

    /// `None` if the one that was read last has no name here.
    fn by_name(last: &Source, read: &[Id], log: &Path) -> io::Result<Option<Self>> {
        let Some(walk) = Walk::begin(last, read, log)? else { return Ok(Some(Self::default())) };
        let names = rotated::list(log)?;
        for kind in names.chunk_by(Rotated::is_named_like) {
            let mut walk = walk.clone()?;
            for name in kind {
                if walk.has_met(name)? {
                    return Ok(Some(Self { files: walk.into_files(), has_gap: false }));
                }
            }
        }
        Ok(None)
    }

    /// All that were written to after the one that was read last.
    fn by_time(last: &Source, read: &[Id], log: &Path) -> io::Result<Self> {
        let Some(mut walk) = Walk::begin(last, read, log)? else { return Ok(Self::default()) };
        let is_gone = last.file.metadata()?.nlink() == 0;
        let mut names = Vec::new();
        for name in rotated::list(log)? {
            let Ok(metadata) = fs::metadata(&name.path) else { continue };
            if modified(&metadata) >= walk.modified {
                names.push((modified(&metadata), name));
            }
        }
        // The youngest first, as in names.
        names.sort_by_key(|(modified, _)| core::cmp::Reverse(*modified));
        for (_, name) in names {
            walk.has_met(&name)?;
        }
        let has_gap = is_gone && !walk.files.is_empty();
        Ok(Self { files: walk.into_files(), has_gap })
    }
}

/// From the youngest to the oldest.
struct Walk {
    last: Id,
    modified: Modified,
    /// How the one that was read last begins.
    begins: Option<Vec<u8>>,
    seen: HashSet<Id>,
    /// How unpacked files begin, by the time they were written to: a packed one of the same time and
    /// beginning is one of them.
    plain: HashMap<Modified, Vec<Vec<u8>>>,
    head: Option<(Id, Next)>,
    /// The youngest first, without the head.
    files: VecDeque<Next>,
    has_left_out: bool,
}

type Modified = (i64, i64);

fn modified(metadata: &Metadata) -> Modified {
    (metadata.mtime(), metadata.mtime_nsec())
}

impl Walk {
    /// `None` if the file that has the name is the one that was read.
    fn begin(last: &Source, read: &[Id], log: &Path) -> io::Result<Option<Self>> {
        let head = open(log)?;
        let head = match head {
            Some((id, _, _)) if id == last.id => return Ok(None),
            Some((id, file, _)) => Some((id, Next { file, path: log.to_owned() })),
            None => None,
        };
        let modified = modified(&last.file.metadata()?);
        Ok(Some(Self {
            last: last.id,
            modified,
            seen: read.iter().copied().chain(head.as_ref().map(|(id, _)| *id)).collect(),
            plain: HashMap::new(),
            begins: beginning(&last.file)?,
            head,
            files: VecDeque::new(),
            has_left_out: false,
        }))
    }

    fn clone(&self) -> io::Result<Self> {
        let head = match &self.head {
            Some((id, next)) => {
                Some((*id, Next { file: next.file.try_clone()?, path: next.path.clone() }))
            }
            None => None,
        };
        Ok(Self {
            last: self.last,
            modified: self.modified,
            begins: self.begins.clone(),
            seen: self.seen.clone(),
            plain: HashMap::new(),
            head,
            files: VecDeque::new(),
            has_left_out: false,
        })
    }

    /// Whether this is the file that was read last; takes it, if it is not.
    fn has_met(&mut self, name: &Rotated) -> io::Result<bool> {
        let Some((id, file, modified)) = open(&name.path)? else { return Ok(false) };
        if id == self.last
            || name.is_packed && modified == self.modified && beginning(&file)? == self.begins
        {
            return Ok(true);
        }
        if self.head.as_ref().is_some_and(|(head, _)| *head == id) {
            // It was rotated since: those before it are younger, and found next time.
            self.files.clear();
        }
        if name.is_packed && self.is_twin(&file, modified)? || !self.seen.insert(id) {
            return Ok(false);
        }
        if !name.is_packed {
            self.plain.entry(modified).or_default().extend(beginning(&file)?);
        }
        self.files.push_back(Next { file, path: name.path.clone() });
        if self.files.len() > MOST {
            self.files.pop_front();
            self.has_left_out = true;
        }
        Ok(false)
    }

    /// Whether a packed file was met before it was packed.
    fn is_twin(&self, file: &File, modified: Modified) -> io::Result<bool> {
        let Some(plain) = self.plain.get(&modified) else { return Ok(false) };
        Ok(beginning(file)?.is_none_or(|begins| plain.contains(&begins)))
    }

    fn into_files(self) -> VecDeque<Next> {
        let mut files: VecDeque<Next> = self.files.into_iter().rev().collect();
        if !self.has_left_out {
            files.extend(self.head.map(|(_, next)| next));
        }
        files
    }
}

/// How a file begins, packed or not; `None` if it cannot be unpacked.
fn beginning(file: &File) -> io::Result<Option<Vec<u8>>> {
    let mut begins = vec![0; BEGINNING];
    let mut size = 0;
    let Some(packing) = Packing::of(file)? else {
        while let read @ 1.. = file.read_at(&mut begins[size..], size as u64)? {
            size += read;
        }
        begins.truncate(size);
        return Ok(Some(begins));
    };
    // Its place in the file is that of all who have it open.
    let again = File::open(format!("/proc/self/fd/{}", file.as_raw_fd()));
    let Ok(mut unpacked) = again.and_then(|file| packing.unpack(file)) else { return Ok(None) };
    begins.clear();
    let read = Read::by_ref(&mut unpacked).take(BEGINNING as u64).read_to_end(&mut begins);
    Ok(read.is_ok().then_some(begins))
}

/// `None` if there is no file, or nothing that can be rotated.
fn open(path: &Path) -> io::Result<Option<(Id, File, Modified)>> {
    match File::open(path) {
        Ok(file) => {
            let metadata = file.metadata()?;
            Ok(metadata.is_file().then(|| (Id::of(&metadata), file, modified(&metadata))))
        }
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// The copy of a truncated file: what has all that was read of it, at the same place.
pub(super) fn copy_of(source: &Source, log: &Path) -> io::Result<Option<File>> {
    for name in rotated::list(log)? {
        if let Some((id, file, _)) = open(&name.path)?
            && id != source.id
            && !name.is_packed
            && source.is_begun_in(&file)
        {
            return Ok(Some(file));
        }
    }
    Ok(None)
}

/// Files that are held open; the others are looked for again.
const MOST: usize = 64;

/// Bytes that tell one file from others that were written to at the same time.
const BEGINNING: usize = 4096;

/// How often files are looked at that are being renamed.
const TRIES: u32 = 100;
