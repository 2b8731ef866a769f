//! `defmt`, three ways: every public type has [`Format`](::defmt::Format); [`DefmtHandler`] forwards
//! our records to the program's defmt logger; and, with feature `defmt-global-logger`, this crate is
//! that logger: an application's own `defmt::info!` goes into our ring, beside our own records.
//!
//! Runs on the *caller*, but for `DefmtSink`, which encodes frames for the wire on the *drain*.

mod format;
#[cfg(feature = "defmt-global-logger")]
mod global_logger;
mod handler;
#[cfg(feature = "defmt-global-logger")]
mod ring;
#[cfg(feature = "defmt-global-logger")]
mod sink;

#[cfg(feature = "defmt-global-logger")]
pub use self::global_logger::{RingAlreadySet, init};
pub use self::handler::DefmtHandler;
#[cfg(feature = "defmt-global-logger")]
pub use self::ring::DrainError;
#[cfg(feature = "defmt-global-logger")]
pub use self::sink::DefmtSink;
