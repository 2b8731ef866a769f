//! Sends frames to the UART as they lie in the ring, leaves more records there, undrained, and some in a crash log, and
//! halts. The tests save its RAM and read both, with the ELF.
#![no_std]
#![no_main]

use board::sample::{Limit, Milliseconds};
use board::{Uart, entry};
use embedded_io::Write as _;
use femto_core::{
    Hex, Hexdump, Level, Logger, RingHandler, critical, error, info, log, retained, set_clock, warn,
};

static RING: RingHandler<256> = RingHandler::new();
retained! {
    static CRASH_LOG: RetainedHandler<256>;
}
static ROOT: Logger = Logger::root().with_handlers(&[&RING]);
static NET: Logger = Logger::child("net", &ROOT);
static POWER: Logger = Logger::root().with_handlers(&[&CRASH_LOG]);

#[entry]
fn main() -> ! {
    let mut uart = Uart::new();
    CRASH_LOG.start("dump 1.0");
    assert!(set_clock(&Milliseconds).is_ok());
    every_kind();
    drain(&mut uart);
    // More than the ring holds: the host hears how many were dropped.
    for number in 0..50_u32 {
        info!(logger: ROOT, "turn {number}");
    }
    drain(&mut uart);
    info!(logger: POWER, "on battery");
    warn!(logger: POWER, millivolts = 3300_u16; "low, {} %", 7_u8);
    // Beyond the end of the ring, and from its start on.
    every_kind();
    let Ok(()) = uart.write_all(b"halted\n");
    loop {
        core::hint::spin_loop();
    }
}

fn every_kind() {
    let (ms, peer, width) = (12_u32, "10.0.0.7", 9);
    info!(logger: NET, "link up in {ms} ms");
    info!(logger: NET, peer, tries = 3_u8; "no answer after {:.1} s, {:>4}|{:<4}|{:#06x}", 2.5_f32, -7_i8, true, 255_u16);
    warn!(logger: NET, flags:? = Some('x'), "part.of" = 9_000_000_000_u64; "retry of {}", Limit(5));
    error!(logger: NET, "[{ms:*>width$}] [{peer:^14}] {{{0:?}}} {0:e} {1:?}", 1234_u32, "quo\"ted");
    critical!(logger: NET, target: "net.rx", "{:?} {}", 'c', u64::MAX);
    info!(logger: NET, packet = Hexdump(b"GET /"); "from {}", Hex(&[0xde, 0xad]));
    log!(logger: ROOT, Level::new(35), "{}", format_args!("{}+{}", 1, Limit(2)));
    if let Ok(long) = core::str::from_utf8(&[b'x'; 300]) {
        error!(logger: NET, "{}", long);
    }
}

fn drain(uart: &mut Uart) {
    let Ok(drained) = RING.drain_frames(uart);
    assert_eq!(drained.damaged, 0);
}
