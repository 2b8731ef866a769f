//! Filters: what each passes, together, on loggers, and by many threads at once.
#![cfg(not(loom))]
#![allow(clippy::unwrap_used, reason = "a failure is what a test reports")]

use core::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use core::time::Duration;
use std::sync::Barrier;
use std::thread;

use femto_core::{
    CallSite, CallSiteFilter, CompositeFilter, Details, FemtoFilter, Filter, FilterBuilder,
    FilterSlot, Handler, Level, LevelFilter, Limit, Logger, Metadata, NameFilter, Record,
    RingHandler, SiteFacts, TextFormatter, info, warn,
};

/// Passes nothing by its first look, and counts second looks.
struct Nobody(AtomicUsize);

impl Filter for Nobody {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        false
    }

    fn matches(&self, _: &Record<'_>) -> bool {
        self.0.fetch_add(1, Relaxed);
        true
    }
}

/// Passes messages that contain a word.
struct Word(&'static str);

impl FemtoFilter for Word {
    fn matches(&self, record: &Record<'_>) -> bool {
        let mut message = String::new();
        record.write_message(&mut message).is_ok() && message.contains(self.0)
    }
}

#[test]
fn a_loggers_filters_decide_on_its_own_records_only() {
    static RING: RingHandler<1024> = RingHandler::new();
    static KEEP: Word = Word("keep");
    static ROOT: Logger = Logger::root().with_handlers(&[&RING]).with_filters(&[&KEEP]);
    static NET: Logger = Logger::child("net", &ROOT);
    static TCP: Logger = Logger::child("net.tcp", &NET).with_filters(&[&KEEP]);
    static TLS: Logger = Logger::child("net.tcp.tls", &TCP);
    for logger in [&ROOT, &NET, &TCP, &TLS] {
        info!(logger: logger, "keep {}", 1);
        info!(logger: logger, "drop {}", 2);
        info!(logger: logger, "drop {}", "text");
    }
    assert_eq!(
        drained(&RING),
        [
            "INFO  root: keep 1",
            "INFO  net: keep 1",
            "INFO  net: drop 2",
            "INFO  net: drop text",
            "INFO  net.tcp: keep 1",
            "INFO  net.tcp.tls: keep 1",
            "INFO  net.tcp.tls: drop 2",
            "INFO  net.tcp.tls: drop text",
        ]
    );
    let rejected = [&ROOT, &NET, &TCP, &TLS].map(Logger::rejected);
    assert_eq!((RING.dropped(), rejected), (0, [2, 0, 2, 0]));
    assert_eq!(RING.statistics().rejected, 0, "those are the handler's own");
}

#[test]
fn filters_below_a_plain_root_decide_too() {
    static RING: RingHandler<1024> = RingHandler::new();
    static KEEP: Word = Word("keep");
    static ROOT: Logger = Logger::root().with_handlers(&[&RING]);
    static NET: Logger = Logger::child("net", &ROOT).with_filters(&[&KEEP]);
    static TCP: Logger = Logger::child("net.tcp", &NET);
    for logger in [&ROOT, &NET, &TCP] {
        info!(logger: logger, "keep {}", 1);
        info!(logger: logger, "drop {}", 2);
    }
    assert_eq!(
        drained(&RING),
        [
            "INFO  root: keep 1",
            "INFO  root: drop 2",
            "INFO  net: keep 1",
            "INFO  net.tcp: keep 1",
            "INFO  net.tcp: drop 2",
        ]
    );
}

#[test]
fn the_order_of_filters_and_handlers_on_a_logger_does_not_matter() {
    static RING: RingHandler<1024> = RingHandler::new();
    static KEEP: Word = Word("keep");
    static FIRST: Logger = Logger::root().with_filters(&[&KEEP]).with_handlers(&[&RING]);
    static NONE: Logger = Logger::root().with_filters(&[]).with_handlers(&[&RING]);
    static OWN: Logger = Logger::child("own", &NONE).with_filters(&[&KEEP]).with_handlers(&[&RING]);
    for logger in [&FIRST, &NONE, &OWN] {
        info!(logger: logger, "drop");
    }
    assert_eq!(drained(&RING), ["INFO  root: drop"]);
}

#[test]
fn a_second_look_is_taken_only_after_all_first_looks() {
    static RING: RingHandler<1024> = RingHandler::new();
    static NOBODY: Nobody = Nobody(AtomicUsize::new(0));
    static LIMIT: CallSiteFilter = CallSiteFilter::first(1);
    static ROOT: Logger = Logger::root().with_handlers(&[&RING]).with_filters(&[&LIMIT, &NOBODY]);
    (0..3).for_each(|_| info!(logger: ROOT, "m"));
    assert_eq!(drained(&RING), [""; 0]);
    assert_eq!((NOBODY.0.load(Relaxed), LIMIT.rejected()), (0, 0));
}

#[test]
fn a_filter_sees_the_statements_target() {
    static RING: RingHandler<1024> = RingHandler::new();
    static OF_RX: NameFilter<&str> = NameFilter("net.rx");
    static ROOT: Logger = Logger::root().with_handlers(&[&RING]).with_filters(&[&OF_RX]);
    info!(logger: ROOT, target: "net.rx", "passes");
    info!(logger: ROOT, "does not");
    assert_eq!(drained(&RING), ["INFO  net.rx: passes"]);
}

#[test]
fn levels_can_be_changed_while_loggers_use_them() {
    static RING: RingHandler<1024> = RingHandler::new();
    static LEVELS: LevelFilter = LevelFilter::new(Level::INFO..=Level::INFO);
    static ROOT: Logger = Logger::root().with_handlers(&[&RING]).with_filters(&[&LEVELS]);
    let both = || {
        info!(logger: ROOT, "1");
        warn!(logger: ROOT, "2");
    };
    both();
    LEVELS.set(Level::WARN..=Level::OFF);
    both();
    assert_eq!(LEVELS.levels(), Level::WARN..=Level::OFF);
    assert_eq!(drained(&RING), ["INFO  root: 1", "WARN  root: 2"]);
}

#[test]
fn a_slot_passes_what_its_choice_passes() {
    static RING: RingHandler<1024> = RingHandler::new();
    static WARNINGS: LevelFilter = LevelFilter::new(Level::WARN..=Level::OFF);
    static KEEP: Word = Word("keep");
    static NOBODY: Nobody = Nobody(AtomicUsize::new(0));
    static SLOT: FilterSlot = FilterSlot::new(&[&WARNINGS, &KEEP, &NOBODY]);
    static ROOT: Logger = Logger::root().with_handlers(&[&RING]).with_filters(&[&SLOT]);
    for index in [0, 1, 2, 3, usize::MAX, 0] {
        SLOT.choose(index);
        assert_eq!(SLOT.chosen(), Some(index).filter(|index| *index < 3));
        info!(logger: ROOT, "keep {}", index as u8);
        warn!(logger: ROOT, "drop {}", index as u8);
    }
    assert_eq!(
        drained(&RING),
        [
            "WARN  root: drop 0",
            "INFO  root: keep 1",
            "INFO  root: keep 3",
            "WARN  root: drop 3",
            "INFO  root: keep 255",
            "WARN  root: drop 255",
            "WARN  root: drop 0",
        ]
    );
    assert!(passes(&FilterSlot::new(&[]), &record("any", 0)));
}

#[test]
fn conditions_are_met_together() {
    static KEEP: Word = Word("keep");
    static ALSO: Word = Word("also");
    static NOT: Word = Word("not");
    static LIMIT: CallSiteFilter = CallSiteFilter::first(2);
    static BUILT: CompositeFilter = FilterBuilder::new()
        .with_levels(Level::INFO..=Level::WARN)
        .with_name("net")
        .with_none_of(&[&NOT])
        .with_any_of(&[&KEEP, &ALSO])
        .with_all_of(&[&LIMIT])
        .build();
    let is_passed = |name: &str, level, message: &str| {
        let details = Details::default();
        passes(&BUILT, &Record::from_message(name, &message, level, 0, &details))
    };
    assert!(is_passed("net.tcp", Level::INFO, "keep"));
    for (name, level, message) in [
        ("net.tcp", Level::DEBUG, "keep"),
        ("net.tcp", Level::ERROR, "keep"),
        ("motor", Level::INFO, "keep"),
        ("net.tcp", Level::INFO, "keep not"),
        ("net.tcp", Level::INFO, "neither"),
    ] {
        assert!(!is_passed(name, level, message), "{name} {level} {message}");
    }
    assert_eq!(LIMIT.rejected(), 0, "only what passes the others counts");
    assert!(is_passed("net.tcp", Level::WARN, "also"));
    assert!(!is_passed("net.tcp", Level::WARN, "also"));
    assert_eq!(LIMIT.rejected(), 1);
    BUILT.levels().set(Level::ERROR..=Level::OFF);
    assert!(!is_passed("net", Level::INFO, "keep") && is_passed("net", Level::ERROR, "keep"));
    assert!(passes(&FilterBuilder::new().build(), &record("", 0)));
}

#[test]
fn a_negated_filter_can_be_negated_again() {
    static NOT: CompositeFilter = FilterBuilder::new().with_none_of(&[&Word("a")]).build();
    static YES: CompositeFilter = FilterBuilder::new().with_none_of(&[&NOT]).build();
    static NO_NAME: CompositeFilter =
        FilterBuilder::new().with_none_of(&[&NameFilter("n")]).build();
    let is_passed = |filter: &dyn Filter, message: &str| {
        let details = Details::default();
        passes(filter, &Record::from_message("n", &message, Level::INFO, 0, &details))
    };
    assert!(!is_passed(&NOT, "a") && is_passed(&NOT, "b"));
    assert!(is_passed(&YES, "a") && !is_passed(&YES, "b"));
    assert!(!is_passed(&NO_NAME, "b"));
}

#[test]
fn at_most_so_many_pass_in_a_period() {
    let filter: CallSiteFilter = CallSiteFilter::at_most(2, Duration::from_millis(1500));
    let passed = |millis: &[u64]| {
        millis.iter().map(|&millis| filter.matches(&record("n", millis))).collect::<Vec<_>>()
    };
    assert_eq!(passed(&[0, 1, 2, 1499]), [true, true, false, false]);
    assert_eq!(passed(&[1500, 2999, 2999]), [true, true, false]);
    assert_eq!(passed(&[6000, 6001, 6002]), [true, true, false]);
    assert_eq!(filter.rejected(), 4);
    // Far away, and where the numbers of the periods take more than half a word.
    assert_eq!(passed(&[u64::from(u32::MAX), u64::from(u32::MAX) + 1500]), [true, true]);
    let none: CallSiteFilter = CallSiteFilter::at_most(0, Duration::ZERO);
    assert!(!none.matches(&record("n", 5)));
}

#[test]
fn the_first_few_pass() {
    let filter: CallSiteFilter = CallSiteFilter::first(2);
    let passed = [0; 4].map(|time| filter.matches(&record("n", time)));
    assert_eq!(passed, [true, true, false, false]);
    assert_eq!(filter.rejected(), 2);
}

#[test]
fn every_so_many_th_passes() {
    let passed = |count| {
        let filter: CallSiteFilter = CallSiteFilter::every(count);
        [0; 7].map(|time| filter.matches(&record("n", time)))
    };
    assert_eq!(passed(3), [true, false, false, true, false, false, true]);
    assert_eq!(passed(1), [true; 7]);
    assert_eq!(passed(0), [true; 7]);
}

#[test]
fn a_limit_can_be_changed_while_a_logger_has_it_and_counts_anew() {
    static RING: RingHandler<1024> = RingHandler::new();
    static LIMIT: CallSiteFilter<1> = CallSiteFilter::first(1);
    static ROOT: Logger = Logger::root().with_handlers(&[&RING]).with_filters(&[&LIMIT]);
    let pass = |limit: Limit| {
        LIMIT.set_limit(limit);
        assert_eq!(LIMIT.limit(), limit);
        for number in 0..5_u32 {
            info!(logger: ROOT, "{number}");
            info!(logger: ROOT, "{number} of the others");
        }
        drained(&RING).iter().map(|line| line.replace("INFO  root: ", "")).collect::<Vec<_>>()
    };
    let both = |numbers: &[u32]| {
        let lines = numbers.iter().flat_map(|n| [n.to_string(), format!("{n} of the others")]);
        lines.collect::<Vec<_>>()
    };
    assert_eq!(pass(Limit::First(2)), both(&[0, 1]));
    assert_eq!(pass(Limit::First(2)), both(&[0, 1]), "from the start again");
    assert_eq!(pass(Limit::Every(3)), both(&[0, 3]));
    assert_eq!(pass(Limit::First(1)), both(&[0]));
    // Without a clock there are no periods.
    let period = Duration::from_secs(10);
    assert_eq!(pass(Limit::AtMost { count: 1, period }), both(&[0, 1, 2, 3, 4]));
    assert_eq!(LIMIT.rejected() as usize, ROOT.rejected());
}

#[test]
fn a_limit_changes_at_once_for_all_who_log() {
    // Both of these pass something sometimes; a mixture of the two would pass all.
    const LIMITS: [Limit; 2] = [
        Limit::AtMost { count: 0, period: Duration::from_millis(1) },
        Limit::AtMost { count: u16::MAX, period: Duration::from_secs(86_400) },
    ];
    static FILTER: CallSiteFilter<2> = CallSiteFilter::new(LIMITS[0]);
    let barrier = Barrier::new(2);
    thread::scope(|scope| {
        scope.spawn(|| {
            barrier.wait();
            (0..20_000).for_each(|turn| FILTER.set_limit(LIMITS[turn % 2]));
        });
        barrier.wait();
        for _ in 0..20_000 {
            let limit = FILTER.limit();
            assert!(LIMITS.contains(&limit), "{limit}");
            FILTER.matches(&record("n", 5));
        }
    });
}

#[test]
fn a_limit_is_found_in_a_slot_and_in_a_composite() {
    static LIMIT: CallSiteFilter = CallSiteFilter::first(1);
    static WARNINGS: LevelFilter = LevelFilter::new(Level::WARN..=Level::OFF);
    static BUILT: CompositeFilter = FilterBuilder::new().with_all_of(&[&WARNINGS, &LIMIT]).build();
    static SLOT: FilterSlot = FilterSlot::new(&[&BUILT, &WARNINGS]);
    let slot: &dyn Filter = &SLOT;
    assert_eq!(slot.limit(), Some(Limit::First(1)));
    slot.set_limit(Limit::Every(7));
    assert_eq!(LIMIT.limit(), Limit::Every(7));
    SLOT.choose(1);
    slot.set_limit(Limit::Every(8));
    assert_eq!((slot.limit(), LIMIT.limit()), (None, Limit::Every(7)));
}

#[test]
fn statements_are_counted_apart() {
    static RING: RingHandler<1024> = RingHandler::new();
    static LIMIT: CallSiteFilter = CallSiteFilter::first(1);
    static ROOT: Logger = Logger::root().with_handlers(&[&RING]).with_filters(&[&LIMIT]);
    for n in [1, 2] {
        info!(logger: ROOT, "a {}", n);
        info!(logger: ROOT, "b {}", n);
    }
    assert_eq!(drained(&RING), ["INFO  root: a 1", "INFO  root: b 1"]);
    assert_eq!(LIMIT.rejected(), 2);
}

#[test]
fn records_without_a_statement_are_told_apart_by_where_they_come_from() {
    let filter: CallSiteFilter = CallSiteFilter::first(1);
    let is_passed = |name: &str, file: &str, line| {
        let mut details = Details::default();
        details.location = Some((file, line));
        filter.matches(&Record::from_message(name, &"m", Level::INFO, 0, &details))
    };
    assert!(is_passed("n", "a", 1) && is_passed("n", "a", 2));
    assert!(is_passed("n", "b", 1) && is_passed("m", "a", 1));
    assert!(!is_passed("n", "a", 1) && !is_passed("m", "a", 1));
}

#[test]
fn statements_beyond_the_places_share_one() {
    static FACTS: SiteFacts =
        SiteFacts { level: Level::INFO, target: None, module_path: "", file: "", keys: &[] };
    static SITES: [CallSite; 64] = [const { CallSite::new(&FACTS, 0, "", |_, _| Ok(())) }; 64];
    let passed_of = |filter: &dyn Filter, first: usize, step: usize| {
        let details = Details::default();
        let passed = SITES.iter().skip(first).step_by(step).take(8).filter(|site| {
            filter.matches(&Record::from_site("n", site, Level::INFO, 0, &[], &details))
        });
        passed.count()
    };
    let filter = CallSiteFilter::<3>::first(1);
    assert_eq!((passed_of(&filter, 0, 1), filter.rejected()), (4, 4));
    assert_eq!((passed_of(&filter, 0, 1), filter.rejected()), (0, 12));
    assert_eq!(passed_of(&CallSiteFilter::<0>::first(1), 0, 1), 1);
    for first in 0..8 {
        // Far apart, so that all want the same place.
        assert_eq!(passed_of(&CallSiteFilter::<8>::first(1), first, 8), 8);
        assert_eq!(passed_of(&CallSiteFilter::<7>::first(1), first, 7), 8);
        assert_eq!(passed_of(&CallSiteFilter::<6>::first(1), first, 6), 7);
    }
}

#[test]
fn counts_are_exact_with_many_threads() {
    const THREADS: usize = 4;
    const EACH: usize = 2500;
    let first: CallSiteFilter = CallSiteFilter::first(1234);
    let every: CallSiteFilter = CallSiteFilter::every(7);
    let limit: CallSiteFilter = CallSiteFilter::at_most(1234, Duration::from_secs(1));
    let filters: [&dyn Filter; 3] = [&first, &every, &limit];
    let passed = [const { AtomicUsize::new(0) }; 3];
    let barrier = Barrier::new(THREADS);
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                barrier.wait();
                for _ in 0..EACH {
                    for (filter, passed) in filters.iter().zip(&passed) {
                        passed.fetch_add(filter.matches(&record("n", 0)).into(), Relaxed);
                    }
                }
            });
        }
    });
    let all = THREADS * EACH;
    assert_eq!(passed.map(AtomicUsize::into_inner), [1234, all.div_ceil(7), 1234]);
    assert_eq!(first.rejected() as usize, all - 1234);
}

fn passes(filter: &dyn Filter, record: &Record<'_>) -> bool {
    filter.enabled(&Metadata::new(record.level(), record.logger_name())) && filter.matches(record)
}

fn record(name: &str, millis: u64) -> Record<'_> {
    let details = Box::leak(Box::new(Details::default()));
    Record::from_message(name, &"m", Level::INFO, millis * 1_000_000, details)
}

fn drained<const WORDS: usize>(ring: &RingHandler<WORDS>) -> Vec<String> {
    let mut out = Vec::new();
    ring.drain(&TextFormatter::new(), &mut out).unwrap();
    String::from_utf8(out).unwrap().lines().map(str::to_owned).collect()
}
