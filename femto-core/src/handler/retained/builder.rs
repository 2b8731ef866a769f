//! How a handler over retained RAM comes into being, at compile time.

use core::fmt;

use portable_atomic::AtomicUsize;
use spin::Once;

use super::ram::Place;
use super::{RetainedHandler, RetainedRam};
use crate::handler::gate::Gate;
use crate::ring::SharedRing;
use crate::{Filter, Level};

/// Builds a [`RetainedHandler`], as a part of [`retained!`](crate::retained).
///
/// | parameter | default |
/// |---|---|
/// | `with_level` | [`Level::NOTSET`]: all |
/// | `with_filters` | none |
#[must_use = "a builder makes nothing before it is built"]
pub struct RetainedHandlerBuilder<const WORDS: usize> {
    level: Level,
    filters: &'static [&'static dyn Filter],
}

macro_rules! build {
    ($builder:ident, $ram:ident) => {{
        RetainedHandler {
            ring: SharedRing::new(Place($ram)),
            gate: Gate::new($builder.level, $builder.filters),
            start: Once::new(),
            others_dropped: AtomicUsize::new(0),
            cut: AtomicUsize::new(0),
            written: AtomicUsize::new(0),
            reported: AtomicUsize::new(0),
        }
    }};
}

impl<const WORDS: usize> RetainedHandlerBuilder<WORDS> {
    /// All at their defaults.
    pub const fn new() -> Self {
        // Here, so that the compiler names the line of the `static`.
        assert!(
            WORDS.is_power_of_two() && WORDS >= 64,
            "a retained handler has a power of two of words, at least 64: `words(BYTES)` tells it"
        );
        Self { level: Level::NOTSET, filters: &[] }
    }

    /// Sets the level below which records do not come here.
    pub const fn with_level(mut self, level: Level) -> Self {
        self.level = level;
        self
    }

    /// Sets the filters that a record must pass.
    pub const fn with_filters(mut self, filters: &'static [&'static dyn Filter]) -> Self {
        self.filters = filters;
        self
    }

    /// The handler, over `ram`, which no other handler may have.
    #[cfg(not(loom))]
    #[must_use]
    pub const fn build_static(self, ram: &'static RetainedRam<WORDS>) -> RetainedHandler<WORDS> {
        build!(self, ram)
    }

    /// The handler, over `ram`, which no other handler may have.
    #[cfg(loom)]
    #[must_use]
    pub fn build_static(self, ram: &'static RetainedRam<WORDS>) -> RetainedHandler<WORDS> {
        build!(self, ram)
    }
}

impl<const WORDS: usize> Default for RetainedHandlerBuilder<WORDS> {
    fn default() -> Self {
        Self::new()
    }
}

impl<const WORDS: usize> fmt::Debug for RetainedHandlerBuilder<WORDS> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RetainedHandlerBuilder").field("level", &self.level).finish_non_exhaustive()
    }
}

/// Declares a [`RetainedHandler`](crate::RetainedHandler) and its RAM: a `static` in the section
/// `.uninit.femto`, or the one named after `in`, which the start-up code leaves as it is. Its size, in words, is
/// a number, the name of a constant, or any constant expression in braces.
///
/// On a host with an operating system it is an ordinary `static`, for tests.
///
/// # Linker script
/// Those of `cortex-m-rt` and `riscv-rt` have `.uninit`. Others take a section that is not loaded, and
/// that a boot loader leaves alone, too:
/// ```text
/// SECTIONS { .noinit (NOLOAD) : ALIGN(8) { *(.noinit .noinit.*); } > RAM } INSERT AFTER .bss;
/// ```
/// Such a section moves when the statics before it grow. Then the next boot finds the records that lie
/// in both places, and counts resets from 0. To find all of them after an update, give the section a
/// region of RAM of its own.
///
/// # RAM
/// * What only a data cache holds, a reset loses: choose RAM that is not cached (DTCM), or tell the MPU.
/// * RAM with error correction may hold the last write back until the next (ST AN5342), so the handler
///   writes one word more after each record. Where such RAM must not be read before it was written
///   once, write it when the cause of the reset is power-on.
///
/// # Examples
/// ```
/// use femto_core::{Level, RetainedHandlerBuilder, retained, words};
///
/// retained! {
///     static CRASH_LOG: RetainedHandler<{ words(1024) }>;
///     /// Only what is bad, in a region of its own.
///     pub static ERRORS: RetainedHandler<128> =
///         RetainedHandlerBuilder::new().with_level(Level::ERROR), in ".noinit.errors";
/// }
/// ```
#[macro_export]
macro_rules! retained {
    () => {};
    (
        $(#[$attribute:meta])* $visibility:vis static $name:ident: RetainedHandler<$words:tt>;
        $($rest:tt)*
    ) => {
        $crate::retained! {
            $(#[$attribute])* $visibility static $name: RetainedHandler<$words> =
                $crate::RetainedHandlerBuilder::new(), in ".uninit.femto";
            $($rest)*
        }
    };
    (
        $(#[$attribute:meta])* $visibility:vis static $name:ident: RetainedHandler<$words:tt> =
            $builder:expr;
        $($rest:tt)*
    ) => {
        $crate::retained! {
            $(#[$attribute])* $visibility static $name: RetainedHandler<$words> =
                $builder, in ".uninit.femto";
            $($rest)*
        }
    };
    (
        $(#[$attribute:meta])* $visibility:vis static $name:ident: RetainedHandler<$words:tt> =
            $builder:expr, in $section:literal;
        $($rest:tt)*
    ) => {
        $(#[$attribute])*
        $visibility static $name: $crate::RetainedHandler<$words> = {
            // Unsafe because a section may be anything; this one is RAM, whose contents are not what
            // the compiler sees here. That is sound for words that are atomics, each of any value, and
            // `used`: changed by something that the compiler does not see.
            #[cfg_attr(target_os = "none", unsafe(link_section = $section))]
            #[used]
            static RAM: $crate::RetainedRam<$words> = $crate::RetainedRam::new();
            $builder.build_static(&RAM)
        };
        $crate::retained! { $($rest)* }
    };
}
