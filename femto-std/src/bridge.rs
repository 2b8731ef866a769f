//! Bridges: records of other logging interfaces, on the same way as our own.

pub mod log;
mod scratch;
#[cfg(feature = "tracing")]
pub mod tracing;

use core::error::Error;
use core::fmt;

/// What is known of other interfaces' statements and subscribers, in the registry.
pub(crate) struct Met {
    log: log::Sites,
    #[cfg(feature = "tracing")]
    tracing: tracing::Met,
}

impl Met {
    pub(crate) const fn new() -> Self {
        Self {
            log: log::Sites::with_hasher(rustc_hash::FxBuildHasher),
            #[cfg(feature = "tracing")]
            tracing: tracing::Met::new(),
        }
    }
}

/// Says that loggers let other levels through than before. Whoever does so holds the registry, and
/// calls [`renew`] later.
pub(crate) fn levels_changed() {
    #[cfg(feature = "tracing")]
    tracing::levels_changed();
}

/// Tells other interfaces of changed levels, if any has. Not with any lock: they ask loggers.
pub(crate) fn renew() {
    #[cfg(feature = "tracing")]
    tracing::renew();
}

/// An error and what caused it, after colons.
struct Chain<'e>(&'e (dyn Error + 'static));

impl fmt::Display for Chain<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)?;
        let mut next = self.0.source();
        while let Some(source) = next {
            write!(f, ": {source}")?;
            next = source.source();
        }
        Ok(())
    }
}
