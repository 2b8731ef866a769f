//! Panic mode: an interrupt panics while the main loop drains. What waits goes out at once, and what comes later goes the
//! same way.
#![no_std]
#![no_main]

use core::fmt;

use board::{Uart, entry, interrupt, on_panic};
use femto_core::{
    DirectHandler, Formatter, Logger, Record, RingHandler, TextFormatter, critical, info, set_root,
    warn,
};

static RING: RingHandler<256> = RingHandler::new();
static ROOT: Logger = Logger::root().with_handlers(&[&RING]);
static LAST: DirectHandler<TextFormatter, Uart> =
    DirectHandler::new(TextFormatter::new(), Uart::again());

#[entry]
fn main() -> ! {
    let mut uart = Uart::new();
    assert!(set_root(&ROOT).is_ok());
    on_panic(say);
    interrupt::LOW.set_handler(interrupted);
    for number in 1..=3_u32 {
        info!("record {number}");
    }
    let Ok(_) = RING.drain(&Interrupting, &mut uart);
    unreachable!()
}

fn interrupted() {
    warn!("the interrupt begins");
    panic!("everything stops");
}

fn say(what: &dyn fmt::Display) -> ! {
    RING.enter_panic_mode(&LAST);
    critical!("{}", what);
    warn!(dropped = RING.dropped(); "this goes direct");
    board::finish()
}

/// Writes the first line; the second record is at hand when the panic comes, and is counted as dropped.
struct Interrupting;

impl Formatter for Interrupting {
    fn format(&self, record: &Record<'_>, out: &mut dyn fmt::Write) -> fmt::Result {
        if record.values().iter().any(|value| matches!(value, femto_core::Value::U32(2))) {
            interrupt::LOW.raise();
        }
        TextFormatter::new().format(record, out)
    }
}
