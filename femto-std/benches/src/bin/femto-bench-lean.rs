//! One measurement end to end in a program that holds femtologging and nothing else: no options to
//! parse, no peers, no plots, and a line of JSON made by hand. What it does is what `femto-bench one
//! femtologging` does, and it is called in the same way.

use std::path::PathBuf;
use std::process::ExitCode;

use femto_bench::outcome::Outcome;
use femto_bench::peer;
use femto_bench::scenario::{Plan, Scenario};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [_, _, scenario, _, folder, rest @ ..] = &arguments[..] else { return ExitCode::FAILURE };
    let Some(scenario) = Scenario::named(scenario) else { return ExitCode::FAILURE };
    let folder = PathBuf::from(folder);
    let path = folder.join("lean.log");
    if std::fs::create_dir_all(folder).is_err() {
        return ExitCode::FAILURE;
    }
    let outcome = peer::lean(&Plan { scenario, path, is_quick: !rest.is_empty() });
    println!("{}", json(&outcome));
    ExitCode::SUCCESS
}

fn json(outcome: &Outcome) -> String {
    let figures: Vec<String> =
        outcome.figures.iter().map(|(name, figure)| format!("{name:?}:{figure:?}")).collect();
    let Outcome { peer, scenario, calls, threads, files, marks, is_json, .. } = outcome;
    format!(
        "{{\"peer\":{peer:?},\"scenario\":{scenario:?},\"calls\":{calls},\"threads\":{threads},\
         \"files\":{files:?},\"marks\":{marks:?},\"is_json\":{is_json},\"figures\":{{{}}}}}",
        figures.join(",")
    )
}
