//! The command line.

use std::path::PathBuf;
use std::process::ExitCode;

use crate::scenario::{Plan, Scenario};
use crate::{peer, run};

const USAGE: &str = "\
femto-bench run [--quick] [--rounds N] [--only PREFIX[,PREFIX...]] [--scenarios NAME[,NAME...]]
                [--dir FOLDER] [--out FOLDER] [--alone FOLDER]
    measures, prints the tables, and writes them and the plots into the folder of --out; --alone
    has femto-bench and femto-bench-lean as they are when built without peers
femto-bench one PEER SCENARIO [--quick] [--dir FOLDER]
    one measurement in this process; prints a line of JSON
femto-bench list
    the scenarios, and their peers in this build";

/// What `run` is to do.
#[derive(Clone, Debug)]
pub struct Options {
    pub is_quick: bool,
    pub rounds: usize,
    /// Beginnings of peers' names; all peers if empty.
    pub only: Vec<String>,
    pub scenarios: Vec<Scenario>,
    /// Where the output of the peers goes.
    pub dir: PathBuf,
    /// Where tables and plots go; nowhere if absent.
    pub out: Option<PathBuf>,
    /// The folder of this package's programs, built without peers.
    pub alone: Option<PathBuf>,
}

/// Does what the command line says.
#[must_use]
pub fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let done = match arguments.first().map(String::as_str) {
        Some("run") => options(&arguments[1..]).and_then(|options| run::run(&options)),
        Some("one") => one(&arguments[1..]),
        Some("list") => {
            list();
            Ok(())
        }
        _ => Err(USAGE.to_owned()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(wrong) => {
            eprintln!("{wrong}");
            ExitCode::FAILURE
        }
    }
}

fn one(arguments: &[String]) -> Result<(), String> {
    let [peer, scenario, rest @ ..] = arguments else { return Err(USAGE.to_owned()) };
    let options = options(rest)?;
    let scenario = Scenario::named(scenario).ok_or_else(|| format!("no scenario {scenario:?}"))?;
    let peer = scenario.peer(peer).ok_or_else(|| format!("no peer {peer:?}, see list"))?;
    std::fs::create_dir_all(&options.dir).map_err(|error| error.to_string())?;
    let path = options.dir.join(format!("{}.log", scenario.name()));
    let plan = Plan { scenario, path, is_quick: options.is_quick };
    let outcome = (peer.run)(&plan);
    println!("{}", serde_json::to_string(&outcome).map_err(|error| error.to_string())?);
    Ok(())
}

fn list() {
    for scenario in Scenario::ALL {
        let peers: Vec<&str> = scenario.peers().iter().map(|peer| peer.name).collect();
        println!("{}: {}", scenario.name(), peers.join(", "));
    }
}

fn options(arguments: &[String]) -> Result<Options, String> {
    let mut options = Options {
        is_quick: false,
        rounds: 7,
        only: Vec::new(),
        scenarios: Scenario::ALL.to_vec(),
        dir: std::env::temp_dir().join("femto-bench"),
        out: None,
        alone: None,
    };
    let mut rest = arguments.iter();
    while let Some(option) = rest.next() {
        if option == "--quick" {
            options.is_quick = true;
            options.rounds = 1;
            continue;
        }
        let value = rest.next().ok_or_else(|| USAGE.to_owned())?;
        match option.as_str() {
            "--rounds" => {
                options.rounds = value.parse().map_err(|_| format!("not a number: {value}"))?;
            }
            "--only" => options.only = value.split(',').map(str::to_owned).collect(),
            "--scenarios" => {
                let named = |name| {
                    Scenario::named(name).ok_or_else(|| format!("no scenario {name:?}, see list"))
                };
                options.scenarios = value.split(',').map(named).collect::<Result<_, _>>()?;
            }
            "--dir" => options.dir = value.into(),
            "--alone" => options.alone = Some(value.into()),
            "--out" => options.out = Some(value.into()),
            _ => return Err(USAGE.to_owned()),
        }
    }
    let matches_none = |prefix: &&String| !peer::all().any(|peer| peer.name.starts_with(*prefix));
    if let Some(unknown) = options.only.iter().find(matches_none) {
        return Err(format!("no peer {unknown:?} in this build, see list"));
    }
    Ok(options)
}
