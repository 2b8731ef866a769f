//! Producers of three nested priorities write defmt frames and records of ours to one ring, which the main loop drains:
//! nothing is damaged, nothing comes out of order, and every frame and record is accounted for.
//!
//! One interrupt interrupts the main loop; the timer's interrupts both, at any instruction that is not masked. The
//! counts go to stderr, as they vary with the compiler.
#![no_std]
#![no_main]

use core::convert::Infallible;
use core::fmt;
use core::sync::atomic::{AtomicU32, Ordering};

use board::stress::{Nowhere, Producer, check, text};
use board::{entry, interrupt};
use femto_core::bridge::defmt::{DefmtSink, init};
use femto_core::{Formatter, Logger, Record, RingHandler, Value, embedded_io, info};
use semihosting::{eprintln, println};

static RING: RingHandler<256> = RingHandler::new();
static ROOT: Logger = Logger::root().with_handlers(&[&RING]);

static MAIN: Producer = Producer::new(0);
static LOW: Producer = Producer::new(1);
static HIGH: Producer = Producer::new(2);
static PRODUCERS: [&Producer; 3] = [&MAIN, &LOW, &HIGH];

#[entry]
fn main() -> ! {
    assert!(init(&RING).is_ok());
    interrupt::LOW.set_handler(low);
    interrupt::HIGH.set_handler(high);
    interrupt::raise_high_every(PERIODS[0]);

    let mut wire = DefmtSink::new(Frames { bytes: [0; 300], length: 0 });
    while total(|producer| &producer.made) < RECORDS {
        for _ in 0..6 {
            log(&MAIN);
            interrupt::LOW.raise();
        }
        drain(&mut wire);
    }
    interrupt::raise_high_every(0);
    drain(&mut wire);

    let made = total(|producer| &producer.made);
    let (drained, wrong) = (total(|producer| &producer.drained), total(|producer| &producer.wrong));
    let refused = RING.dropped() as u32;
    eprintln!("made {made} drained {drained} refused {refused}");
    for producer in PRODUCERS {
        let (drained, missing) = (&producer.drained, &producer.missing);
        eprintln!("{} drained {drained:?} missing {missing:?}", producer.number);
    }
    println!("not as they were made {wrong}");
    println!("made = drained + refused: {}", made == drained + refused);
    println!(
        "gaps in the sequences = refused: {}",
        total(|producer| &producer.missing) + tail() == refused
    );
    println!(
        "every producer was drained and refused: {}",
        PRODUCERS.iter().all(|producer| producer.was_busy(10))
    );
    board::finish()
}

fn low() {
    log(&LOW);
    log(&LOW);
}

fn high() {
    log(&HIGH);
    let turn = HIGH.made.load(Ordering::Relaxed) as usize;
    // A changing period meets the other producers at changing instructions.
    interrupt::raise_high_every(PERIODS[turn % PERIODS.len()]);
}

fn drain(wire: &mut DefmtSink<Frames>) {
    let drained = RING.drain_with_defmt(&Check, &mut Nowhere, wire);
    assert!(drained.is_ok_and(|drained| drained.damaged == 0));
}

fn total(count: fn(&Producer) -> &AtomicU32) -> u32 {
    PRODUCERS.iter().map(|producer| count(producer).load(Ordering::Relaxed)).sum()
}

/// What was refused after the last that was drained: no gap shows it.
fn tail() -> u32 {
    let made = |producer: &&Producer| {
        producer.made.load(Ordering::Relaxed) - producer.last.load(Ordering::Relaxed)
    };
    PRODUCERS.iter().map(made).sum()
}

/// Logs, by defmt or by our macros, what follows from its number.
fn log(producer: &Producer) {
    let (number, sequence) = (producer.number, producer.make());
    let check = check(number, sequence);
    match sequence % 3 {
        0 => info!(logger: ROOT, "{} {} {}", number, sequence, check),
        _ => defmt::info!("{=u8} {=u32} {=u32} {=str}", number, sequence, check, text(sequence)),
    }
}

/// Looks at our records; writes nothing.
struct Check;

impl Formatter for Check {
    fn format(&self, record: &Record<'_>, _: &mut dyn fmt::Write) -> fmt::Result {
        // All others are reports of dropped records.
        if let &[Value::U8(number), Value::U32(sequence), Value::U32(sum)] = record.values() {
            PRODUCERS[usize::from(number)].see(sequence, sum == check(number, sequence));
        }
        Ok(())
    }
}

/// Looks at defmt's frames, one by one.
struct Frames {
    bytes: [u8; 300],
    length: usize,
}

impl Frames {
    fn look(&self) {
        let mut room = [0; 300];
        // Behind the tag.
        let [_, _, number, rest @ ..] = decode(&self.bytes[..self.length], &mut room) else {
            return;
        };
        let (Some((sequence, rest)), true) = (rest.split_first_chunk(), rest.len() >= 12) else {
            return; // a report of dropped records
        };
        let sequence = u32::from_le_bytes(*sequence);
        let text = text(sequence);
        let (sum, rest) = rest.split_at(4);
        let (length, rest) = rest.split_at(4);
        let is_right = sum == check(*number, sequence).to_le_bytes()
            && length == (text.len() as u32).to_le_bytes()
            && rest.starts_with(text.as_bytes());
        PRODUCERS[usize::from(*number)].see(sequence, is_right);
    }
}

impl embedded_io::ErrorType for Frames {
    type Error = Infallible;
}

impl embedded_io::Write for Frames {
    fn write(&mut self, bytes: &[u8]) -> Result<usize, Infallible> {
        for &byte in bytes {
            if byte == 0 {
                self.look();
                self.length = 0;
            } else {
                self.bytes[self.length] = byte;
                self.length += 1;
            }
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> Result<(), Infallible> {
        Ok(())
    }
}

/// Reads a frame of rzCOBS (described in defmt's book), which is written to be read backwards.
fn decode<'r>(frame: &[u8], room: &'r mut [u8]) -> &'r [u8] {
    let mut start = room.len();
    let mut put = |byte| {
        start -= 1;
        room[start] = byte;
    };
    let mut left = frame.iter().rev();
    while let Some(&code) = left.next() {
        let (run, zero) = match code {
            0x00..=0x7F => {
                for bit in (0..7).rev() {
                    put(if code >> bit & 1 == 0 { left.next().copied().unwrap_or(0) } else { 0 });
                }
                continue;
            }
            0x80..=0xFE => (usize::from(code & 0x7F) + 7, true),
            0xFF => (134, false),
        };
        if zero {
            put(0);
        }
        left.by_ref().take(run).for_each(|&byte| put(byte));
    }
    &room[start..]
}

const RECORDS: u32 = 100_000;
/// In instructions.
const PERIODS: [u32; 7] = [5920, 4240, 7600, 5160, 12440, 3480, 8120];
