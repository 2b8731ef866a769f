//! What lies where in the mapped file. Numbers are 64 bits wide, in the byte order of the machine.
//!
//! | at | what |
//! |---|---|
//! | 0 | the header: what never changes, with a checksum; then what a commit publishes |
//! | 4 KiB | lanes: a slot for each ring, with where its words lie |
//! | then | handlers: a slot for each, with its name and how much of its lines is written |
//! | then | the arena: words of lanes, lines of handlers, statements and routes |
//!
//! A commit is one store, of its number. What belongs to it was written before, into the half that the
//! number's lowest bit chooses; so whenever the process is killed, one commit is whole.

/// `femtoRIN`, as a number: another byte order gives another one.
pub(super) const MAGIC: u64 = u64::from_le_bytes(*b"femtoRIN");
/// The version that this crate writes and reads.
pub(super) const VERSION: u64 = 1;

/// Slots for lanes.
pub(super) const LANES: usize = 2048;
/// Slots for handlers.
pub(super) const HANDLERS: usize = 64;
/// Leftovers of other processes whose progress a file can tell.
pub(crate) const LEFTOVERS: usize = 16;

pub(super) const LANES_AT: usize = 4096;
pub(super) const HANDLERS_AT: usize = LANES_AT + LANES * lane::NUMBERS * 8;
pub(super) const ARENA_AT: usize = HANDLERS_AT + HANDLERS * handler::NUMBERS * 8;

/// Numbers of the header.
pub(super) mod header {
    pub(crate) const NUMBERS: usize = 512;
    pub(crate) const MAGIC: usize = 0;
    /// The version; above it the width of a word in bytes.
    pub(crate) const VERSION: usize = 1;
    // 2: the length of the file in bytes.
    /// A number that no other file has.
    pub(crate) const IDENTITY: usize = 3;
    pub(crate) const PROCESS: usize = 4;
    /// When the process began it, in nanoseconds since the Unix epoch.
    pub(crate) const BEGUN: usize = 5;
    pub(crate) const LANES: usize = 6;
    pub(crate) const HANDLERS: usize = 7;
    pub(crate) const ARENA_AT: usize = 8;
    /// Over all before it.
    pub(crate) const CHECK: usize = 9;

    /// Not zero: an operator took what is in it.
    pub(crate) const TAKEN: usize = 64;
    /// The number of the last commit.
    pub(crate) const COMMIT: usize = 65;
    /// Where statements and routes are spelled out: offset, and above it the length in pages.
    pub(crate) const STATEMENTS: usize = 66;
    pub(crate) const ROUTES: usize = 67;

    /// Ticks, the wall-clock time then, and the rate: what times in frames are converted by.
    pub(crate) const fn clock(half: usize) -> usize {
        80 + 4 * half
    }

    /// Pairs of another file's identity, and how much of it is in this one.
    pub(crate) const fn progress(half: usize) -> usize {
        96 + 2 * super::LEFTOVERS * half
    }
}

/// Numbers of a lane's slot.
pub(super) mod lane {
    pub(crate) const NUMBERS: usize = 32;
    /// Which ring it is, counted from 1: what came into a thread's rings later has a higher one. 0 is a
    /// free slot.
    pub(crate) const NUMBER: usize = 0;
    pub(crate) const AT: usize = 1;
    /// In words.
    pub(crate) const CAPACITY: usize = 2;
    /// Words consumed by a commit.
    pub(crate) const fn consumed(half: usize) -> usize {
        3 + half
    }
    /// The lane that the ring is of.
    pub(crate) const LANE: usize = 5;
    pub(crate) const THREAD: usize = 6;
    /// Length of the thread's name; `u64::MAX` if the frames are of several threads.
    pub(crate) const NAME_LENGTH: usize = 7;
    pub(crate) const NAME: usize = 8;
    pub(crate) const NAME_BYTES: usize = 8 * (NUMBERS - NAME);
}

/// Numbers of a handler's slot. Positions count the bytes of all its lines; they lie in a ring.
pub(super) mod handler {
    pub(crate) const NUMBERS: usize = 640;
    /// 0 is a free slot.
    pub(crate) const IS_USED: usize = 0;
    pub(crate) const RING_AT: usize = 1;
    pub(crate) const RING_BYTES: usize = 2;
    /// How far the sink has written.
    pub(crate) const WRITTEN: usize = 3;
    /// Which of the two places counts.
    pub(crate) const PLACE: usize = 4;
    /// Where the write that may be under way began: device, inode and length of the file, and the
    /// position of its lines plus 1.
    pub(crate) const fn place(half: usize) -> usize {
        8 + 4 * half
    }
    /// Of a commit: where its lines end; where they begin at the earliest; and from where to where they
    /// are in a file of their own, for they were too long.
    pub(crate) const fn sealed(half: usize) -> usize {
        16 + 4 * half
    }
    pub(crate) const NAME_LENGTH: usize = 32;
    pub(crate) const NAME: usize = 33;
    pub(crate) const NAME_BYTES: usize = 8 * (NUMBERS - NAME);
}

/// FNV-1a (Fowler, Noll, Vo), over numbers.
pub(super) fn check(numbers: impl IntoIterator<Item = u64>) -> u64 {
    let bytes = numbers.into_iter().flat_map(u64::to_le_bytes);
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3)
    })
}

/// The path of a file beside the mapped one, for what is too large for it.
pub(super) fn beside(path: &std::path::Path, what: &str, number: u64) -> std::path::PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".{what}{number}"));
    name.into()
}
