//! Report: the tables, as Markdown.

mod goals;

use core::fmt::Write;

use crate::machine::version;
use crate::options::Options;
use crate::outcome::{Outcome, median};
use crate::peer::{Kind, OURS};
use crate::run::{Results, chosen};
use crate::scenario::Scenario;

/// A column of a scenario's table: the figure's name, its heading, digits after the point.
struct Column(&'static str, &'static str, usize);

/// All tables.
#[must_use]
pub fn markdown(results: &Results, options: &Options, machine: &[(&str, String)]) -> String {
    let mut text = String::from(INTRODUCTION);
    for (name, value) in machine {
        line(&mut text, format_args!("- {name}: {value}."));
    }
    let rounds = options.rounds;
    let quick =
        if options.is_quick { " This was a quick run: its figures mean nothing." } else { "" };
    line(
        &mut text,
        format_args!(
            "- Rounds: {rounds} (3 where figures hardly vary or a process takes longer than 4 s, 1 of memory), interleaved.{quick}"
        ),
    );
    line(&mut text, format_args!("\n## Goals\n\n{}", goals::table(results, options)));
    for &scenario in &options.scenarios {
        table(&mut text, results, options, scenario);
    }
    if !options.is_quick {
        text.push_str(PLOTS);
    }
    text
}

fn table(text: &mut String, results: &Results, options: &Options, scenario: Scenario) {
    let (about, columns) = shape(scenario);
    line(text, format_args!("\n## {}\n\n{about}\n", scenario.name()));
    let headings: String = columns.iter().map(|column| format!(" {} |", column.1)).collect();
    line(text, format_args!("| peer | times femtologging |{headings}"));
    line(text, format_args!("|---|---|{}", "---|".repeat(columns.len())));
    for peer in chosen(options, scenario) {
        let kind = if peer.kind == Kind::Synchronous { ", synchronous" } else { "" };
        let name = format!("{} {}{kind}", peer.name, version(peer.package));
        if let Some(wrong) = void(results, scenario, peer.name) {
            line(
                text,
                format_args!(
                    "| {name} | VOID: {} |{}",
                    wrong.replace('|', "/"),
                    " |".repeat(columns.len())
                ),
            );
            continue;
        }
        let first = columns.first().map_or("", |column| column.0);
        let ratio = match ratio(results, scenario, first, peer.name, OURS) {
            Some(ratio)
                if !matches!(
                    scenario,
                    Scenario::Allocations | Scenario::Idle | Scenario::Memory
                ) =>
            {
                format!("{ratio:.2}")
            }
            _ => String::new(),
        };
        let mut row = format!("| {name} | {ratio} |");
        for &Column(figure, _, digits) in columns {
            match value(results, scenario, figure, peer.name) {
                Some(value) => row += &format!(" {value:.digits$} |"),
                None => row += " |",
            }
        }
        line(text, format_args!("{row}"));
    }
}

fn shape(scenario: Scenario) -> (&'static str, &'static [Column]) {
    match scenario {
        Scenario::Disabled => (
            "A `debug!` call while the level is `INFO`: nanoseconds over an empty loop.",
            &[Column("ns", "ns", 2), Column("least_ns", "least ns", 2)],
        ),
        Scenario::Burst => (
            "500 calls back to back, then a pause of 3 ms, so that no queue fills: the caller's nanoseconds per call.",
            &[Column("ns", "ns", 1), Column("least_ns", "least ns", 1)],
        ),
        Scenario::Paced => (
            "A call each 50 us while the thread waits busily; nanoseconds, by the processor's time-stamp counter between fences. The median of an empty call, measured in the same loop, is subtracted. Equal readings of a counter that advances in steps are spread over the step.",
            &[
                Column("p50", "p50", 1),
                Column("p90", "p90", 0),
                Column("p99", "p99", 0),
                Column("p99.9", "p99.9", 0),
                Column("max", "max", 0),
                Column("timer_ns", "subtracted", 1),
            ],
        ),
        Scenario::EndToEnd1 => (
            "A million records from one thread, until flushed and closed. CPU is that of all threads; the caller's is what its own calls used, waiting included.",
            END_TO_END,
        ),
        Scenario::EndToEnd4 => {
            ("A million records from four threads together, until flushed and closed.", END_TO_END)
        }
        Scenario::Idle => (
            "Five quiet seconds, two seconds after the last call.",
            &[Column("percent", "% of a core", 3), Column("wake_ups_per_s", "wake-ups per s", 1)],
        ),
        Scenario::Visible => (
            "Microseconds from before a call until another reader of the file, who looks about each 70 us, finds its line; 10,000 calls, one each 100 us. What is not found half a second after the last call counts as unseen.",
            &[
                Column("p50_us", "p50 us", 0),
                Column("p99_us", "p99 us", 0),
                Column("max_us", "max us", 0),
                Column("unseen", "unseen", 0),
            ],
        ),
        Scenario::Json => (
            "300,000 records from one thread, until flushed and closed, each with two fields: `info!(user = word, status = number; \"hello {} {}\", word, number)`, or as the library spells it. Each line is parsed by serde_json, and has to hold a time, the level, the message and both fields (log4rs writes the number as text).",
            &[
                Column("M_per_s", "M records/s", 2),
                Column("cpu_ns", "CPU ns per record", 0),
                Column("caller_ns", "caller ns", 0),
                Column("caller_cpu_ns", "caller CPU ns", 0),
                Column("peak_MiB", "peak MiB", 1),
            ],
        ),
        Scenario::Configuration => (
            "A configuration of fifty loggers, with a level each, is made and applied: the first time, with a file that is opened and what threads there are; then 200 times with the levels exchanged, while nobody logs; then 200 times while another thread logs to one of the loggers, without losing a record. Microseconds, and CPU of the thread that configures. `femtologging` is built by builders and compared as a whole with what is there, `log4rs` likewise (it opens its file anew each time); the others are fifty directives as text: `femtologging-directives`, `EnvFilter` behind a reload handle, `LogSpecification`. spdlog-rs, ticklog, inqjet, fast_log, ftlog, fern, env_logger and slog have no configuration of many loggers that can be exchanged; logforth's cannot be exchanged.",
            &[
                Column("quiet_us", "quiet, us", 1),
                Column("quiet_cpu_us", "CPU us", 1),
                Column("busy_us", "while a thread logs, us", 1),
                Column("busy_cpu_us", "CPU us", 1),
                Column("first_us", "first, us", 0),
                Column("first_cpu_us", "CPU us", 0),
            ],
        ),
        Scenario::Memory => (
            "The file is a named pipe that nobody reads for two seconds, while a thread makes 500,000 calls, as fast as it is let; then everything is read. *Returned* are the calls that came back within the two seconds, *lost* the records that were not in the pipe in the end, *told* how many the library says it has dropped, by a counter or in a line; *lost, not told* is the difference. Who drops nothing waits. logforth writes to no pipe.",
            &[
                Column("peak_MiB", "peak MiB", 1),
                Column("start_MiB", "of these before the peer", 1),
                Column("returned", "returned", 0),
                Column("called", "called in all", 0),
                Column("lost", "lost", 0),
                Column("told", "told", 0),
                Column("untold", "lost, not told", 0),
                Column("torn", "lines torn or doubled", 0),
            ],
        ),
        Scenario::Allocations => (
            "How often a call of a warm thread asks for memory.",
            &[Column("per_call", "per call", 3)],
        ),
    }
}

