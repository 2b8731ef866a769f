//! The project's goals beside what was reached.

use super::{line, ratio, value};
use crate::options::Options;
use crate::peer::{ALONE, Kind, LEAN, OURS, is_ours};
use crate::run::{Results, chosen};
use crate::scenario::Scenario;

/// A row per goal; `not measured` where figures are missing.
pub(super) fn table(results: &Results, options: &Options) -> String {
    let ours = |scenario, figure| value(results, scenario, figure, OURS);
    let lean = |scenario| value(results, scenario, "peak_MiB", LEAN.name);
    let alone = |scenario| value(results, scenario, "peak_MiB", ALONE.name);
    let layer = |scenario, figure| {
        ratio(results, scenario, figure, "tracing-appender", "femtologging-tracing")
    };
    let rival = |scenario, figure, peer| ratio(results, scenario, figure, peer, RIVAL);
    let best = |scenario, only| times_best(results, options, scenario, only);
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
    at_most(
        "two handlers behind hierarchy and filters, time per record, times one",
        1.6,
        two(Scenario::EndToEnd1),
    );
    at_most("CPU ns per record, 1 thread", 300.0, ours(Scenario::EndToEnd1, "cpu_ns"));
    at_most("CPU ns per record, 4 threads", 300.0, ours(Scenario::EndToEnd4, "cpu_ns"));
    at_most("peak MiB of a program of its own, 1 thread", 4.0, lean(Scenario::EndToEnd1));
    at_most("peak MiB of a program of its own, 4 threads", 6.0, lean(Scenario::EndToEnd4));
    at_most("the same of the harness without peers, 1 thread", 4.0, alone(Scenario::EndToEnd1));
    at_most("the same of the harness without peers, 4 threads", 6.0, alone(Scenario::EndToEnd4));
    for (goal, peer) in STALLED {
        let goal = format!("lost and not told while a sink stalls, {goal}");
        at_most(&goal, 0.0, value(results, Scenario::Memory, "untold", peer));
    }
    at_most("allocations per call", 0.0, ours(Scenario::Allocations, "per_call"));
    at_most("idle, % of a core", 0.1, ours(Scenario::Idle, "percent"));
    at_most("visible while records flow, p99 us", 1000.0, ours(Scenario::Visible, "p99_us"));
    let mut at_least = |goal: &str, limit: f64, reached: Option<f64>| {
        row(&mut text, goal, &format!("at least {limit}"), reached, |reached| reached >= limit);
    };
    for (goal, scenario, figure) in LAYER {
        let goal = format!("as a `tracing` layer, {goal}: tracing-appender's, times ours");
        at_least(&goal, 4.0, layer(scenario, figure));
    }
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
    options: &Options,
    scenario: Scenario,
    only: Option<Kind>,
) -> Option<f64> {
    let others = chosen(options, scenario)
        .into_iter()
        .filter(|peer| !is_ours(peer.name) && only.is_none_or(|kind| peer.kind == kind));
    let ratios = others.filter_map(|peer| ratio(results, scenario, "M_per_s", OURS, peer.name));
    let least = ratios.fold(f64::INFINITY, f64::min);
    Some(least).filter(|least| least.is_finite())
}

const RIVAL: &str = "ticklog";

/// How a layer is compared: what the caller pays, and what everybody does.
const LAYER: [(&str, Scenario, &str); 4] = [
    ("caller's ns in a burst", Scenario::Burst, "ns"),
    ("CPU of all threads end to end", Scenario::EndToEnd1, "cpu_ns"),
    ("CPU of the caller end to end", Scenario::EndToEnd1, "caller_cpu_ns"),
    ("paced p50", Scenario::Paced, "p50"),
];

/// What we do while a sink stalls.
const STALLED: [(&str, &str); 3] = [
    ("callers wait", "femtologging"),
    ("callers wait 1 ms", "femtologging, waiting 1 ms"),
    ("nobody waits", "femtologging, dropping"),
];
