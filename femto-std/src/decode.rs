//! Decode: frames of another image, from a wire or a memory dump, become records again.
//!
//! Runs on a host, in a program of its own: what `femto decode` does, for other programs too. After it
//! come filters and formatters, as in any pipeline.

use core::time::Duration;

mod dump;
mod image;
mod record;
mod retained;
mod ring;
mod wire;

pub use dump::Dump;
pub use image::{Image, ImageError};
pub use wire::{Found, WireReader};

/// The duration of so many ticks.
fn duration(ticks: u64, rate: u64) -> Duration {
    let rate = rate.max(1);
    let nanos = u128::from(ticks % rate) * 1_000_000_000 / u128::from(rate);
    Duration::new(ticks / rate, nanos as u32)
}
