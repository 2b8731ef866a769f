//! Interrupts that log: between two records of the main loop, and while one is being rendered. Records keep the time at
//! which they were made.
#![no_std]
#![no_main]

use core::sync::atomic::{AtomicU32, Ordering};

use board::sample::{Interrupting, Milliseconds};
use board::{Uart, entry, interrupt};
use femto_core::{Logger, RingHandler, TextFormatter, error, info, set_clock, set_root, warn};

static RING: RingHandler<512> = RingHandler::new();
static ROOT: Logger = Logger::root().with_handlers(&[&RING]);
static NET: Logger = Logger::child("net", &ROOT);
static MOTOR: Logger = Logger::child("motor", &ROOT);

#[entry]
fn main() -> ! {
    let mut uart = Uart::new();
    assert!(set_clock(&Milliseconds).is_ok() && set_root(&ROOT).is_ok());
    interrupt::LOW.set_handler(low);
    interrupt::HIGH.set_handler(high);
    for number in 1..=3_u32 {
        NEXT.store(number, Ordering::Relaxed);
        info!("main {number}, before the interrupt");
        interrupt::LOW.raise();
        info!("main {}, {}", number, Interrupting);
    }
    let Ok(drained) = RING.drain(&TextFormatter::new(), &mut uart);
    assert!(drained.damaged == 0 && RING.dropped() == 0);
    board::finish()
}

fn low() {
    warn!(logger: NET, number = NEXT.load(Ordering::Relaxed); "low begins");
    interrupt::HIGH.raise();
    warn!(logger: NET, number = NEXT.load(Ordering::Relaxed); "low ends");
}

fn high() {
    error!(logger: MOTOR, number = NEXT.load(Ordering::Relaxed); "high");
}

static NEXT: AtomicU32 = AtomicU32::new(0);
