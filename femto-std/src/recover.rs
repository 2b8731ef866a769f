//! Recover: what becomes of records whose process is killed?
//!
//! With [`recover`](crate::Manager::recover) lanes lie in a mapped file, which outlives the process, and
//! lines do until they are written. The *caller* writes the same frames by the same instructions; the
//! *collector* publishes by a commit what it consumed and keeps the lines made of it. The next start
//! writes what the file holds.

mod arena;
mod arrived;
mod journal;
mod layout;
mod leftover;
mod map;
mod ring_file;
mod spelled;

pub(crate) use journal::{Journal, NoRoom};
pub(crate) use layout::LEFTOVERS;
pub(crate) use leftover::Item;
pub use leftover::{Leftover, LeftoverError};
pub(crate) use ring_file::RingFile;

use core::time::Duration;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;
use std::time::Instant;

use femto_core::CallSite;

use crate::engine::Engine;
use crate::{Error, engine, registry, report, state};

/// Sets crash recovery up: from when [`build`](RecoverBuilder::build) has returned, no record whose call
/// returned is lost when the process is killed.
///
/// One file a process, made as the first thing or later. What a process that was killed left in it is
/// written to the handlers of the same names (those of the root, where there is none, or any) before anything
/// else, as soon as there are handlers: to files exactly once, to other sinks at least once.
///
/// Each process has a file of its own: if that at `path` is in use, a number is appended (`path.1`).
/// Whatever processes left there, under any number, the next start takes. A forked child gets its own
/// file at its first record. A process that ends well leaves none.
///
/// Calls that go to the file cost what others do. A record larger than 64 KiB costs a file of its own,
/// beside it, until it is written.
///
/// | parameter | default | |
/// |---|---|---|
/// | `size` | 16 MiB | bytes of the file, which are taken from the disk at once |
///
/// # Examples
/// ```
/// use femto_std::recover::RecoverBuilder;
/// use femto_std::{Level, Manager, info};
///
/// let path = std::env::temp_dir().join("femto-recover-doc.ring");
/// RecoverBuilder::new(&path).with_size(4 << 20).build()?;
/// info!("from here on nothing is lost, {} or not", "SIGKILL");
/// # Ok::<(), femto_std::Error>(())
/// ```
#[derive(Clone, Debug)]
#[must_use = "a builder does nothing until `build` is called"]
pub struct RecoverBuilder {
    path: PathBuf,
    size: usize,
}

impl RecoverBuilder {
    /// Bytes of the file, unless told otherwise.
    pub(crate) const USUAL_SIZE: usize = 16 << 20;

    /// Keeps records in the file at `path`, whose folder must be there.
    pub fn new(path: impl AsRef<Path>) -> Self {
        Self { path: path.as_ref().to_owned(), size: Self::USUAL_SIZE }
    }

    /// Bytes of the file, from 2 MiB to 1 GiB. Default: 16 MiB. Lanes take up to 256 KiB a thread;
    /// each queued handler takes what it may keep waiting, at most an eighth.
    pub const fn with_size(mut self, bytes: usize) -> Self {
        self.size = bytes;
        self
    }

    /// Makes the file, and takes what other processes left.
    ///
    /// # Errors
    /// [`Error::OpenRecoverFile`] if it cannot be made: the disk is full, `path` is a symbolic link or
    /// no file of this kind; or if the process has one already. [`Error::CheckParameter`].
    pub fn build(self) -> Result<(), Error> {
        self.check()?;
        let settings = self.absolute();
        settings.start().map_err(|source| Error::OpenRecoverFile { path: settings.path, source })
    }

    /// Whether the parameters are in their ranges; opens nothing.
    pub(crate) fn check(&self) -> Result<(), Error> {
        if (SMALLEST..=LARGEST).contains(&self.size) {
            return Ok(());
        }
        Err(Error::CheckParameter {
            name: "size",
            value: self.size.to_string(),
            allowed: "from 2097152 to 1073741824 bytes",
        })
    }

    /// As `build`, but for a process that has just this already.
    pub(crate) fn begin(self) -> Result<(), Error> {
        let settings = self.absolute();
        let is_same = |known: &Self| (&known.path, known.size) == (&settings.path, settings.size);
        if registry::lock().recover.as_ref().is_some_and(|(known, _)| is_same(known)) {
            return Ok(());
        }
        settings.build()
    }

    fn absolute(self) -> Self {
        let path = std::path::absolute(&self.path).unwrap_or_else(|_| self.path.clone());
        Self { path, ..self }
    }

    fn start(&self) -> io::Result<()> {
        if registry::lock().recover.is_some() {
            return Err(io::Error::other("the process has a file for recovery already"));
        }
        let (file, leftovers) = self.open(true)?;
        let file = Arc::new(file);
        let mut registry = registry::lock();
        registry.recover = Some((self.clone(), file.clone()));
        // With the lock, so that no fork finds it half done.
        femto_core::watch_call_sites(announce);
        drop(registry);
        let engine = engine::current();
        activate(&engine, file);
        engine.add_leftovers(leftovers);
        Ok(())
    }

