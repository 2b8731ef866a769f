//! A crash log: what was logged before a panic, a fault or a reset is shown after it.
//!
//! Each boot shows what the one before left, then ends in another way. The RAM that keeps the log has its power all the
//! time: it is the same machine.
#![no_std]
#![no_main]

use core::fmt::Display;
use core::hint::black_box;

use board::sample::Milliseconds;
use board::{Uart, entry, fault, on_panic, reset};
use embedded_io::Write as _;
use femto_core::{
    Logger, TextFormatter, critical, debug, error, info, retained, set_clock, set_root, warn,
};

retained! {
    /// 1 KiB of the newest records.
    static CRASH_LOG: RetainedHandler<256>;
}
static ROOT: Logger = Logger::root().with_handlers(&[&CRASH_LOG]);
static MOTOR: Logger = Logger::child("motor", &ROOT);

#[entry]
fn main() -> ! {
    let mut uart = Uart::new();
    let recovery = CRASH_LOG.start("crash 1.0");
    let (resets, records) = (recovery.resets, recovery.records);
    let _ = writeln!(uart, "boot {resets}: {records} records recovered"); // this UART has no error to report
    let Ok(drained) = CRASH_LOG.drain(&TextFormatter::new(), &mut uart);
    assert_eq!(drained.written, records);

    on_panic(crash);
    assert!(set_clock(&Milliseconds).is_ok() && set_root(&ROOT).is_ok());
    match resets {
        0 => {
            info!(logger: MOTOR, "starting");
            warn!(logger: MOTOR, current = 4.9_f32, limit = 5_u8; "near the limit of {} A", 5);
            let phases = black_box([1, 2, 3]);
            info!("phase {}", phases[black_box(7)]);
        }
        1 => {
            info!("ends by a reset from anywhere");
            reset();
        }
        2 => {
            // More than fits: the oldest make room.
            for number in 0..100_u32 {
                debug!(logger: MOTOR, "never shown: below the level of {}", number);
                info!(logger: MOTOR, "turn {number}");
            }
            error!("ends by a fault");
            fault();
        }
        _ => board::finish(),
    }
    reset()
}

/// The last record, then the next boot.
fn crash(what: &dyn Display) -> ! {
    critical!("{what}");
    reset()
}
