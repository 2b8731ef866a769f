//! The whole pipeline: the main loop and an interrupt log into one ring, which the main loop drains to the UART.
#![no_std]
#![no_main]

use core::fmt;
use core::sync::atomic::{AtomicU32, Ordering};

use board::{Uart, entry, interrupt};
use femto_core::{
    Clock, Level, Logger, RingHandler, TextFormatter, critical, debug, error, find_logger, info,
    log, set_clock, set_root, trace, warn,
};

static RING: RingHandler<256> = RingHandler::new();
static ROOT: Logger = Logger::root().with_handlers(&[&RING]);
static NET: Logger = Logger::child("net", &ROOT);
static TCP: Logger = Logger::child("net.tcp", &NET);
static MOTOR: Logger = Logger::child("motor", &ROOT).with_level(Level::WARN);

#[entry]
fn main() -> ! {
    let mut uart = Uart::new();
    info!("before set_root: nobody hears this");
    assert!(set_clock(&Milliseconds).is_ok() && set_root(&ROOT).is_ok());

    info!("booted");
    typed_values();
    levels();
    interrupts();
    drain(&mut uart);

    // More than the ring holds, then what was dropped is told, then all is well again.
    for number in 0..100_u32 {
        debug!(logger: TCP, "segment {number}");
    }
    drain(&mut uart);
    info!("room again");
    drain(&mut uart);
    board::finish()
}

fn typed_values() {
    let (peer, tries) = ("10.0.0.7", 3_u8);
    info!(logger: NET, "link up in {} ms", 12_u32);
    info!(logger: NET, peer, tries; "no answer after {:.1} s, {:>4}|{:<4}|{:#06x}", 2.5_f32, -7_i8, true, 255_u16);
    warn!(logger: NET, flags:? = Some('x'), "part.of" = 9_000_000_000_u64; "retry {tries} of {}", Limit(5));
    if let Ok(long) = core::str::from_utf8(&[b'x'; 300]) {
        error!(logger: NET, "{} é{}", long, Limit(6));
    }
    critical!(logger: NET, target: "net.rx", "{:?} {:e}", "quo\"ted", 1234_u32);
}

fn levels() {
    info!(logger: MOTOR, "below the motor's own level");
    warn!(logger: MOTOR, "stalled");
    debug!(logger: TCP, "below the inherited level");
    NET.set_level(Level::DEBUG);
    debug!(logger: TCP, "inherited since a moment ago");
    trace!(logger: TCP, "still below");
    let name = "motor";
    log!(target: name, Level::new(35), "from a target known at run time");
    if let Some(motor) = find_logger(name) {
        motor.set_level(Level::OFF);
    }
    critical!(logger: MOTOR, "switched off");
    RING.set_level(Level::ERROR);
    warn!("below the handler's level");
    RING.set_level(Level::NOTSET);
}

fn interrupts() {
    interrupt::LOW.set_handler(interrupted);
    for number in 1..=3_u32 {
        NEXT.store(number, Ordering::Relaxed);
        info!("main {number}, before the interrupt");
        interrupt::LOW.raise();
        info!("main {}, {}", number, Interrupting);
    }
}

static NEXT: AtomicU32 = AtomicU32::new(0);

fn interrupted() {
    warn!(logger: NET, number = NEXT.load(Ordering::Relaxed); "interrupt");
}

fn drain(uart: &mut Uart) {
    let Ok(drained) = RING.drain(&TextFormatter::new(), uart);
    assert_eq!(drained.damaged, 0);
}

/// An application's own type: rendered by the caller.
struct Limit(u8);

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<={}", self.0)
    }
}

/// Is interrupted while it is being rendered.
struct Interrupting;

impl fmt::Display for Interrupting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        interrupt::LOW.raise();
        f.write_str("interrupted while it is rendered")
    }
}

/// A clock that goes on by a millisecond whenever somebody looks.
struct Milliseconds;

impl Clock for Milliseconds {
    fn now(&self) -> u64 {
        static NOW: AtomicU32 = AtomicU32::new(0);
        critical_section::with(|_| {
            let now = NOW.load(Ordering::Relaxed) + 1;
            NOW.store(now, Ordering::Relaxed);
            now.into()
        })
    }

    fn ticks_per_second(&self) -> u64 {
        1000
    }
}
