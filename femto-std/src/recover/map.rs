//! The mapped file: words that outlive the process.
//!
//! One shared mapping for the life of the process. Nothing but atomics is made of it, so what another
//! process does to the file cannot break this one; except that cutting it shorter ends the process
//! with `SIGBUS`. Therefore it is preallocated, readable for its owner only, and locked.
#![allow(unsafe_code)]

use core::ptr::{self, NonNull};
use core::slice;
use core::sync::atomic::AtomicU64;
use std::fs::File;
use std::io;
use std::os::fd::AsRawFd;

use femto_core::{AtomicWord, WORD_BYTES};

/// The memory of a mapped file.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Map {
    start: NonNull<u8>,
    bytes: usize,
}

// SAFETY: the memory stays mapped as long as the process runs, and is only handed out as atomics.
unsafe impl Send for Map {}
// SAFETY: likewise.
unsafe impl Sync for Map {}

impl Map {
    /// Gives the file, which is empty, `bytes` bytes of zeros that the disk has room for, and maps
    /// them.
    pub(super) fn allocate(file: &File, bytes: usize) -> io::Result<Self> {
        // SAFETY: the descriptor is open; the call takes no memory of ours.
        let error = unsafe { libc::posix_fallocate(file.as_raw_fd(), 0, bytes as libc::off_t) };
        if error != 0 {
            return Err(io::Error::from_raw_os_error(error));
        }
        let access = libc::PROT_READ | libc::PROT_WRITE;
        // SAFETY: a new mapping, at an address that the system chooses.
        let start = unsafe {
            libc::mmap(ptr::null_mut(), bytes, access, libc::MAP_SHARED, file.as_raw_fd(), 0)
        };
        match NonNull::new(start.cast()) {
            Some(mapped) if start != libc::MAP_FAILED => Ok(Self { start: mapped, bytes }),
            _ => Err(io::Error::last_os_error()),
        }
    }

    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    /// `count` numbers from the byte `at` on.
    pub(super) fn numbers(&self, at: usize, count: usize) -> &'static [AtomicU64] {
        self.check(at, count, 8);
        // SAFETY: `check` saw that the range is mapped and aligned; it stays so for the life of the
        // process, and all bits are valid in an atomic, which may be shared with anybody.
        unsafe { slice::from_raw_parts(self.start.add(at).as_ptr().cast(), count) }
    }

    /// `count` words for frames, from the byte `at` on.
    pub(super) fn words(&self, at: usize, count: usize) -> &'static [AtomicWord] {
        self.check(at, count, WORD_BYTES);
        // SAFETY: as in `numbers`.
        unsafe { slice::from_raw_parts(self.start.add(at).as_ptr().cast(), count) }
    }

    /// Puts private zeros in place of the file, in a forked child: whatever still refers to the
    /// memory can neither read the parent's records nor write to them.
    pub(super) fn detach(&self) {
        let access = libc::PROT_READ | libc::PROT_WRITE;
        let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_FIXED | libc::MAP_NORESERVE;
        // SAFETY: exactly the range of our own mapping is replaced; all its bits stay valid atomics.
        // Should it fail, the parent's mapping is still there, and nobody writes to it: the child's
        // lanes are new ones.
        unsafe { libc::mmap(self.start.as_ptr().cast(), self.bytes, access, flags, -1, 0) };
    }

    fn check(&self, at: usize, count: usize, size: usize) {
        let is_inside = count.checked_mul(size).and_then(|length| at.checked_add(length));
        assert!(at.is_multiple_of(size) && is_inside.is_some_and(|end| end <= self.bytes));
    }
}
