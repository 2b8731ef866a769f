//! Bridge: records that come from another logging API, or go to one.
//!
//! Runs on the *caller*, in front of the level check; what becomes of a record after that is the
//! pipeline's own. Of `defmt`, the encoding for the wire runs on the *drain*.

#[cfg(feature = "defmt")]
pub mod defmt;
#[cfg(feature = "log")]
pub mod log;
