//! A ring that is too small, by either policy: whole records are dropped or overwritten, every one is counted, the output
//! says how many were dropped, and there is room again afterwards. A text that is too long is cut at a character boundary, and the record says so.
#![no_std]
#![no_main]

use board::{Uart, entry};
use embedded_io::Write as _;
use femto_core::{Logger, OverflowPolicy, RingHandler, RingHandlerBuilder, TextFormatter, info};

static NEWEST: RingHandler<64> = RingHandler::new();
static DROPS_NEWEST: Logger = Logger::root().with_handlers(&[&NEWEST]);

static OLDEST: RingHandler<64> =
    RingHandlerBuilder::new().with_policy(OverflowPolicy::OverwriteOldest).build_static();
static OVERWRITES: Logger = Logger::root().with_handlers(&[&OLDEST]);

#[entry]
fn main() -> ! {
    let mut uart = Uart::new();
    fill(&mut uart, "drop the newest", &DROPS_NEWEST, &NEWEST);
    fill(&mut uart, "overwrite the oldest", &OVERWRITES, &OLDEST);
    cut(&mut uart);
    board::finish()
}

/// Logs twice as much as there is room for, and then once more.
fn fill(uart: &mut Uart, policy: &str, logger: &'static Logger, ring: &'static RingHandler<64>) {
    let _ = writeln!(uart, "{policy}");
    let (mut made, mut written) = (0, 0);
    for round in 1..=2_u32 {
        for number in 1..=40_u32 {
            info!(logger: logger, "round {round}, record {number}");
            made += 1;
        }
        written += drain(uart, ring);
    }
    info!(logger: logger, "room again");
    made += 1;
    written += drain(uart, ring);
    let (overwritten, dropped) = (ring.overwritten(), ring.dropped());
    let _ = writeln!(
        uart,
        "made {made}: written {written}, overwritten {overwritten}, dropped {dropped}; exact: {}",
        made == written + overwritten + dropped
    );
}

fn cut(uart: &mut Uart) {
    if let Ok(long) = core::str::from_utf8(&[b'x'; 150]) {
        info!(logger: DROPS_NEWEST, "{} é{}", long, 7);
        drain(uart, &NEWEST);
        // Half a ring is 128 bytes, of which the second byte of an é would be one too many.
        for room in 0..4 {
            info!(logger: DROPS_NEWEST, "{}{}", &long[..80 + room], "éééééééééééééééééééé");
            drain(uart, &NEWEST);
        }
    }
    let _ = writeln!(uart, "cut {}", NEWEST.cut());
}

fn drain(uart: &mut Uart, ring: &RingHandler<64>) -> usize {
    let Ok(drained) = ring.drain(&TextFormatter::new(), uart);
    assert_eq!(drained.damaged, 0);
    drained.written
}
