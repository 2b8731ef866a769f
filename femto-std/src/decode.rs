//! Decode: frames of another image, from a wire or a memory dump, become records again.
//!
//! Runs on a host, in a program of its own: what `femto decode` does, for other programs too. After it
//! come filters and formatters, as in any pipeline.

mod dump;
mod image;
mod record;
mod wire;

pub use dump::Dump;
pub use image::{Image, ImageError};
pub use wire::{Found, WireReader};