    /// Makes a file of this process's own, and takes those of processes that are gone.
    fn open(&self, takes_leftovers: bool) -> io::Result<(RingFile, Vec<Leftover>)> {
        let folder = self.path.parent().unwrap_or(Path::new("/"));
        let folder = File::open(folder)?;
        // Two processes that begin at once look at the files one after the other.
        lock_within(&folder, PATIENCE)?;
        let mut leftovers = Vec::new();
        if takes_leftovers {
            for (path, file) in abandoned(&self.path)? {
                match Leftover::read(&path, file) {
                    Ok(leftover) => leftovers.push(leftover),
                    Err(LeftoverError::NotBegun) => remove(&path),
                    // Somebody's file was named by mistake.
                    Err(error) if path == self.path => return Err(io::Error::other(error)),
                    Err(error) => report::unreadable(&path, &error),
                }
            }
        }
        remove_useless(&mut leftovers);
        let (path, file) = create(&self.path)?;
        match RingFile::begin(&path, file, self.size) {
            Ok(file) => Ok((file, leftovers)),
            Err(error) => {
                // Nothing is in it.
                let _ = fs::remove_file(&path);
                Err(error)
            }
        }
    }
}

/// Has the engine keep everything in the file from now on.
fn activate(engine: &Arc<Engine>, file: Arc<RingFile>) {
    for (index, site) in femto_core::call_sites() {
        file.add_statement(index, site);
    }
    registry::lock().routes.keep_in(&file);
    engine.keep_in(file);
    state::set(state::MAPPED);
}

/// Makes a forked child a file of its own, at its first record.
pub(crate) fn start_in_child(engine: &Arc<Engine>) {
    let Some((settings, _)) = registry::lock().recover.clone() else { return };
    match settings.open(false) {
        Ok((file, _)) => {
            let file = Arc::new(file);
            let parents = registry::lock().recover.replace((settings, file.clone()));
            // It refers to what is no longer here.
            core::mem::forget(parents);
            activate(engine, file);
        }
        Err(error) => report::unprotected(&settings.path, &error),
    }
}

/// Spells a statement out before a frame names it. Not while the registry is locked by the very call
/// that this one interrupts: then the record is spelled out itself.
fn announce(index: u32, site: &'static CallSite) -> bool {
    if registry::is_locked_here() {
        return false;
    }
    let file = registry::lock().recover.as_ref().map(|(_, file)| file.clone());
    // A forked child has all statements spelled out when it makes its own.
    file.is_none_or(|file| !file.is_own() || file.add_statement(index, site))
}

/// Removes files that nothing is to be written of. One whose process was killed when it had written all
/// of its own, but not all of another that it was to write, stays as long as that other: nothing else
/// says how much of it is written.
fn remove_useless(leftovers: &mut Vec<Leftover>) {
    let full: Vec<u64> =
        leftovers.iter().filter(|left| !left.is_empty()).map(Leftover::identity).collect();
    let is_useless = |left: &mut Leftover| {
        left.is_empty() && !left.progress().iter().any(|(other, _)| full.contains(other))
    };
    for leftover in leftovers.extract_if(.., is_useless) {
        leftover.remove();
    }
}

/// The files at `path` and beside it, with a number, that nobody has locked. They are locked now.
fn abandoned(path: &Path) -> io::Result<Vec<(PathBuf, File)>> {
    let mut found = Vec::new();
    for path in names(path)? {
        let file = match open_own(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => return Err(error),
        };
        match file.try_lock() {
            // An empty one: its process was killed before it began.
            Ok(()) if file.metadata()?.len() == 0 => fs::remove_file(&path)?,
            Ok(()) => found.push((path, file)),
            Err(TryLockError::WouldBlock) => {}
            Err(TryLockError::Error(error)) => return Err(error),
        }
    }
    Ok(found)
}

/// `path`, and those of its name and a number that are there.
fn names(path: &Path) -> io::Result<Vec<PathBuf>> {
    let mut names = vec![path.to_owned()];
    let (Some(folder), Some(own)) = (path.parent(), path.file_name()) else { return Ok(names) };
    for entry in fs::read_dir(folder)? {
        let name = entry?.file_name();
        let rest = name.as_encoded_bytes().strip_prefix(own.as_encoded_bytes());
        let number = rest.and_then(|rest| rest.strip_prefix(b"."));
        if number.is_some_and(|n| !n.is_empty() && n.iter().all(u8::is_ascii_digit)) {
            names.push(folder.join(name));
        }
    }
    Ok(names)
}

/// Opens a file that is there, and is no symbolic link.
fn open_own(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).custom_flags(libc::O_NOFOLLOW | libc::O_CLOEXEC);
    let file = options.open(path)?;
    match file.metadata()?.is_file() {
        true => Ok(file),
        false => Err(io::Error::other("not a regular file")),
    }
}

