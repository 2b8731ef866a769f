//! Run: a process for each peer, scenario and round, interleaved; then the report.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::options::Options;
use crate::outcome::Outcome;
use crate::peer::{self, ALONE, Entry, LEAN, OURS};
use crate::scenario::Scenario;
use crate::{check, machine, plot, report};

/// Outcomes by scenario and peer, a value per round; an error voids the row.
pub type Results = BTreeMap<(&'static str, &'static str), Vec<Result<Outcome, String>>>;

/// Measures and reports.
///
/// # Errors
/// If a row of femtologging is void, or the report cannot be written.
pub fn run(options: &Options) -> Result<(), String> {
    let began = Instant::now();
    let mut results = Results::new();
    for &scenario in &options.scenarios {
        let peers = chosen(options, scenario);
        // Who is slow, or does not work, is not asked for as often.
        let mut turns_left = vec![options.rounds.min(scenario.most_rounds()); peers.len()];
        for round in 0..options.rounds {
            if turns_left.iter().all(|&left| left == 0) {
                break;
            }
            eprintln!("[{:4} s] {} {}", began.elapsed().as_secs(), scenario.name(), round + 1);
            // Nobody is always the first, or always behind the same neighbour.
            for turn in 0..peers.len() {
                let turn = (turn + round * 5) % peers.len();
                let (peer, left) = (peers[turn], &mut turns_left[turn]);
                if *left == 0 {
                    continue;
                }
                *left -= 1;
                let measuring = Instant::now();
                let outcome = measure(peer, scenario, options);
                if let Err(wrong) = &outcome {
                    eprintln!("VOID: {} {}: {wrong}", peer.name, scenario.name());
                    *left = 0;
                } else if measuring.elapsed() > SLOW {
                    *left = (*left).min(SLOW_ROUNDS.saturating_sub(round + 1));
                }
                results.entry((scenario.name(), peer.name)).or_default().push(outcome);
            }
        }
    }
    let _ = fs::remove_dir_all(&options.dir);
    let report = report::markdown(&results, options, &machine::describe(&options.dir));
    println!("{report}");
    if let Some(out) = &options.out {
        write(out, &report, &results, options)?;
    }
    let is_ours_and_void =
        |(&(_, peer), rounds): (&(&str, &'static str), &Vec<Result<Outcome, String>>)| {
            peer::is_ours(peer) && rounds.iter().any(Result::is_err)
        };
    if results.iter().any(is_ours_and_void) {
        return Err("a row of femtologging is void".to_owned());
    }
    Ok(())
}

/// The peers of a scenario that were asked for.
#[must_use]
pub fn chosen(options: &Options, scenario: Scenario) -> Vec<&'static Entry> {
    let is_chosen = |peer: &&Entry| {
        options.only.is_empty() || options.only.iter().any(|prefix| peer.name.starts_with(prefix))
    };
    let mut peers: Vec<&Entry> = scenario.peers().iter().filter(is_chosen).collect();
    if options.alone.is_some() && scenario.has_alone() {
        peers.splice(1.min(peers.len())..1.min(peers.len()), [&LEAN, &ALONE]);
    }
    peers
}

fn write(out: &Path, report: &str, results: &Results, options: &Options) -> Result<(), String> {
    fs::create_dir_all(out).map_err(|error| error.to_string())?;
    fs::write(out.join("rust.md"), report).map_err(|error| error.to_string())?;
    plot::draw(out, results, options)
}

/// One process, and its output read back.
fn measure(peer: &Entry, scenario: Scenario, options: &Options) -> Result<Outcome, String> {
    let _ = fs::remove_dir_all(&options.dir);
    let here = std::env::current_exe().map_err(|error| error.to_string())?;
    let (name, program) = match (scenario, &options.alone) {
        (Scenario::Allocations, _) => (peer.name, here.with_file_name("femto-bench-allocations")),
        (_, Some(alone)) if peer.name == ALONE.name => (OURS, alone.join("femto-bench")),
        (_, Some(alone)) if peer.name == LEAN.name => (OURS, alone.join("femto-bench-lean")),
        _ => (peer.name, here),
    };
    let mut command = Command::new(program);
    command.arg("one").arg(name).arg(scenario.name()).arg("--dir").arg(&options.dir);
    if options.is_quick {
        command.arg("--quick");
    }
    let printed = output(&mut command)?;
    let line = printed.lines().last().unwrap_or_default();
    let outcome: Outcome = serde_json::from_str(line).map_err(|error| error.to_string())?;
    check::files(&outcome)?;
    // Peers may lose records while their sink stalls, which is what is measured; we have to say so.
    let is_zero = |figure| outcome.figures.get(figure).is_none_or(|&value| value == 0.0);
    if peer::is_ours(peer.name) && !(is_zero("untold") && is_zero("torn")) {
        return Err("records are lost and not told, or torn".to_owned());
    }
    Ok(outcome)
}

/// What the process prints, unless it fails or does not end.
fn output(command: &mut Command) -> Result<String, String> {
    let mut child = command.stdout(Stdio::piped()).spawn().map_err(|error| error.to_string())?;
    let began = Instant::now();
    let status = loop {
        // Its line is far shorter than a pipe: it does not wait for us.
        match child.try_wait().map_err(|error| error.to_string())? {
            Some(status) => break status,
            None if began.elapsed() > PATIENCE => {
                let _ = child.kill();
                let _ = child.wait();
                return Err("hangs".to_owned());
            }
            None => thread::sleep(Duration::from_millis(10)),
        }
    };
    if !status.success() {
        return Err(status.to_string());
    }
    let mut printed = String::new();
    if let Some(mut stdout) = child.stdout.take() {
        stdout.read_to_string(&mut printed).map_err(|error| error.to_string())?;
    }
    Ok(printed)
}

/// Longer than any peer needs.
const PATIENCE: Duration = Duration::from_secs(120);

/// A process that takes longer is not started in every round.
const SLOW: Duration = Duration::from_secs(4);
/// In how many rounds then.
const SLOW_ROUNDS: usize = 3;
