//! Measures what a statement of another API costs its caller, all the way into our ring, and holds it to a budget. defmt masks interrupts for
//! as long as it makes a frame, which is all of its statement but a few instructions.
#![no_std]
#![no_main]

use core::convert::Infallible;
use core::hint::black_box;

use board::entry;
use board::meter::{Cost, Meter};
use femto_core::bridge::{self, defmt::DefmtHandler, defmt::DefmtSink};
use femto_core::{Formatter, Level, Logger, Record, RingHandler, embedded_io, info};
use semihosting::{eprintln, println};

static RING: RingHandler<2048> = RingHandler::new();
static ROOT: Logger = Logger::root().with_handlers(&[&RING]);
static DEFMT: DefmtHandler = DefmtHandler::new();
static FORWARDED: Logger = Logger::root().with_handlers(&[&DEFMT]);

defmt::timestamp!("{=u32:ms}", black_box(7));

#[entry]
fn main() -> ! {
    assert!(bridge::defmt::init(&RING).is_ok() && bridge::log::install(&ROOT).is_ok());
    let mut meter = Meter::new();
    let name: &str = black_box("eth0-rx1");
    row("defmt-0", meter.cost(empty, || defmt::info!("up")));
    row("defmt-1int", meter.cost(empty, || defmt::info!("up in {=u32} ms", black_box(12))));
    row("defmt-str8", meter.cost(empty, || defmt::info!("{=str} up", name)));
    let mix = mixed(&mut meter);
    row("defmt-mix", mix);
    RING.set_level(Level::INFO);
    row("defmt-mix-levels", mixed(&mut meter));
    RING.set_level(Level::ERROR);
    row("defmt-mix-off", mixed(&mut meter));
    RING.set_level(Level::NOTSET);
    let forward = || info!(logger: FORWARDED, "up in {} ms", black_box(12_u32));
    row("defmt-forward-1int", meter.cost(empty, forward));
    row("log-1int", meter.cost(empty, || log::info!("up in {} ms", black_box(12_u32))));
    row("log-str8", meter.cost(empty, || log::info!("{} up", name)));
    ROOT.set_level(Level::ERROR);
    FORWARDED.set_level(Level::ERROR);
    row("log-off", meter.cost(empty, || log::info!("up in {} ms", black_box(12_u32))));

    println!("a mixed defmt statement is within its budget: {}", mix.tenths <= BUDGET * 10);
    board::finish()
}

/// The average of the ten statements that other loggers are measured with: three of a number, three of a text, four of
/// two numbers.
fn mixed(meter: &mut Meter) -> Cost {
    let name: &str = black_box("eth0-rx1");
    let number = meter.cost(empty, || defmt::info!("up in {=u32} ms", black_box(12)));
    let text = meter.cost(empty, || defmt::info!("link {=str}", name));
    let numbers =
        meter.cost(empty, || defmt::info!("rx {=u32} tx {=u32}", black_box(1), black_box(2)));
    let tenths = (3 * number.tenths + 3 * text.tenths + 4 * numbers.tenths) / 10;
    Cost { tenths, stack: number.stack.max(text.stack).max(numbers.stack) }
}

/// To stderr, as the figures change with the compiler: name, instructions, bytes of stack.
fn row(name: &str, cost: Cost) {
    eprintln!("{name} {}.{} {}", cost.tenths / 10, cost.tenths % 10, cost.stack);
}

/// What a statement of the application's own may cost, in instructions.
#[cfg(any(target_arch = "riscv32", not(target_has_atomic = "ptr")))]
const BUDGET: u32 = 400;
/// What a statement of the application's own may cost, in instructions.
#[cfg(all(target_arch = "arm", target_has_atomic = "ptr"))]
const BUDGET: u32 = 320;

/// Makes room, and checks that the calls were made.
fn empty() {
    let mut wire = DefmtSink::new(Nowhere);
    let drained = RING.drain_with_defmt(&Nothing, &mut Nowhere, &mut wire);
    assert!(drained.is_ok() && RING.dropped() == 0);
}

/// Not the UART: the machine that measures may have another one.
struct Nowhere;

impl embedded_io::ErrorType for Nowhere {
    type Error = Infallible;
}

impl embedded_io::Write for Nowhere {
    fn write(&mut self, bytes: &[u8]) -> Result<usize, Self::Error> {
        Ok(bytes.len())
    }

    fn flush(&mut self) -> Result<(), Self::Error> {
        Ok(())
    }
}

struct Nothing;

impl Formatter for Nothing {
    fn format(&self, _: &Record<'_>, _: &mut dyn core::fmt::Write) -> core::fmt::Result {
        Ok(())
    }
}
