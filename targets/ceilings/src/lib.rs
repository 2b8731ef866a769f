//! What the two programs have in common. `with_calls` has statements below INFO, `without_calls` has not; built
//! with a ceiling of INFO both must have the same bytes in flash. `scripts/ceilings.sh` looks.
#![no_std]

use core::panic::PanicInfo;
use core::sync::atomic::{AtomicU32, Ordering};

use femto_core::{Logger, RingHandler, info, set_root};

/// Where the records of both programs go.
pub static RING: RingHandler<64> = RingHandler::new();
/// The default logger of both.
pub static ROOT: Logger = Logger::root().with_handlers(&[&RING]);
/// A logger below it.
pub static NET: Logger = Logger::child("net", &ROOT);

/// What both programs do: a statement that the ceiling lets through.
pub fn log_at_info() {
    let _ = set_root(&ROOT); // the first and only time
    info!("kept: {}", EFFECTS.load(Ordering::Relaxed));
}

/// What both programs end in.
pub fn stop() -> ! {
    loop {
        core::hint::spin_loop();
    }
}

/// An argument of a statement, and what happens if it is evaluated.
#[inline(never)]
pub fn evaluated() -> u32 {
    EFFECTS.store(EFFECTS.load(Ordering::Relaxed) + 1, Ordering::Relaxed);
    EFFECTS.load(Ordering::Relaxed)
}

static EFFECTS: AtomicU32 = AtomicU32::new(0);

#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    stop()
}

/// Nobody runs the programs, so nothing needs to be excluded.
struct Nothing;

critical_section::set_impl!(Nothing);

// SAFETY: required to hold off other contexts while it is taken: there are none, as the programs are never run.
unsafe impl critical_section::Impl for Nothing {
    unsafe fn acquire() -> critical_section::RawRestoreState {
        Default::default() // of whatever type the build chose
    }

    unsafe fn release(_: critical_section::RawRestoreState) {}
}
