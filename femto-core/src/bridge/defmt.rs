//! `defmt`, three ways: every public type has [`Format`](::defmt::Format); [`DefmtHandler`] forwards
//! our records to the program's defmt logger; and, with feature `defmt-global-logger`, this crate is
//! that logger: an application's own `defmt::info!` goes into our ring, beside our own records.
//!
//! Runs on the *caller*, but for [`DefmtSink`], which encodes frames for the wire on the *drain*.
//!
//! As a global logger, this is how it is set up:
//!
//! ```ignore
//! static RING: RingHandler<256> = RingHandler::new();
//! static ROOT: Logger = Logger::root().with_handlers(&[&RING]);
//!
//! bridge::defmt::init(&RING)?;
//! let mut wire = DefmtSink::new(uart1); // what `defmt-print -e ELF` reads
//! loop {
//!     defmt::info!("{=u16} mV", millivolts); // into the ring, as it is
//!     info!("{} mV", millivolts); // into the same ring
//!     RING.drain_with_defmt(&TextFormatter::new(), &mut uart0, &mut wire)?;
//! }
//! ```
//!
//! The program is linked with `-Tdefmt.x`, as defmt asks, and brings an implementation of
//! `critical-section`. defmt decides at compile time, by `DEFMT_LOG`, which of its statements there
//! are; a ring's level decides at run time which of them it takes.

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
