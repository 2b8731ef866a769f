//! The project's goals beside what was reached.

use super::{line, ratio, value};
use crate::peer::{ALONE, Entry, Kind, OURS, is_ours};
use crate::run::Results;
use crate::scenario::Scenario;

const RIVAL: &str = "ticklog";

/// A row per goal; `not measured` where figures are missing.
pub(super) fn table(results: &Results, peers: &[&Entry]) -> String {
    let ours = |scenario, figure| value(results, scenario, figure, OURS);
    let alone = |scenario, figure| value(results, scenario, figure, ALONE.name);
    let rival = |scenario, figure, peer| ratio(results, scenario, figure, peer, RIVAL);
    let best = |scenario, only| times_best(results, peers, scenario, only);
    let asynchronous = Some(Kind::Asynchronous);
    let two = |scenario| ratio(results, scenario, "M_per_s", OURS, "femtologging-two-handlers");
    let mut text = String::from("| goal | limit | reached | |\n|---|---|---|---|\n");
    let mut at_most = |goal: &str, limit: f64, reached: Option<f64>| {
        row(&mut text, goal, &format!("at most {limit}"), reached, |reached| reached <= limit);
    };
    at_most("disabled, ns over an empty loop", 0.6, ours(Scenario::Disabled, "ns"));
    at_most("paced p50, times ticklog", 0.65, rival(Scenario::Paced, "p50", OURS));
    at_most("paced p99.9, ns", 1000.0, ours(Scenario::Paced, "p99.9"));
    at_most("burst, times ticklog", 0.7, rival(Scenario::Burst, "ns", OURS));
    at_most(
        "`log` facade, paced p50, times ticklog",
        1.2,
        rival(Scenario::Paced, "p50", "femtologging-log"),
    );
    at_most("two handlers, time per record, times one", 1.6, two(Scenario::EndToEnd1));
    at_most("CPU ns per record, 1 thread", 300.0, ours(Scenario::EndToEnd1, "cpu_ns"));
    at_most("CPU ns per record, 4 threads", 300.0, ours(Scenario::EndToEnd4, "cpu_ns"));
    at_most(
        "peak MiB of a program without peers, 1 thread",
        4.0,
        alone(Scenario::EndToEnd1, "peak_MiB"),
    );
    at_most(
        "peak MiB of a program without peers, 4 threads",
        6.0,
        alone(Scenario::EndToEnd4, "peak_MiB"),
    );
    at_most("allocations per call", 0.0, ours(Scenario::Allocations, "per_call"));
    at_most("idle, % of a core", 0.1, ours(Scenario::Idle, "percent"));
    at_most("visible while records flow, p99 us", 1000.0, ours(Scenario::Visible, "p99_us"));
    let mut at_least = |goal: &str, limit: f64, reached: Option<f64>| {
        row(&mut text, goal, &format!("at least {limit}"), reached, |reached| reached >= limit);
    };
    at_least(
        "as a `tracing` layer, paced p50 of tracing-appender, times ours",
        4.0,
        ratio(results, Scenario::Paced, "p50", "tracing-appender", "femtologging-tracing"),
    );
    at_least(
        "end to end, 1 thread, times the best asynchronous peer",
        2.0,
        best(Scenario::EndToEnd1, asynchronous),
    );
    at_least(
        "end to end, 4 threads, times the best asynchronous peer",
        2.0,
        best(Scenario::EndToEnd4, asynchronous),
    );
    at_least("end to end, 1 thread, times the best peer", 1.5, best(Scenario::EndToEnd1, None));
    at_least("end to end, 4 threads, times the best peer", 1.5, best(Scenario::EndToEnd4, None));
    text
}

fn row(
    text: &mut String,
    goal: &str,
    limit: &str,
    reached: Option<f64>,
    is_met: impl Fn(f64) -> bool,
) {
    match reached {
        Some(reached) => {
            let met = if is_met(reached) { "met" } else { "missed" };
            line(text, format_args!("| {goal} | {limit} | {reached:.2} | {met} |"));
        }
        None => line(text, format_args!("| {goal} | {limit} | | not measured |")),
    }
}

/// Our throughput divided by that of the best peer, of a kind or at all.
fn times_best(
    results: &Results,
    peers: &[&Entry],
    scenario: Scenario,
    only: Option<Kind>,
) -> Option<f64> {
    let others = peers
        .iter()
        .filter(|peer| !is_ours(peer.name) && only.is_none_or(|kind| peer.kind == kind));
    let ratios = others.filter_map(|peer| ratio(results, scenario, "M_per_s", OURS, peer.name));
    let least = ratios.fold(f64::INFINITY, f64::min);
    Some(least).filter(|least| least.is_finite())
}
