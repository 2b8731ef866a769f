//! Reference: how a frame in memory names a `static` of this image in one word.
//!
//! Made on the *caller*, resolved on the *collector* or *drain*. Two files with equal items, chosen
//! once, here: an index into a table where memory is plenty and a frame is read by code that
//! forbids `unsafe`; the address where every byte of RAM counts.

#[cfg_attr(
    all(target_os = "none", not(target_pointer_width = "64")),
    path = "reference/address.rs"
)]
#[cfg_attr(
    not(all(target_os = "none", not(target_pointer_width = "64"))),
    path = "reference/index.rs"
)]
mod chosen;

#[cfg(any(all(target_os = "none", not(target_pointer_width = "64")), all(test, loom)))]
mod set_once;

pub(crate) use chosen::{MAY_BE_SHORT, OnDemand, SetOnce, Slot, own_text, refer, resolve};
#[cfg(not(all(target_os = "none", not(target_pointer_width = "64"))))]
pub use chosen::{Watcher, call_sites, resolve_call_site, watch_call_sites};

use crate::CallSite;

/// The reference of a call site for local frames; `None` where the table of references is full,
/// after some 16,000 statements.
#[inline]
pub fn refer_call_site(site: &'static CallSite) -> Option<u32> {
    refer(site)
}