const END_TO_END: &[Column] = &[
    Column("M_per_s", "M records/s", 2),
    Column("cpu_ns", "CPU ns per record", 0),
    Column("caller_ns", "caller ns", 0),
    Column("caller_cpu_ns", "caller CPU ns", 0),
    Column("peak_MiB", "peak MiB", 1),
    Column("start_MiB", "of these before the peer", 1),
];

/// Why a row is void.
pub(crate) fn void<'r>(
    results: &'r Results,
    scenario: Scenario,
    peer: &'static str,
) -> Option<&'r str> {
    let rounds = results.get(&(scenario.name(), peer))?;
    rounds.iter().find_map(|round| round.as_ref().err().map(String::as_str))
}

/// The median of a figure over the rounds; `None` if it was not measured or the row is void.
pub(crate) fn value(
    results: &Results,
    scenario: Scenario,
    figure: &str,
    peer: &'static str,
) -> Option<f64> {
    Some(median(&values(results, scenario, figure, peer)?))
}

/// The median over the rounds of one peer's figure divided by the other's in the same round.
pub(crate) fn ratio(
    results: &Results,
    scenario: Scenario,
    figure: &str,
    peer: &'static str,
    to: &'static str,
) -> Option<f64> {
    let (peer, to) =
        (values(results, scenario, figure, peer)?, values(results, scenario, figure, to)?);
    let ratios: Vec<f64> = peer.iter().zip(&to).map(|(peer, to)| peer / to).collect();
    Some(median(&ratios)).filter(|ratio| ratio.is_finite())
}

fn values(
    results: &Results,
    scenario: Scenario,
    figure: &str,
    peer: &'static str,
) -> Option<Vec<f64>> {
    let rounds = results.get(&(scenario.name(), peer))?;
    let figure =
        |round: &Result<Outcome, String>| round.as_ref().ok()?.figures.get(figure).copied();
    rounds.iter().map(figure).collect()
}

pub(crate) fn line(text: &mut String, arguments: core::fmt::Arguments<'_>) {
    // A string takes everything.
    let _ = writeln!(text, "{arguments}");
}

const INTRODUCTION: &str = "\
# Rust benchmarks

Generated by `make bench-rust`; do not edit. Source and method: `femto-std/benches`.

Every peer logs `info!(\"hello {} {}\", word, number)` to a new file on the same file system, with time,
level, logger or place, and message in each line, and loses nothing: its queue waits when it is full.
Each measurement is a process of its own; the rounds of all peers are interleaved, and the figures
are medians over the rounds. Every line of every file is read back and parsed: a lost, doubled,
swapped or torn line voids the row. *Times femtologging* is the first figure divided by
femtologging's of the same round. Ratios hold on a busy machine; absolute times vary with it.

Memory is the peak of the resident set, in MiB, the pages of the program's and the C library's files
included, of which a Rust program that only prints a line has 1.9 here. `femtologging-lean` is a
program that logs these records through femtologging and holds nothing else, as a user's first program
is: the goals are judged by it. `femtologging-alone` is this harness built without peers, whose option
parsing, JSON and plots are in its *of these before the peer*.

Not measured here: exceptions, which Rust does not have (see the Python benchmarks), and the C++ library
quill, which Debian 12 has no package of, so that its burst cannot be run beside ours.

";

const PLOTS: &str = "
## Plots

![Nanoseconds of a paced call by percentile](rust-paced.svg)

![Nanoseconds of a call in a burst](rust-burst.svg)

![Records per second, end to end](rust-end-to-end.svg)

![Records per second as JSON](rust-json.svg)

![Peak memory while the sink stalls](rust-memory.svg)
";
