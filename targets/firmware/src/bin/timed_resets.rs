//! Hundreds of resets at changing instructions, while two contexts log and while the log is drained: each record is
//! recovered as it was made, and none is missing but those that the ring overwrote or a reset interrupted.
//!
//! The counts go to stderr, as they vary with the compiler.
#![no_std]
#![no_main]

use core::fmt;
use core::sync::atomic::{AtomicU32, Ordering};

use board::stress::{Nowhere, add, check, text};
use board::{entry, interrupt, nop, reset};
use femto_core::{Formatter, Logger, Record, Value, info, retained, set_root};
use semihosting::{eprintln, println};

retained! {
    static LOG: RetainedHandler<256>;
}
static ROOT: Logger = Logger::root().with_handlers(&[&LOG]);

#[entry]
fn main() -> ! {
    assert!(set_root(&ROOT).is_ok());
    if KEPT.magic.load(Ordering::Relaxed) != MAGIC {
        power_on();
    }
    let turn = KEPT.turn.load(Ordering::Relaxed);
    if turn == RESETS {
        report();
    }
    KEPT.turn.store(turn + 1, Ordering::Relaxed);

    let recovery = LOG.start("resets");
    expect(recovery.resets == turn && recovery.is_same_build == (turn != 0));
    add(&KEPT.torn, u32::from(recovery.torn > 0));

    // At another instruction in each turn: while draining, or while logging.
    let periods = if turn.is_multiple_of(3) { &DRAINING } else { &LOGGING };
    let period = periods[(turn / 3) as usize % periods.len()];
    let resets_soon = turn.is_multiple_of(3);
    interrupt::HIGH.set_handler(if resets_soon { reset_now } else { log_or_reset });
    for _ in 0..turn * 7 % 100 {
        nop(); // within a tick of the timer
    }
    if resets_soon {
        interrupt::raise_high_every(period);
    }
    add(&KEPT.in_drains, KEPT.is_draining.load(Ordering::Relaxed));
    KEPT.is_draining.store(1, Ordering::Relaxed);
    drain();
    KEPT.is_draining.store(0, Ordering::Relaxed);
    interrupt::raise_high_every(0);
    settle();
    FIRINGS.store(turn % 5, Ordering::Relaxed);
    interrupt::raise_high_every(period);
    loop {
        MAIN.log();
    }
}

/// After power-on the RAM holds anything.
fn power_on() {
    unsafe extern "C" {
        static __suninit: AtomicU32;
        static __euninit: AtomicU32;
    }
    let (mut at, end) = (&raw const __suninit, &raw const __euninit);
    let mut random = 0x2545_F491_u32;
    while at < end {
        random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        // SAFETY: the words between the two symbols of the linker script are atomics, of `retained!` and below.
        unsafe { &*at }.store(random, Ordering::Relaxed);
        // SAFETY: at most one beyond the last word.
        at = unsafe { at.add(1) };
    }
    let Kept { turn, torn, in_drains, is_draining, missing, overwritten, wrong, again, .. } = &KEPT;
    let counts = [turn, torn, in_drains, is_draining, missing, overwritten, wrong, again];
    let numbers = [&KEPT.main.done, &KEPT.main.seen, &KEPT.high.done, &KEPT.high.seen];
    counts.iter().chain(&numbers).for_each(|count| count.store(0, Ordering::Relaxed));
    KEPT.magic.store(MAGIC, Ordering::Relaxed);
}

fn reset_now() {
    add(&KEPT.overwritten, LOG.overwritten() as u32);
    reset();
}

fn log_or_reset() {
    let left = FIRINGS.load(Ordering::Relaxed);
    if left == 0 {
        reset_now();
    }
    FIRINGS.store(left - 1, Ordering::Relaxed);
    HIGH.log();
}

/// Shows the log to the check.
fn drain() {
    let Ok(drained) = LOG.drain(&Check, &mut Nowhere);
    expect(drained.damaged == 0);
}

/// After a drain that was not interrupted: what was not seen by now is missing.
fn settle() {
    for producer in [&MAIN, &HIGH] {
        let kept = producer.kept;
        let (done, seen) = (kept.done.load(Ordering::Relaxed), kept.seen.load(Ordering::Relaxed));
        // Of the main loop the newest record is there, or one that was not finished.
        expect(seen == done || seen == done + 1 || producer.number != 0 && seen < done);
        add(&KEPT.missing, done.saturating_sub(seen));
        let newest = done.max(seen);
        kept.done.store(newest, Ordering::Relaxed);
        kept.seen.store(newest, Ordering::Relaxed);
    }
}

