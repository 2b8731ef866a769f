//! Producers of three nested priorities write a million records to one ring, which the main loop drains: nothing is
//! damaged, nothing comes out of order, and every record is accounted for.
//!
//! One interrupt interrupts the main loop; the timer's interrupts both, at any instruction, in a call or a drain. It
//! needs a machine of the `measure` programs, all of which have a timer; the counts go to stderr, as they vary with the
//! compiler.
#![no_std]
#![no_main]

use core::convert::Infallible;
use core::fmt;
use core::sync::atomic::{AtomicU32, Ordering};

use board::{entry, interrupt};
use femto_core::{Formatter, Logger, Record, RingHandler, Value, info};
use semihosting::{eprintln, println};

static RING: RingHandler<256> = RingHandler::new();
static ROOT: Logger = Logger::root().with_handlers(&[&RING]);

static MAIN: Producer = Producer::new(0);
static LOW: Producer = Producer::new(1);
static HIGH: Producer = Producer::new(2);
static PRODUCERS: [&Producer; 3] = [&MAIN, &LOW, &HIGH];

#[entry]
fn main() -> ! {
    interrupt::LOW.set_handler(low);
    interrupt::HIGH.set_handler(high);
    interrupt::raise_high_every(PERIODS[0]);

    let mut damaged = 0;
    while total(|producer| &producer.made) < RECORDS {
        for _ in 0..4 {
            MAIN.make();
            interrupt::LOW.raise();
        }
        damaged += drain();
    }
    interrupt::raise_high_every(0);
    damaged += drain();

    let made = total(|producer| &producer.made);
    let drained = total(|producer| &producer.drained);
    let wrong = total(|producer| &producer.wrong);
    let refused = RING.dropped() as u32 - damaged;
    eprintln!("made {made} drained {drained} refused {refused} damaged {damaged}");
    println!("damaged {damaged}, not as they were made {wrong}");
    println!("made = drained + refused: {}", made == drained + refused);
    println!(
        "gaps in the sequences = refused: {}",
        total(|producer| &producer.missing) + tail() == refused
    );
    println!(
        "every producer was drained and refused: {}",
        PRODUCERS.iter().all(|producer| producer.was_busy())
    );
    board::finish()
}

fn low() {
    LOW.make();
    LOW.make();
}

fn high() {
    HIGH.make();
    let turn = HIGH.made.load(Ordering::Relaxed) as usize;
    // A changing period meets the other producers at changing instructions.
    interrupt::raise_high_every(PERIODS[turn % PERIODS.len()]);
}

/// Answers how many frames were damaged.
fn drain() -> u32 {
    let Ok(drained) = RING.drain(&Check, &mut Nowhere);
    drained.damaged as u32
}

fn total(count: fn(&Producer) -> &AtomicU32) -> u32 {
    PRODUCERS.iter().map(|producer| count(producer).load(Ordering::Relaxed)).sum()
}

/// Records refused after the last that was drained: no gap shows them.
fn tail() -> u32 {
    let made = |producer: &&Producer| {
        producer.made.load(Ordering::Relaxed) - producer.last.load(Ordering::Relaxed)
    };
    PRODUCERS.iter().map(made).sum()
}

/// One context that logs. Only that context writes `made`, only the drain the other counts: loads and stores do.
struct Producer {
    number: u8,
    made: AtomicU32,
    drained: AtomicU32,
    last: AtomicU32,
    missing: AtomicU32,
    wrong: AtomicU32,
}

impl Producer {
    const fn new(number: u8) -> Self {
        Self {
            number,
            made: AtomicU32::new(0),
            drained: AtomicU32::new(0),
            last: AtomicU32::new(0),
            missing: AtomicU32::new(0),
            wrong: AtomicU32::new(0),
        }
    }

    /// Logs a record of changing length, whose contents follow from its number.
    fn make(&self) {
        let sequence = self.made.load(Ordering::Relaxed) + 1;
        self.made.store(sequence, Ordering::Relaxed);
        let (number, check) = (self.number, check(self.number, sequence));
        match sequence % 3 {
            0 => info!(logger: ROOT, "{} {} {}", number, sequence, check),
            1 => info!(logger: ROOT, "{} {} {} {}", number, sequence, check, text(sequence)),
            _ => info!(logger: ROOT, "{} {} {} {}", number, sequence, check, u64::from(check) << 7),
        }
    }

    fn see(&self, sequence: u32, is_right: bool) {
        let last = self.last.load(Ordering::Relaxed);
        add(&self.drained, 1);
        add(&self.wrong, u32::from(!is_right || sequence <= last));
        add(&self.missing, sequence.wrapping_sub(last + 1));
        self.last.store(sequence, Ordering::Relaxed);
    }

    fn was_busy(&self) -> bool {
        self.missing.load(Ordering::Relaxed) > 100 && self.drained.load(Ordering::Relaxed) > 1000
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
        PRODUCERS[usize::from(number)]
            .see(sequence, rest_is_right && sum == check(number, sequence));
        Ok(())
    }
}

struct Nowhere;

impl embedded_io::ErrorType for Nowhere {
    type Error = Infallible;
}

impl embedded_io::Write for Nowhere {
    fn write(&mut self, bytes: &[u8]) -> Result<usize, Infallible> {
        Ok(bytes.len())
    }

    fn flush(&mut self) -> Result<(), Infallible> {
        Ok(())
    }
}

fn check(number: u8, sequence: u32) -> u32 {
    sequence.wrapping_mul(0x9E37_79B9) ^ u32::from(number) << 24
}

fn text(sequence: u32) -> &'static str {
    let text = "the quick brown fox jumps over the lazy dog";
    &text[..sequence as usize % text.len()]
}

fn add(count: &AtomicU32, n: u32) {
    count.store(count.load(Ordering::Relaxed).wrapping_add(n), Ordering::Relaxed);
}

const RECORDS: u32 = 1_000_000;
/// Instructions.
const PERIODS: [u32; 7] = [920, 1240, 1600, 1160, 2440, 1480, 2120];
