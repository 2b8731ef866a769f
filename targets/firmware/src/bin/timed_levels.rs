//! A timer's interrupt changes levels while the main loop looks at them, at every point of a look sooner or later.
//! Whatever it interrupted: what is kept afterwards is the level that counts.
#![no_std]
#![no_main]

use core::sync::atomic::{AtomicU32, Ordering};

use board::{entry, interrupt};
use femto_core::{Level, Logger, find_logger};
use semihosting::{eprintln, println};

static ROOT: Logger = Logger::root();
static NET: Logger = Logger::child("net", &ROOT);
static TCP: Logger = Logger::child("net.tcp", &NET);

/// How often levels were changed.
static CHANGES: AtomicU32 = AtomicU32::new(0);

#[entry]
fn main() -> ! {
    let (mut looks, mut known) = (0_u32, 0_u32);
    interrupt::HIGH.set_handler(change);
    interrupt::raise_high_every(SHORTEST);
    while CHANGES.load(Ordering::Relaxed) < ENOUGH {
        let _ = TCP.is_enabled(Level::DEBUG);
        let _ = NET.is_enabled(Level::DEBUG);
        // At the registry, too, a change may come.
        assert!(looks == 0 || find_logger("net.tcp").is_some());
        critical_section::with(|_| {
            for logger in [&TCP, &NET] {
                known += u32::from(is_right(logger));
            }
        });
        looks += 1;
    }
    interrupt::raise_high_every(0);
    eprintln!("{looks} looks, {known} levels kept");
    // Both happened: a level was kept until the look, and was forgotten before it.
    assert!(known > looks / 4 && known < 2 * looks);
    println!("{ENOUGH} changes, nothing stale");
    board::finish()
}

/// Checks what is kept of the level that counts; whether anything is.
fn is_right(logger: &'static Logger) -> bool {
    let is_known = !logger.enabled(Level::NOTSET);
    let counts = logger.effective_level();
    for level in [Level::TRACE, Level::DEBUG, Level::INFO, Level::WARN] {
        assert!(!is_known || logger.enabled(level) == (level >= counts), "stale");
    }
    is_known
}

/// Handles the timer's interrupt.
fn change() {
    let count = CHANGES.load(Ordering::Relaxed) + 1;
    CHANGES.store(count, Ordering::Relaxed);
    let level = [Level::DEBUG, Level::NOTSET, Level::WARN, Level::TRACE][count as usize % 4];
    match count % 3 {
        0 => ROOT.set_level(Level::new(level.number().max(1))),
        1 => NET.set_level(level),
        _ => TCP.set_level(level),
    }
    // In steps that share no divisor with what a turn of the main loop takes.
    interrupt::raise_high_every(SHORTEST + count * 41 % 1500);
}

const ENOUGH: u32 = 10_000;
/// Instructions between two changes, at least.
const SHORTEST: u32 = 700;
