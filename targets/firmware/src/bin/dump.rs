//! Writes frames by address to the UART, leaves more records in the ring, undrained, and halts. The tests save its RAM
//! and read both, with the ELF.
#![no_std]
#![no_main]

use core::fmt;
use core::sync::atomic::{AtomicU32, Ordering};

use board::{Uart, entry};
use embedded_io::Write as _;
use femto_core::frame::wire::WireFormatter;
use femto_core::{Clock, Level, Logger, RingHandler, critical, error, info, log, set_clock, warn};

static RING: RingHandler<256> = RingHandler::new();
static WIRE: WireFormatter = WireFormatter::new().with_addresses(true);
static ROOT: Logger = Logger::root().with_handlers(&[&RING]);
static NET: Logger = Logger::child("net", &ROOT);

#[entry]
fn main() -> ! {
    let mut uart = Uart::new();
    assert!(set_clock(&Milliseconds).is_ok());
    // So much that what follows goes beyond the end of the ring and starts over.
    for number in 0..25_u32 {
        info!(logger: ROOT, "drained {number}");
    }
    let Ok(drained) = RING.drain(&WIRE, &mut uart);
    assert_eq!(drained.written, 25);

    let (ms, peer, width) = (12_u32, "10.0.0.7", 9);
    info!(logger: NET, "link up in {ms} ms");
    info!(logger: NET, peer, tries = 3_u8; "no answer after {:.1} s, {:>4}|{:<4}|{:#06x}", 2.5_f32, -7_i8, true, 255_u16);
    warn!(logger: NET, flags:? = Some('x'), "part.of" = 9_000_000_000_u64; "retry of {}", Limit(5));
    error!(logger: NET, "[{ms:*>width$}] [{peer:^14}] {{{0:?}}} {0:e} {1:?}", 1234_u32, "quo\"ted");
    critical!(logger: NET, target: "net.rx", "{:?} {}", 'c', u64::MAX);
    log!(logger: ROOT, Level::new(35), "{}", format_args!("{}+{}", 1, Limit(2)));
    if let Ok(long) = core::str::from_utf8(&[b'x'; 300]) {
        error!(logger: NET, "{}", long);
    }
    let Ok(()) = uart.write_all(b"halted\n");
    loop {
        core::hint::spin_loop();
    }
}

/// An application's own type: rendered by the caller.
struct Limit(u8);

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<={}", self.0)
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
