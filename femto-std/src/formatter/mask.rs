//! Capture mask: which costly fields of a record does anybody print?
//!
//! Asked of each formatter when handlers are set up; read on the *caller*, which finds and carries
//! only what the union of the masks names.

use core::ops::{BitOr, BitOrAssign};

/// A set of fields that cost the caller time to find, and room to carry.
///
/// # Examples
/// ```
/// use femto_std::formatter::CaptureMask;
///
/// let mask = CaptureMask::LOCATION | CaptureMask::THREAD_NAME;
/// assert!(mask.contains(CaptureMask::LOCATION));
/// assert!(!mask.contains(CaptureMask::PROCESS_ID));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct CaptureMask(u16);

impl CaptureMask {
    /// Nothing but level, time, logger, message, key-values and exception.
    pub const NONE: Self = Self(0);
    /// File and line.
    pub const LOCATION: Self = Self(1);
    /// The function's name.
    pub const FUNCTION: Self = Self(1 << 1);
    /// The thread's number.
    pub const THREAD_ID: Self = Self(1 << 2);
    /// The thread's name.
    pub const THREAD_NAME: Self = Self(1 << 3);
    /// The process's number.
    pub const PROCESS_ID: Self = Self(1 << 4);
    /// The process's name.
    pub const PROCESS_NAME: Self = Self(1 << 5);
    /// The name of the asynchronous task.
    pub const TASK_NAME: Self = Self(1 << 6);

    /// Whether all fields of the other set are in this one.
    #[must_use]
    #[inline]
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// The fields of both sets.
    #[must_use]
    #[inline]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// The set as bits, to keep it in an atomic.
    #[must_use]
    #[inline]
    pub const fn bits(self) -> u16 {
        self.0
    }

    /// The set of these bits; bits without a meaning are kept.
    #[must_use]
    #[inline]
    pub const fn from_bits(bits: u16) -> Self {
        Self(bits)
    }
}

impl BitOr for CaptureMask {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        self.union(other)
    }
}

impl BitOrAssign for CaptureMask {
    fn bitor_assign(&mut self, other: Self) {
        *self = self.union(other);
    }
}
