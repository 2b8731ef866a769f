//! Bridges: records of other logging interfaces, on the same way as our own.

pub mod log;
