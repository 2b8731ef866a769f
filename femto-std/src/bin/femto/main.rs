//! The `femto` command: what firmware logged, read on a host.

mod decode;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Reads what femtologging wrote
#[derive(Parser)]
#[command(name = "femto", version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Decode(decode::Options),
}

fn main() -> ExitCode {
    let Command::Decode(options) = Arguments::parse().command;
    match decode::run(&options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("femto: {error}");
            ExitCode::FAILURE
        }
    }
}
