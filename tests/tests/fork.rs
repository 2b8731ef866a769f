//! Forks: each process's records are written once, and nobody hangs.

use core::time::Duration;
use std::collections::BTreeMap;

use femto_tests::{Ended, Scratch, lines, numbers, run};

const PROGRAM: &str = env!("CARGO_BIN_EXE_program");

fn fork(which: &str) -> (Ended, Vec<String>) {
    let scratch = Scratch::new(which);
    let path = scratch.path("log");
    let scenario = format!("fork-{which}");
    let ended = run(PROGRAM, &scenario, &[path.as_os_str()], Duration::from_secs(60));
    assert!(ended.status.success(), "{:?} {}", ended.status, ended.stderr);
    let lines = if path.exists() { lines(&path) } else { Vec::new() };
    (ended, lines)
}

/// Every label's numbers are those from 0 on, each once and in order; answers how many of each.
#[track_caller]
fn counts(lines: &[String]) -> BTreeMap<String, u64> {
    let mut counts = BTreeMap::new();
    for line in lines {
        let (label, number) = line.split_once(' ').expect("a label and a number");
        let next = counts.entry(label.to_owned()).or_insert(0);
        assert_eq!(number, next.to_string(), "{label}: lost, twice or torn");
        *next += 1;
    }
    counts
}

#[track_caller]
fn assert_all(counts: &BTreeMap<String, u64>, labels: &[&str], range: u32, expected: u64) {
    for label in labels {
        for number in 0..range {
            let label = format!("{label}{number}");
            assert_eq!(counts.get(&label), Some(&expected), "{label}");
        }
    }
}

#[test]
fn records_queued_at_a_fork_are_the_parents_alone() {
    let (_, lines) = fork("queued");
    let counts = counts(&lines);
    assert_all(&counts, &["before", "child", "parent"], 20, 1_000);
    assert_all(&counts, &["exit"], 20, 500);
    assert_eq!(counts.len(), 80);
}

#[test]
fn twenty_forks_while_another_thread_logs_lose_nothing_and_hang_nowhere() {
    let (ended, lines) = fork("while_logging");
    let mut counts = counts(&lines);
    let total = ended.stdout.trim().parse().expect("a number");
    assert_eq!(counts.remove("other"), Some(total));
    assert_all(&counts, &["before", "child", "parent"], 20, 100);
    assert_eq!(counts.len(), 60);
}

#[test]
fn a_chain_of_forks_each_logs() {
    let (_, lines) = fork("chain");
    let counts = counts(&lines);
    assert_all(&counts, &["generation"], 6, 1_000);
    assert_all(&counts, &["after"], 5, 1_000);
}

#[test]
fn a_child_that_logs_nothing_has_nothing_to_wait_for() {
    let (ended, lines) = fork("silent");
    assert_eq!(
        (numbers(&lines, "before ").len(), numbers(&lines, "parent ").len()),
        (1_000, 1_000)
    );
    assert!(ended.took < Duration::from_secs(3), "{:?}", ended.took);
}

#[test]
fn children_do_not_empty_a_file_that_others_have_written() {
    let (_, lines) = fork("delayed");
    let counts = counts(&lines);
    assert_eq!((counts.get("first"), counts.get("second")), (Some(&100), Some(&100)));
}

#[test]
fn children_have_threads_and_a_collector_of_their_own() {
    let (_, lines) = fork("threads");
    assert_all(&counts(&lines), &["parent", "child", "after", "late"], 3, 1_000);
}

#[test]
fn both_processes_write_whole_lines_to_a_shared_pipe() {
    let (ended, _) = fork("stdout");
    let lines: Vec<_> = ended.stdout.lines().map(str::to_owned).collect();
    let counts = counts(&lines);
    for label in ["before", "child", "parent"] {
        assert_eq!(counts.get(label), Some(&2_000), "{label}");
    }
}

#[test]
fn children_do_first_what_a_thread_of_their_parent_was_at_doing_first() {
    let (_, lines) = fork("firsts");
    assert!(lines.is_empty());
}

#[test]
fn children_log_through_log_though_their_parent_was_at_it() {
    let (_, lines) = fork("statements");
    assert!(lines.is_empty());
}

#[test]
fn threads_that_are_ending_fork_too() {
    let (_, lines) = fork("ending");
    assert!(lines.is_empty());
}

/// A lock that the other threads held when they were left behind would be waited for for ever.
#[test]
fn children_name_levels_and_make_formatters_though_their_parent_was_at_it() {
    let (_, lines) = fork("naming");
    assert!(lines.is_empty());
}
