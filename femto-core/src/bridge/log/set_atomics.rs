//! Tells the `log` crate where the target has compare-and-swap.

pub(super) use log::{set_logger as logger, set_max_level as max_level};
