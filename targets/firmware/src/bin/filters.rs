//! Filters of loggers: by name, by level, by statement, composed, and exchanged at run time. Those of a parent are not
//! asked.
#![no_std]
#![no_main]

use core::sync::atomic::{AtomicU32, Ordering};
use core::time::Duration;

use board::{Uart, entry};
use femto_core::{
    CallSiteFilter, Clock, CompositeFilter, Field, Filter, FilterBuilder, FilterSlot,
    FormatterBuilder, Level, LevelFilter, Limit, Logger, NameFilter, Record, RingHandler,
    TextFormatter, debug, error, info, set_clock, set_root, warn,
};

static RING: RingHandler<512> = RingHandler::new();
static ROOT: Logger =
    Logger::root().with_level(Level::DEBUG).with_handlers(&[&RING]).with_filters(&[&SLOT]);
static NET: Logger = Logger::child("net", &ROOT).with_filters(&[&SLOT]);
static TCP: Logger = Logger::child("net.tcp", &NET).with_filters(&[&SLOT]);
static NETWORK: Logger = Logger::child("network", &ROOT).with_filters(&[&SLOT]);

static SLOT: FilterSlot = FilterSlot::new(&[&WARNINGS, &ONLY_NET, &COMPOSITE, &PEERS]);
static WARNINGS: LevelFilter = LevelFilter::new(Level::WARN..=Level::WARN);
static ONLY_NET: NameFilter<&str> = NameFilter("net");
/// Everything of `net` but what `net.tcp` says below a warning.
static COMPOSITE: CompositeFilter =
    FilterBuilder::new().with_name("net").with_none_of(&[&CHATTER]).build();
static CHATTER: CompositeFilter =
    FilterBuilder::new().with_name("net.tcp").with_levels(Level::TRACE..=Level::INFO).build();
static PEERS: OfPeers = OfPeers;

static FIRST: CallSiteFilter = CallSiteFilter::first(2);
static EVERY: CallSiteFilter = CallSiteFilter::every(3);
static LIMIT: CallSiteFilter = CallSiteFilter::at_most(1, Duration::from_secs(10));
static FEW: Logger = Logger::child("few", &ROOT).with_filters(&[&FIRST]);
static SOME: Logger = Logger::child("some", &ROOT).with_filters(&[&EVERY]);
static RARE: Logger = Logger::child("rare", &ROOT).with_filters(&[&LIMIT]);

#[entry]
fn main() -> ! {
    let mut uart = Uart::new();
    assert!(set_clock(&Seconds).is_ok() && set_root(&ROOT).is_ok());
    let all = 4;
    for (choice, text) in [
        (0, "warnings alone"),
        (1, "net and below"),
        (2, "net, less of net.tcp"),
        (3, "with a peer"),
        (all, "everything"),
    ] {
        SLOT.choose(choice);
        log_all(text);
        drain(&mut uart);
    }
    WARNINGS.set(Level::TRACE..=Level::DEBUG);
    SLOT.choose(0);
    log_all("below information");
    SLOT.choose(all);
    for number in 1..=12_u32 {
        info!(logger: FEW, "{number}, of the first two of a statement");
        info!(logger: FEW, "{number}, the other statement");
        info!(logger: SOME, "{number}, of every third");
        info!(logger: RARE, "second {number}, of one in ten seconds");
        NOW.store(number, Ordering::Relaxed);
    }
    drain(&mut uart);
    LIMIT.set_limit(Limit::Every(5));
    for number in 1..=12_u32 {
        info!(logger: RARE, "{number}, of every fifth");
    }
    for logger in [&FEW, &SOME, &RARE] {
        info!("{} rejected: {}", logger.name(), logger.rejected());
    }
    drain(&mut uart);
    board::finish()
}

fn log_all(text: &'static str) {
    for logger in [&ROOT, &NET, &TCP, &NETWORK] {
        debug!(logger: logger, "{text}");
        info!(logger: logger, peer = "10.0.0.7"; "{text}");
        warn!(logger: logger, "{text}");
        error!(logger: logger, "{text}");
    }
}

fn drain(uart: &mut Uart) {
    let Ok(drained) = RING.drain(&LINES, uart);
    assert!(drained.damaged == 0 && RING.dropped() == 0);
}

/// Needs the record: metadata do not have key-values.
struct OfPeers;

impl Filter for OfPeers {
    fn matches(&self, record: &Record<'_>) -> bool {
        record.key_values().any(|(key, _)| key == "peer")
    }
}

/// Goes on when the main loop says so.
struct Seconds;

static NOW: AtomicU32 = AtomicU32::new(0);

impl Clock for Seconds {
    fn now(&self) -> u64 {
        NOW.load(Ordering::Relaxed).into()
    }

    fn ticks_per_second(&self) -> u64 {
        1
    }
}

static LINES: TextFormatter = FormatterBuilder::new()
    .with_fields(&[Field::LEVEL, Field::NAME, Field::text(": "), Field::MESSAGE, Field::KEY_VALUES])
    .text();
