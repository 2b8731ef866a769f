//! Scenario: what a peer goes through, in a process of its own.

mod allocations;
mod burst;
mod configuration;
mod disabled;
mod end_to_end;
mod idle;
mod memory;
mod paced;
mod visible;

use std::path::PathBuf;

use crate::outcome::Outcome;
use crate::peer::{self, Configured, Entry, Peer};

/// The scenarios.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scenario {
    /// A call whose level is off.
    Disabled,
    /// Calls back to back, few enough that no queue fills.
    Burst,
    /// A call each 50 us.
    Paced,
    /// As many as possible from one thread, until flushed and closed.
    EndToEnd1,
    /// As many as possible from four threads, until flushed and closed.
    EndToEnd4,
    /// A quiet logger that was used before.
    Idle,
    /// The time until a reader of the file sees the line.
    Visible,
    /// How often the caller asks for memory.
    Allocations,
    /// As many as possible from one thread, with two fields, as JSON.
    Json,
    /// Configurations of fifty loggers.
    Configuration,
    /// A sink that takes nothing for a while.
    Memory,
}

impl Scenario {
    /// All, in the order in which they are run and reported.
    pub const ALL: [Self; 11] = [
        Self::Disabled,
        Self::Burst,
        Self::Paced,
        Self::EndToEnd1,
        Self::EndToEnd4,
        Self::Json,
        Self::Configuration,
        Self::Memory,
        Self::Visible,
        Self::Allocations,
        Self::Idle,
    ];

    /// As it is named on the command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Disabled => "disabled",
            Self::Burst => "burst",
            Self::Paced => "paced",
            Self::EndToEnd1 => "end-to-end-1",
            Self::EndToEnd4 => "end-to-end-4",
            Self::Idle => "idle",
            Self::Visible => "visible",
            Self::Allocations => "allocations",
            Self::Json => "json",
            Self::Configuration => "configuration",
            Self::Memory => "memory",
        }
    }

    /// Finds a scenario.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scenario| scenario.name() == name)
    }

    /// The peers of this build that go through it.
    #[must_use]
    pub const fn peers(self) -> &'static [Entry] {
        match self {
            Self::Json => peer::JSON,
            Self::Configuration => peer::CONFIGURED,
            Self::Memory => peer::STALLED,
            _ => peer::PEERS,
        }
    }

    /// Finds a peer that goes through it.
    #[must_use]
    pub fn peer(self, name: &str) -> Option<&'static Entry> {
        self.peers().iter().find(|peer| peer.name == name)
    }

    /// Whether programs that hold no peers go through it too.
    #[must_use]
    pub const fn has_alone(self) -> bool {
        matches!(self, Self::EndToEnd1 | Self::EndToEnd4)
    }

    /// Rounds beyond this tell nothing new: these figures hardly vary.
    #[must_use]
    pub const fn most_rounds(self) -> usize {
        match self {
            Self::Memory => 1,
            Self::Idle | Self::Visible | Self::Allocations | Self::Json => 3,
            _ => usize::MAX,
        }
    }
}

/// What a process is to do.
#[derive(Clone, Debug)]
pub struct Plan {
    pub scenario: Scenario,
    /// Where the records go.
    pub path: PathBuf,
    /// Fewer calls: shows that everything works, not how fast.
    pub is_quick: bool,
}

impl Plan {
    /// A count, or a fraction of it if it has to be quick.
    const fn count(&self, full: u64) -> u64 {
        if self.is_quick { full / 20 } else { full }
    }
}

/// Takes a peer through a scenario.
pub(crate) fn run<P: Peer>(plan: &Plan) -> Outcome {
    let mut outcome = outcome::<P>(plan);
    match plan.scenario {
        Scenario::Disabled => disabled::run::<P>(plan, &mut outcome),
        Scenario::Burst => burst::run::<P>(plan, &mut outcome),
        Scenario::Paced => paced::run::<P>(plan, &mut outcome),
        Scenario::EndToEnd1 => end_to_end::run::<P>(plan, 1, CALLS, &mut outcome),
        Scenario::EndToEnd4 => end_to_end::run::<P>(plan, 4, CALLS, &mut outcome),
        Scenario::Idle => idle::run::<P>(plan, &mut outcome),
        Scenario::Visible => visible::run::<P>(plan, &mut outcome),
        Scenario::Allocations => allocations::run::<P>(plan, &mut outcome),
        Scenario::Json | Scenario::Configuration | Scenario::Memory => {
            unreachable!("these have peers and a function of their own")
        }
    }
    outcome
}

/// Takes a peer end to end, and nothing else is part of the program that calls only this.
pub(crate) fn run_end_to_end<P: Peer>(plan: &Plan) -> Outcome {
    let mut outcome = outcome::<P>(plan);
    let threads = if plan.scenario == Scenario::EndToEnd4 { 4 } else { 1 };
    end_to_end::run::<P>(plan, threads, CALLS, &mut outcome);
    outcome
}

/// Takes a peer that writes JSON end to end.
pub(crate) fn run_json<P: Peer>(plan: &Plan) -> Outcome {
    let mut outcome = Outcome { is_json: true, ..outcome::<P>(plan) };
    end_to_end::run::<P>(plan, 1, JSON_CALLS, &mut outcome);
    outcome
}

/// Configures a peer again and again.
pub(crate) fn run_configuration<P: Configured>(plan: &Plan) -> Outcome {
    let mut outcome = outcome::<P>(plan);
    configuration::run::<P>(plan, &mut outcome);
    outcome
}

/// Has a peer write to a pipe that nobody reads.
pub(crate) fn run_memory<P: Peer>(plan: &Plan) -> Outcome {
    let mut outcome = outcome::<P>(plan);
    memory::run::<P>(plan, &mut outcome);
    outcome
}

fn outcome<P: Peer>(plan: &Plan) -> Outcome {
    Outcome {
        peer: P::NAME.to_owned(),
        scenario: plan.scenario.name().to_owned(),
        threads: 1,
        files: P::files(&plan.path),
        marks: P::MARKS.iter().map(|&mark| mark.to_owned()).collect(),
        ..Outcome::default()
    }
}

/// The first argument. Not a literal at the call: the compiler would put it into the template.
fn word() -> &'static str {
    core::hint::black_box("world")
}

/// Logs a few records, so that first-use costs are over, and answers how many.
fn warm_up<P: Peer>(peer: &P) -> u64 {
    let word = word();
    for number in 0..WARM_UP {
        peer.call(word, number);
    }
    std::thread::sleep(core::time::Duration::from_millis(20));
    WARM_UP
}

const WARM_UP: u64 = 2_000;
const CALLS: u64 = 1_000_000;
const JSON_CALLS: u64 = 300_000;