/// A new file under the first name that is free, locked.
fn create(path: &Path) -> io::Result<(PathBuf, File)> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create_new(true).mode(0o600);
    options.custom_flags(libc::O_NOFOLLOW | libc::O_CLOEXEC);
    let mut name = path.to_owned();
    loop {
        match options.open(&name) {
            Ok(file) => {
                // Nobody else has it: whoever looks for files holds the lock of the folder.
                file.lock()?;
                return Ok((name, file));
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                if fs::symlink_metadata(&name)?.is_symlink() {
                    return Err(io::Error::other("it is a symbolic link"));
                }
                name = free_name(path);
            }
            Err(error) => return Err(error),
        }
    }
}

/// Writes a file for what is too large for the mapped one.
fn write_beside(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true).mode(0o600);
    options.custom_flags(libc::O_NOFOLLOW | libc::O_CLOEXEC).open(path)?.write_all(bytes)
}

/// The path with the first number that nobody has.
fn free_name(path: &Path) -> PathBuf {
    let with = |number: u32| {
        let mut name = path.as_os_str().to_owned();
        name.push(format!(".{number}"));
        PathBuf::from(name)
    };
    (1..).map(with).find(|name| fs::symlink_metadata(name).is_err()).unwrap_or_else(|| with(0))
}

fn lock_within(file: &File, patience: Duration) -> io::Result<()> {
    let until = Instant::now() + patience;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(()),
            Err(TryLockError::Error(error)) => return Err(error),
            Err(TryLockError::WouldBlock) if Instant::now() >= until => {
                return Err(io::Error::other("another program has locked the folder"));
            }
            Err(TryLockError::WouldBlock) => thread::sleep(Duration::from_millis(1)),
        }
    }
}

/// Removes a mapped file and what lies beside it.
fn remove(path: &Path) {
    // What cannot be removed is empty, and goes at the next start.
    let _ = fs::remove_file(path);
    let (Some(folder), Some(own)) = (path.parent(), path.file_name()) else { return };
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let rest = name.as_encoded_bytes().strip_prefix(own.as_encoded_bytes());
        let beside =
            rest.is_some_and(|rest| rest.starts_with(b".large") || rest.starts_with(b".lines"));
        if beside {
            let _ = fs::remove_file(entry.path());
        }
    }
}

const SMALLEST: usize = 2 << 20;
const LARGEST: usize = 1 << 30;
/// How long it waits for another process that begins.
const PATIENCE: Duration = Duration::from_secs(5);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Conversion;

    /// A file as a killed process leaves it: it says how much of others is written.
    fn leave(path: &Path, progress: &[(u64, u64)], change: impl FnOnce(&mut Vec<u8>)) -> u64 {
        let making = path.with_extension("making");
        let (made, file) = create(&making).unwrap();
        let ring_file = RingFile::begin(&made, file, SMALLEST).unwrap();
        ring_file.commit(core::iter::empty(), &Conversion::new(), progress);
        // What is mapped stays locked; a copy is not.
        let mut bytes = fs::read(&made).unwrap();
        fs::remove_file(&made).unwrap();
        change(&mut bytes);
        fs::write(path, bytes).unwrap();
        Leftover::open(path).map_or(0, |leftover| leftover.identity())
    }

    #[test]
    fn a_file_stays_as_long_as_another_of_which_it_says_how_much_is_written() {
        let folder = std::env::temp_dir().join(format!("femto-useless-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let [first, second, third] = ["ring", "ring.1", "ring.2"].map(|name| folder.join(name));
        // A lane that cannot be read is something to tell of.
        let a_lane = |bytes: &mut Vec<u8>| bytes[layout::LANES_AT] = 1;
        let identity = leave(&first, &[], a_lane);
        leave(&second, &[(identity, 1)], |_| {});
        leave(&third, &[], |_| {});
        let read = |path: &PathBuf| Leftover::open(path).ok();
        let mut leftovers: Vec<_> =
            [&first, &second, &third].into_iter().filter_map(read).collect();
        assert_eq!(
            leftovers.iter().map(Leftover::is_empty).collect::<Vec<_>>(),
            [false, true, true]
        );
        remove_useless(&mut leftovers);
        assert_eq!(leftovers.len(), 2);
        assert!(first.exists() && second.exists() && !third.exists());

        leftovers[0].consume().unwrap();
        drop(leftovers);
        let mut leftovers: Vec<_> = [&first, &second].into_iter().filter_map(read).collect();
        assert!(leftovers[0].item(0).is_none());
        remove_useless(&mut leftovers);
        assert!(leftovers.is_empty() && !first.exists() && !second.exists());
        fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn a_file_whose_process_was_killed_while_it_began_it_holds_nothing() {
        let path = std::env::temp_dir().join(format!("femto-begun-{}.ring", std::process::id()));
        let cut = |from: usize| {
            leave(&path, &[], |bytes| bytes[8 * from..8 * (layout::header::CHECK + 1)].fill(0));
            Leftover::open(&path).map(drop)
        };
        for from in 0..=layout::header::CHECK {
            assert!(matches!(cut(from), Err(LeftoverError::NotBegun)), "{from}");
        }
        assert!(cut(layout::header::CHECK + 1).is_ok());
        fs::remove_file(&path).unwrap();
    }
}
