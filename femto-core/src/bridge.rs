//! Bridge: records that come from another logging API, or go to one.
//!
//! Runs on the *caller*, in front of the level check; what becomes of a record after that is the
//! pipeline's own.

#[cfg(feature = "log")]
pub mod log;
