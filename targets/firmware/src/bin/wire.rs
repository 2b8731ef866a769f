//! Frames over the UART, for `femto decode` on the host: the target formats nothing. What the host makes of them is
//! checked by the tests of `femto-std`.
#![no_std]
#![no_main]

use board::sample::{Limit, Milliseconds};
use board::{Uart, entry};
use embedded_io::Write as _;
use femto_core::frame::wire::WireFormatter;
use femto_core::{Level, Logger, RingHandler, critical, debug, error, info, log, set_clock, warn};

static RING: RingHandler<256> = RingHandler::new();
static WIRE: WireFormatter = WireFormatter::new().with_location(true);
static ROOT: Logger = Logger::root().with_level(Level::DEBUG).with_handlers(&[&RING]);
static NET: Logger = Logger::child("net", &ROOT);

#[entry]
fn main() -> ! {
    let mut uart = Uart::new();
    // Not a frame: the host skips it.
    let Ok(()) = uart.write_all(b"bootloader 1.2\r\n");
    info!(logger: ROOT, "before there is a clock");
    drain(&mut uart);
    assert!(set_clock(&Milliseconds).is_ok());

    let (ms, peer, width) = (12_u32, "10.0.0.7", 9);
    info!(logger: NET, "link up in {ms} ms");
    info!(logger: NET, peer, tries = 3_u8; "no answer after {:.1} s, {:>4}|{:<4}|{:#06x}", 2.5_f32, -7_i8, true, 255_u16);
    warn!(logger: NET, flags:? = Some('x'), "part.of" = 9_000_000_000_u64; "retry of {}", Limit(5));
    drain(&mut uart);
    error!(logger: NET, "[{ms:*>width$}] [{peer:^14}] {{{0:?}}} {0:e} {1:?}", 1234_u32, "quo\"ted");
    critical!(logger: NET, target: "net.rx", "{:?} {}", 'c', u64::MAX);
    log!(logger: ROOT, Level::new(35), "{}", format_args!("{}+{}", 1, Limit(2)));
    drain(&mut uart);
    if let Ok(long) = core::str::from_utf8(&[b'x'; 300]) {
        error!(logger: NET, "{}", long);
    }
    drain(&mut uart);
    for number in 0..100_u32 {
        debug!(logger: NET, "segment {number}");
    }
    drain(&mut uart);
    board::finish()
}

fn drain(uart: &mut Uart) {
    let Ok(drained) = RING.drain(&WIRE, uart);
    assert_eq!(drained.damaged, 0);
}