fn report() -> ! {
    let get = |count: &AtomicU32| count.load(Ordering::Relaxed);
    let (missing, overwritten) = (get(&KEPT.missing), get(&KEPT.overwritten));
    let (torn, in_drains, again) = (get(&KEPT.torn), get(&KEPT.in_drains), get(&KEPT.again));
    let made = [&MAIN, &HIGH].map(|producer| get(&producer.kept.done));
    eprintln!("made {made:?} overwritten {overwritten} missing {missing}");
    eprintln!("resets in writes {torn}, in drains {in_drains}; records shown again {again}");
    println!("{RESETS} resets, what is wrong: {}", get(&KEPT.wrong));
    // A reset may come after a record was overwritten and before that is counted.
    println!("missing = overwritten: {}", (overwritten..=overwritten + torn).contains(&missing));
    println!("many resets met writes: {}, drains: {}", torn > RESETS / 20, in_drains > RESETS / 20);
    println!("both contexts logged: {}", made.iter().all(|made| *made > RESETS / 2));
    board::finish()
}

#[track_caller]
fn expect(is_so: bool) {
    if !is_so {
        add(&KEPT.wrong, 1);
        let turn = KEPT.turn.load(Ordering::Relaxed);
        eprintln!("turn {turn}: not what is expected at {}", core::panic::Location::caller());
    }
}

/// A context that logs.
struct Producer {
    number: u8,
    kept: &'static Made,
}

static MAIN: Producer = Producer { number: 0, kept: &KEPT.main };
static HIGH: Producer = Producer { number: 1, kept: &KEPT.high };

impl Producer {
    /// Logs a record of changing length, whose contents follow from its number. One that is refused does not count:
    /// the interrupt's, where it meets the main loop at the oldest frame.
    fn log(&self) {
        let sequence = self.kept.done.load(Ordering::Relaxed) + 1;
        let dropped = LOG.dropped();
        info!(producer = self.number, sequence, check = check(self.number, sequence); "{}", text(sequence));
        if self.number == 0 || LOG.dropped() == dropped {
            self.kept.done.store(sequence, Ordering::Relaxed);
        }
    }
}

/// Looks at the values; writes nothing.
struct Check;

impl Formatter for Check {
    fn format(&self, record: &Record<'_>, _: &mut dyn fmt::Write) -> fmt::Result {
        let mut pairs = [Value::None; 5];
        pairs.iter_mut().zip(record.key_values()).for_each(|(slot, (_, value))| *slot = value);
        let [Value::U16(_), Value::U8(number), Value::U32(sequence), Value::U32(sum), Value::None] =
            pairs
        else {
            expect(false);
            return Ok(());
        };
        let mut rest = Rest(text(sequence));
        expect(record.write_message(&mut rest).is_ok() && rest.0.is_empty());
        expect(
            sum == check(number, sequence)
                && record.is_recovered()
                && record.logger_name() == "root",
        );
        let producer = if number == 0 { &MAIN } else { &HIGH };
        let seen = producer.kept.seen.load(Ordering::Relaxed);
        match sequence.wrapping_sub(seen) {
            0 => add(&KEPT.again, 1),
            ahead if ahead < 1 << 31 => add(&KEPT.missing, ahead - 1),
            _ => expect(false),
        }
        producer.kept.seen.store(sequence, Ordering::Relaxed);
        Ok(())
    }
}

/// A text that is expected.
struct Rest(&'static str);

impl fmt::Write for Rest {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0 = self.0.strip_prefix(text).ok_or(fmt::Error)?;
        Ok(())
    }
}

/// What the program itself keeps over resets.
#[repr(C)]
struct Kept {
    magic: AtomicU32,
    /// Resets so far.
    turn: AtomicU32,
    /// Boots that found what was no record.
    torn: AtomicU32,
    /// Boots that found a drain unfinished.
    in_drains: AtomicU32,
    is_draining: AtomicU32,
    /// Records that were made and never seen.
    missing: AtomicU32,
    overwritten: AtomicU32,
    /// Things that must not be.
    wrong: AtomicU32,
    /// Records seen twice, as a drain was interrupted.
    again: AtomicU32,
    main: Made,
    high: Made,
}

/// Numbers of a producer's newest record.
#[repr(C)]
struct Made {
    /// Whose call returned.
    done: AtomicU32,
    /// That was recovered.
    seen: AtomicU32,
}

impl Made {
    const fn none() -> Self {
        Self { done: AtomicU32::new(0), seen: AtomicU32::new(0) }
    }
}

// SAFETY: the section is RAM that is left as it is; of atomics any value is one.
#[unsafe(link_section = ".uninit.kept")]
#[used]
static KEPT: Kept = Kept {
    magic: AtomicU32::new(0),
    turn: AtomicU32::new(0),
    torn: AtomicU32::new(0),
    in_drains: AtomicU32::new(0),
    is_draining: AtomicU32::new(0),
    missing: AtomicU32::new(0),
    overwritten: AtomicU32::new(0),
    wrong: AtomicU32::new(0),
    again: AtomicU32::new(0),
    main: Made::none(),
    high: Made::none(),
};

/// Times that the timer logs before it resets.
static FIRINGS: AtomicU32 = AtomicU32::new(0);

const MAGIC: u32 = 0x5245_5345;
const RESETS: u32 = 900;
/// Instructions between two interrupts of the timer, and until a reset.
const LOGGING: [u32; 7] = [3920, 5240, 4600, 9160, 6440, 7480, 21_120];
const DRAINING: [u32; 7] = [1520, 2240, 3600, 4160, 5440, 7480, 40_120];
