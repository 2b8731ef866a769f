//! Measures femtologging beside its peers: the same message, to a file, in one run.
//!
//! `femto-bench run` (in `run.rs`) starts a process for each peer, scenario and round, interleaved,
//! reads the output files back (`check.rs`) and writes tables and plots. `femto-bench one PEER
//! SCENARIO` is what it starts: a peer (`peer/`) goes through a scenario (`scenario/`).

#![deny(unsafe_code)]

pub mod allocation;
pub mod check;
pub mod machine;
pub mod options;
pub mod outcome;
pub mod peer;
pub mod plot;
pub mod report;
pub mod run;
pub mod scenario;
pub mod timer;
pub mod usage;
