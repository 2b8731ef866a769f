//! The `femto` command: log files, followed; what firmware logged, read on a host; configurations, checked;
//! what killed processes left.

mod check;
mod decode;
mod output;
mod recover;
mod tail;

use core::fmt::Display;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Reads what femtologging wrote, and what it is to read
#[derive(Parser)]
#[command(name = "femto", version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Check(check::Options),
    Decode(decode::Options),
    Recover(recover::Options),
    Tail(Box<tail::Options>),
}

fn main() -> ExitCode {
    match Arguments::parse().command {
        Command::Check(options) => end(check::run(&options)),
        Command::Decode(options) => end(decode::run(&options)),
        Command::Recover(options) => end(recover::run(&options)),
        Command::Tail(options) => end(tail::run(&options)),
    }
}

fn end<E: Display>(result: Result<(), E>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("femto: {error}");
            ExitCode::FAILURE
        }
    }
}
