//! Measures what a log call into retained RAM costs its caller, which makes the text.
#![no_std]
#![no_main]

use core::hint::black_box;
use core::sync::atomic::{AtomicU32, Ordering};

use board::{entry, meter::Meter};
use femto_core::{Clock, Logger, info, retained, set_clock};

retained! {
    static LOG: RetainedHandler<256>;
}
static ROOT: Logger = Logger::root().with_handlers(&[&LOG]);

#[entry]
fn main() -> ! {
    let mut meter = Meter::new();
    let name: &str = black_box("eth0-rx1");
    assert!(set_clock(&Counter).is_ok());
    LOG.start("retained");

    // The ring fills up and stays full: each call makes room for itself.
    let check = || assert!(LOG.dropped() == 0);
    meter.row("retained-0", check, || info!(logger: ROOT, "up"));
    meter.row("retained-1int", check, || info!(logger: ROOT, "up in {} ms", black_box(12_u32)));
    meter.row("retained-2int", check, || {
        info!(logger: ROOT, "up in {} ms, {} tries", black_box(12_u32), black_box(3_u32));
    });
    meter.row("retained-str8", check, || info!(logger: ROOT, "{} up", black_box(name)));
    meter.row("retained-key", check, || info!(logger: ROOT, ms = black_box(12_u32); "up"));
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
