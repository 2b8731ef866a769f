//! Key-values and arguments of every kind, typed and rendered, as text, logfmt and JSON.
#![no_std]
#![no_main]

use board::sample::Limit;
use board::{Uart, entry};
use femto_core::{
    Formatter, FormatterBuilder, Hex, Hexdump, JsonFormatter, LogfmtFormatter, Logger, RingHandler,
    info, set_root, warn,
};

static RING: RingHandler<512> = RingHandler::new();
static ROOT: Logger = Logger::root().with_handlers(&[&RING]);
static NET: Logger = Logger::child("net", &ROOT);

#[entry]
fn main() -> ! {
    let mut uart = Uart::new();
    assert!(set_root(&ROOT).is_ok());
    log_and_drain(&mut uart, &FormatterBuilder::new().with_escaping(true).text());
    log_and_drain(&mut uart, &LogfmtFormatter::new());
    log_and_drain(&mut uart, &JsonFormatter::new());
    board::finish()
}

fn log_and_drain(uart: &mut Uart, formatter: &dyn Formatter) {
    log_typed();
    log_rendered();
    let Ok(drained) = RING.drain(formatter, uart);
    assert!(drained.damaged == 0 && RING.dropped() == 0);
}

fn log_typed() {
    let (peer, tries) = ("10.0.0.7", 3_u8);
    info!(logger: NET, peer, tries; "no answer after {:.1} s", 2.5_f32);
    info!(logger: ROOT, yes = true, no = false, letter = 'é', empty = "", quoted = "say \"no\"\n"; "other kinds");
    info!(logger: ROOT, least = i64::MIN, most = u64::MAX, more = 1_u128 << 100, pi = 3.125_f64, none = f64::NAN; "numbers");
    info!(logger: NET, mac = Hex(b"\x00\x1b\x63\x84\x45\xe6"), packet = Hexdump(b"GET / HTTP/1.1\r\n\r\n"); "bytes");
    info!(logger: ROOT, "{:>4}|{:<4}|{:#06x}|{:e}|{:?}", -7_i8, true, 255_u16, 1234_u32, "quo\"ted");
}

fn log_rendered() {
    let tries = 3;
    warn!(logger: NET, flags:? = Some('x'), limit:% = Limit(7), "part.of" = 9_000_000_000_u64; "retry {tries} of {}", Limit(5));
}
