//! The benchmark's driver, and the process that it starts for each measurement.

use std::process::ExitCode;

fn main() -> ExitCode {
    femto_bench::options::main()
}
