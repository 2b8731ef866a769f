//! What a Cortex-M brings itself: entry, PendSV, SysTick, reset, the main stack.

use core::sync::atomic::{AtomicBool, Ordering};

use cortex_m::Peripherals;
use cortex_m::peripheral::SCB;
use cortex_m::peripheral::scb::SystemHandler;
use cortex_m::peripheral::syst::SystClkSource;
use cortex_m_rt::{ExceptionFrame, exception};

pub use cortex_m_rt::entry;

use crate::interrupt::{HIGH, LOW};

/// Resets the system; memory keeps its contents.
pub fn reset() -> ! {
    SCB::sys_reset()
}

/// Does what the processor takes for a fault; see [`on_panic`](crate::on_panic).
pub fn fault() -> ! {
    cortex_m::asm::udf()
}

#[exception]
unsafe fn HardFault(_: &ExceptionFrame) -> ! {
    crate::panic::handle(&"hard fault")
}

pub(crate) fn enable_interrupts() {
    let mut scb = peripherals().SCB;
    // SAFETY: no critical section of these programs relies on priorities. SysTick keeps the highest, that of a reset.
    unsafe { scb.set_priority(SystemHandler::PendSV, 0xFF) };
}

pub(crate) fn raise_low() {
    SCB::set_pendsv();
    cortex_m::asm::dsb();
    cortex_m::asm::isb(); // the pending exception is taken before the next instruction
}

pub(crate) fn raise_high() {
    SCB::set_pendst();
    cortex_m::asm::dsb();
    cortex_m::asm::isb();
}

pub(crate) fn raise_high_every(instructions: u32) {
    let mut timer = peripherals().SYST;
    if instructions == 0 {
        timer.disable_interrupt();
        timer.disable_counter();
        cortex_m::asm::isb();
        IS_RUNNING.store(false, Ordering::Relaxed);
        return;
    }
    timer.set_reload(instructions / INSTRUCTIONS_PER_TICK);
    if !IS_RUNNING.load(Ordering::Relaxed) {
        IS_RUNNING.store(true, Ordering::Relaxed);
        timer.set_clock_source(SystClkSource::Core);
        timer.clear_current();
        timer.enable_interrupt();
        timer.enable_counter();
    }
}

#[exception]
fn PendSV() {
    LOW.handle();
}

#[exception]
fn SysTick() {
    HIGH.handle();
}

pub use cortex_m::asm::{nop, wfi};

/// All of them are used from thread mode, or from the one handler that owns the timer once it runs.
fn peripherals() -> Peripherals {
    // SAFETY: these programs hold no others, and each register written here has one writer at a time.
    unsafe { Peripherals::steal() }
}

/// Whether SysTick raises `HIGH`.
static IS_RUNNING: AtomicBool = AtomicBool::new(false);

/// SysTick's clock is 25 MHz on `mps2-an386` and 20 MHz on `mps2-an505`; an instruction takes a nanosecond.
const INSTRUCTIONS_PER_TICK: u32 = if cfg!(board = "an505") { 50 } else { 40 };
