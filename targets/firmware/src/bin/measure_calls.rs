//! Measures what a log call costs its caller: the rows that `budgets.txt` limits, and a few beside them.
#![no_std]
#![no_main]

use core::hint::black_box;
use core::sync::atomic::{AtomicU32, Ordering};

use board::entry;
use board::meter::Meter;
use femto_core::{Clock, Formatter, Level, Logger, Record, RingHandler, info, set_clock, set_root};

static RING: RingHandler<2048> = RingHandler::new();
static ROOT: Logger = Logger::root().with_handlers(&[&RING]);
static NET: Logger = Logger::child("net", &ROOT);

#[entry]
fn main() -> ! {
    let mut meter = Meter::new();
    let name: &str = black_box("eth0-rx1");

    meter.row("no-clock-1int", empty, || info!(logger: ROOT, "up in {} ms", black_box(12_u32)));
    assert!(set_clock(&Counter).is_ok() && set_root(&ROOT).is_ok());
    meter.row("call-0", empty, || info!(logger: ROOT, "up"));
    meter.row("call-1int", empty, || info!(logger: ROOT, "up in {} ms", black_box(12_u32)));
    meter.row("call-2int", empty, || {
        info!(logger: ROOT, "up in {} ms, {} tries", black_box(12_u32), black_box(3_u32));
    });
    meter.row("call-str8", empty, || info!(logger: ROOT, "{} up", black_box(name)));
    meter.row("call-4int", empty, || {
        info!(logger: ROOT, "{} {} {} {}", black_box(1), black_box(2), black_box(3), black_box(4));
    });
    meter.row("call-child", empty, || info!(logger: NET, "up in {} ms", black_box(12_u32)));
    meter.row("call-default", empty, || info!("up in {} ms", black_box(12_u32)));

    ROOT.set_level(Level::ERROR);
    info!(logger: ROOT, "the first look finds the level out");
    meter.row("off", || {}, || info!(logger: ROOT, "up in {} ms", black_box(12_u32)));
    meter.row("off-default", || {}, || info!("up in {} ms", black_box(12_u32)));
    board::finish()
}

/// A clock that costs next to nothing, so that the rest of the call shows.
struct Counter;

impl Clock for Counter {
    fn now(&self) -> u64 {
        static TICKS: AtomicU32 = AtomicU32::new(0);
        TICKS.load(Ordering::Relaxed).into()
    }
}

/// Makes room, and checks that the calls were made.
fn empty() {
    let Ok(drained) = RING.drain(&Nothing, &mut Nowhere);
    assert!(drained.damaged == 0 && RING.dropped() == 0);
}

/// Not the UART: the machine that measures may have another one.
struct Nowhere;

impl femto_core::embedded_io::ErrorType for Nowhere {
    type Error = core::convert::Infallible;
}

impl femto_core::embedded_io::Write for Nowhere {
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
