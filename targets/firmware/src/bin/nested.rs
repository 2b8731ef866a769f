//! Producers of three nested priorities write a million records to one ring, which the main loop drains: nothing is
//! damaged, nothing comes out of order, and every record is accounted for. Once for each policy of a full ring.
//!
//! One interrupt interrupts the main loop; the timer's interrupts both, at any instruction, in a call or a drain. The
//! counts go to stderr, as they vary with the compiler.
#![no_std]
#![no_main]

use core::fmt;
use core::sync::atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering};

use board::stress::{Nowhere, Producer, add, check, text};
use board::{entry, interrupt};
use femto_core::{
    Formatter, Logger, OverflowPolicy, Record, RingHandler, RingHandlerBuilder, Value, info,
};
use semihosting::{eprintln, println};

static NEWEST: RingHandler<256> = RingHandler::new();
static DROPS: Logger = Logger::root().with_handlers(&[&NEWEST]);
static OLDEST: RingHandler<256> =
    RingHandlerBuilder::new().with_policy(OverflowPolicy::OverwriteOldest).build_static();
static OVERWRITES: Logger = Logger::root().with_handlers(&[&OLDEST]);

static RUNS: [Run; 2] = [
    Run::new("drop the newest", &DROPS, &NEWEST),
    Run::new("overwrite the oldest", &OVERWRITES, &OLDEST),
];
/// The place in `RUNS` of the one under way.
static CURRENT: AtomicUsize = AtomicUsize::new(0);

#[entry]
fn main() -> ! {
    interrupt::LOW.set_handler(low);
    interrupt::HIGH.set_handler(high);
    for (number, run) in RUNS.iter().enumerate() {
        CURRENT.store(number, Ordering::Relaxed);
        interrupt::raise_high_every(PERIODS[0]);
        let mut damaged = 0;
        let mut turn = 0;
        while run.total(|producer| &producer.made) < RECORDS {
            // Now less than the ring holds, then more: whatever the processor, each producer is
            // refused at times.
            turn = (turn + 1) % BURSTS.len();
            for _ in 0..BURSTS[turn] {
                log(&run.main, run.logger);
                interrupt::LOW.raise();
            }
            damaged += run.drain();
        }
        interrupt::raise_high_every(0);
        damaged += run.drain();
        run.report(damaged);
    }
    board::finish()
}

fn low() {
    IS_LOW.store(true, Ordering::Relaxed);
    let run = current();
    log(&run.low, run.logger);
    log(&run.low, run.logger);
    IS_LOW.store(false, Ordering::Relaxed);
}

fn high() {
    let run = current();
    log(&run.high, run.logger);
    add(&run.in_low, IS_LOW.load(Ordering::Relaxed).into());
    let turn = run.high.made.load(Ordering::Relaxed) as usize;
    // A changing period meets the other producers at changing instructions.
    interrupt::raise_high_every(PERIODS[turn % PERIODS.len()]);
}

fn current() -> &'static Run {
    &RUNS[CURRENT.load(Ordering::Relaxed)]
}

/// Whether `low` is under way.
static IS_LOW: AtomicBool = AtomicBool::new(false);

/// A million records to one ring.
struct Run {
    policy: &'static str,
    logger: &'static Logger,
    ring: &'static RingHandler<256>,
    main: Producer,
    low: Producer,
    high: Producer,
    /// How often `high` interrupted `low`.
    in_low: AtomicU32,
}

impl Run {
    const fn new(
        policy: &'static str,
        logger: &'static Logger,
        ring: &'static RingHandler<256>,
    ) -> Self {
        Self {
            policy,
            logger,
            ring,
            main: Producer::new(0),
            low: Producer::new(1),
            high: Producer::new(2),
            in_low: AtomicU32::new(0),
        }
    }

    const fn producers(&self) -> [&Producer; 3] {
        [&self.main, &self.low, &self.high]
    }

    fn total(&self, count: fn(&Producer) -> &AtomicU32) -> u32 {
        self.producers().iter().map(|producer| count(producer).load(Ordering::Relaxed)).sum()
    }

    /// Answers how many frames were damaged.
    fn drain(&self) -> u32 {
        let Ok(drained) = self.ring.drain(&Check, &mut Nowhere);
        drained.damaged as u32
    }

    fn report(&self, damaged: u32) {
        let made = self.total(|producer| &producer.made);
        let drained = self.total(|producer| &producer.drained);
        let wrong = self.total(|producer| &producer.wrong);
        let dropped = self.ring.dropped() as u32 - damaged;
        let overwritten = self.ring.overwritten() as u32;
        let gaps = self.total(|producer| &producer.missing) + self.tail();
        let in_low = self.in_low.load(Ordering::Relaxed);
        eprintln!(
            "{}: made {made} drained {drained} overwritten {overwritten} dropped {dropped} damaged {damaged}, high in low {in_low}",
            self.policy
        );
        for producer in self.producers() {
            let count = |count: &AtomicU32| count.load(Ordering::Relaxed);
            let (made, drained) = (count(&producer.made), count(&producer.drained));
            eprintln!("  {}: made {made} drained {drained}", producer.number);
        }
        println!("{}: damaged {damaged}, not as they were made {wrong}", self.policy);
        println!(
            "made = drained + overwritten + dropped: {}",
            made == drained + overwritten + dropped
        );
        println!(
            "gaps in the sequences = overwritten + dropped: {}",
            gaps == overwritten + dropped
        );
        println!(
            "every producer was drained and lost records: {}",
            self.producers().iter().all(|producer| producer.was_busy(100))
        );
        println!("one interrupt interrupted the other: {}", in_low > 100);
    }

    /// Records dropped after the last that was drained: no gap shows them.
    fn tail(&self) -> u32 {
        self.total(|producer| &producer.made) - self.total(|producer| &producer.last)
    }
}

/// Logs a record of changing length, whose contents follow from its number.
fn log(producer: &Producer, to: &'static Logger) {
    let (number, sequence) = (producer.number, producer.make());
    let check = check(number, sequence);
    match sequence % 3 {
        0 => info!(logger: to, "{} {} {}", number, sequence, check),
        1 => info!(logger: to, "{} {} {} {}", number, sequence, check, text(sequence)),
        _ => info!(logger: to, "{} {} {} {}", number, sequence, check, u64::from(check) << 7),
    }
}

/// Looks at the values; writes nothing.
struct Check;

impl Formatter for Check {
    fn format(&self, record: &Record<'_>, _: &mut dyn fmt::Write) -> fmt::Result {
        let &[Value::U8(number), Value::U32(sequence), Value::U32(sum), ref rest @ ..] =
            record.values()
        else {
            return Ok(()); // the report of dropped records
        };
        let rest_is_right = match (sequence % 3, rest) {
            (0, []) => true,
            (1, [Value::Str(seen)]) => *seen == text(sequence),
            (2, [Value::U64(seen)]) => *seen == u64::from(sum) << 7,
            _ => false,
        };
        current().producers()[usize::from(number)]
            .see(sequence, rest_is_right && sum == check(number, sequence));
        Ok(())
    }
}

const RECORDS: u32 = 1_000_000;
/// Records of the main loop between two drains; each brings two of the lower interrupt.
const BURSTS: [u32; 4] = [4, 12, 2, 24];
/// Instructions.
const PERIODS: [u32; 7] = [1840, 2480, 3200, 2320, 4880, 2960, 4240];
