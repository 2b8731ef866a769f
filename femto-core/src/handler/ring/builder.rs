//! How a ring handler comes into being, and what its claims do when the ring is full.

use core::convert::Infallible;
use core::fmt;
use core::sync::atomic::AtomicU8;
use core::time::Duration;

use portable_atomic::{AtomicBool, AtomicUsize};

use super::panic::Panic;
use super::skipped::Skipped;
use super::{ClaimAnew, RingHandler, State};
use crate::atomic::AtomicWord;
use crate::call::MAX_SIMPLE;
use crate::frame::local::BEFORE_VALUES;
use crate::handler::gate::Gate;
use crate::ring::SharedRing;
use crate::{Filter, HandlerBuilderTrait, Level, OverflowPolicy, clock};

/// Builds a [`RingHandler`] with a ring of `WORDS` words, 4 bytes each on a microcontroller: for a `static`
/// by [`RingHandlerBuilder::build_static`], at run time by [`HandlerBuilderTrait::build`].
///
/// | parameter | default |
/// |---|---|
/// | `with_level` | [`Level::NOTSET`]: all |
/// | `with_policy` | [`OverflowPolicy::DropNewest`] |
/// | `with_filters` | none |
///
/// With filters a call takes several times as long: the record has to be made for them.
///
/// On bare metal a handler built with all defaults costs no flash (`.bss`). With others its RAM is filled from
/// flash at start-up, where it takes as many bytes: where that is too much for a level, set it at run time.
///
/// # Examples
/// ```
/// use femto_core::{Level, OverflowPolicy, RingHandler, RingHandlerBuilder};
///
/// static NEWEST: RingHandler<256> = RingHandlerBuilder::new()
///     .with_level(Level::INFO)
///     .with_policy(OverflowPolicy::OverwriteOldest)
///     .build_static();
/// ```
#[must_use = "a builder makes nothing before it is built"]
pub struct RingHandlerBuilder<const WORDS: usize> {
    level: Level,
    filters: &'static [&'static dyn Filter],
    policy: OverflowPolicy,
}

/// The handler that a builder describes, with its words.
macro_rules! build {
    ($builder:ident, $words:expr) => {{
        let claim_level = if $builder.filters.is_empty() { $builder.level } else { Level::OFF };
        let claim_anew: Option<ClaimAnew<WORDS>> = match $builder.policy {
            OverflowPolicy::DropNewest => None,
            OverflowPolicy::OverwriteOldest => Some(overwrite_oldest),
            OverflowPolicy::Timeout { .. } => Some(wait),
        };
        let (limit, relax) = match $builder.policy {
            OverflowPolicy::Timeout { limit, relax } => (limit, Some(relax)),
            _ => (Duration::ZERO, None),
        };
        RingHandler {
            ring: SharedRing::new(State {
                claim_level: AtomicU8::new(claim_level.number()),
                at_hand: AtomicBool::new(false),
                claim_anew,
                limit,
                relax,
                gate: Gate::new($builder.level, $builder.filters),
                panic: Panic::new(),
                written: AtomicUsize::new(0),
                others_dropped: AtomicUsize::new(0),
                skipped: Skipped::new(),
                dropped_before: AtomicUsize::new(0),
                cut: AtomicUsize::new(0),
                reported: AtomicUsize::new(0),
                words: $words,
            }),
        }
    }};
}

impl<const WORDS: usize> RingHandlerBuilder<WORDS> {
    /// All parameters at their defaults.
    pub const fn new() -> Self {
        // Here, so that the compiler names the line of the `static`. Only texts are ever cut where no record is
        // made: numbers have to fit into half of the ring.
        assert!(
            WORDS.is_power_of_two() && WORDS / 2 >= BEFORE_VALUES + MAX_SIMPLE,
            "a ring handler has a power of two of words, at least 32: `words(BYTES)` tells it"
        );
        Self { level: Level::NOTSET, filters: &[], policy: OverflowPolicy::DropNewest }
    }

    /// Sets the level below which records do not come here.
    pub const fn with_level(mut self, level: Level) -> Self {
        self.level = level;
        self
    }

    /// Sets what becomes of a record when the ring is full.
    pub const fn with_policy(mut self, policy: OverflowPolicy) -> Self {
        self.policy = policy;
        self
    }

    /// Sets the filters that a record must pass, on the caller.
    pub const fn with_filters(mut self, filters: &'static [&'static dyn Filter]) -> Self {
        self.filters = filters;
        self
    }

    /// The handler, for a `static`.
    #[cfg(not(loom))]
    #[must_use]
    pub const fn build_static(self) -> RingHandler<WORDS> {
        build!(self, [const { AtomicWord::new(0) }; WORDS])
    }

    /// The handler.
    #[cfg(loom)]
    #[must_use]
    pub fn build_static(self) -> RingHandler<WORDS> {
        build!(self, core::array::from_fn(|_| AtomicWord::new(0)))
    }
}

impl<const WORDS: usize> Default for RingHandlerBuilder<WORDS> {
    fn default() -> Self {
        Self::new()
    }
}

impl<const WORDS: usize> HandlerBuilderTrait for RingHandlerBuilder<WORDS> {
    type Handler = RingHandler<WORDS>;
    type Shared = RingHandler<WORDS>;
    type Error = Infallible;

    fn build_inner(self) -> Result<Self::Handler, Self::Error> {
        Ok(self.build_static())
    }

    fn build(self) -> Result<Self::Shared, Self::Error> {
        self.build_inner()
    }
}

impl<const WORDS: usize> fmt::Debug for RingHandlerBuilder<WORDS> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RingHandlerBuilder")
            .field("level", &self.level)
            .field("policy", &self.policy)
            .finish_non_exhaustive()
    }
}

fn overwrite_oldest<const WORDS: usize>(
    handler: &RingHandler<WORDS>,
    words: usize,
) -> Option<&[AtomicWord]> {
    handler.ring.claim_over(words)
}

/// Claims for [`OverflowPolicy::Timeout`].
fn wait<const WORDS: usize>(handler: &RingHandler<WORDS>, words: usize) -> Option<&[AtomicWord]> {
    let State { limit, relax, .. } = handler.state();
    let start = clock::now();
    loop {
        let room = handler.ring.claim_uncounted(words);
        if room.is_some() {
            return room;
        }
        let waited = clock::duration(clock::now().wrapping_sub(start));
        if waited.is_none_or(|waited| waited >= *limit) || !relax.is_some_and(|relax| relax()) {
            // Panic mode may have come meanwhile; the record is lost all the same, and counted.
            handler.ring.refuse();
            return None;
        }
    }
}
