#![doc = include_str!("../README.md")]
#![deny(unsafe_code)]

#[cfg(any(feature = "log", feature = "tracing"))]
mod fields;
#[cfg(feature = "log")]
mod logger;
#[cfg(any(feature = "log", feature = "tracing"))]
mod native;
#[cfg(any(feature = "log", feature = "tracing"))]
mod offer;
pub mod table;
#[cfg(feature = "tracing")]
mod tracing;

#[cfg(any(feature = "log", feature = "tracing"))]
pub use offer::offer;
#[cfg(feature = "tracing")]
pub use tracing::{layer, setup_rust_tracing};

#[cfg(feature = "log")]
pub use logger::setup_rust_logging;
