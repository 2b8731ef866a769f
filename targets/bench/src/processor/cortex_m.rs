//! Cortex-M: SysTick counts, PRIMASK masks.

pub use cortex_m_rt::entry;

use cortex_m::peripheral::SYST;

/// The time of a record: one register.
#[inline(always)]
#[must_use]
pub fn now() -> u32 {
    SYST::get_current()
}

/// Masks all interrupts; answers whether they were not masked before.
#[inline(always)]
pub(crate) fn mask() -> bool {
    let was_unmasked = cortex_m::register::primask::read().is_active();
    cortex_m::interrupt::disable();
    was_unmasked
}

#[inline(always)]
pub(crate) fn unmask() {
    // SAFETY: the critical section that ends here masked them.
    unsafe { cortex_m::interrupt::enable() };
}

/// Starts the counter.
#[cfg(feature = "meter")]
pub(crate) fn start() {
    let Some(mut peripherals) = cortex_m::Peripherals::take() else { return };
    peripherals.SYST.set_clock_source(cortex_m::peripheral::syst::SystClkSource::Core);
    peripherals.SYST.set_reload(RELOAD);
    peripherals.SYST.clear_current();
    peripherals.SYST.enable_counter();
}

/// Begins a tick.
#[cfg(feature = "meter")]
#[inline(always)]
pub(crate) fn begin_tick() {
    // SAFETY: any value clears the counter, which nothing else writes.
    unsafe { (*SYST::PTR).cvr.write(0) };
}

/// Ticks from one reading of [`now`] to a later one, up to 600 million instructions later.
#[cfg(feature = "meter")]
#[inline(always)]
pub(crate) fn between(start: u32, end: u32) -> u32 {
    start.wrapping_sub(end) & RELOAD // it counts down
}

#[cfg(feature = "meter")]
#[inline(always)]
pub(crate) fn stack_pointer() -> usize {
    cortex_m::register::msp::read() as usize
}

/// Where the stack must not grow to.
#[cfg(feature = "meter")]
pub(crate) fn stack_end() -> usize {
    cortex_m_rt::heap_start().addr()
}

/// Takes three instructions for each of `times`, at least one.
#[cfg(feature = "meter")]
#[inline(always)]
pub(crate) fn spend_threes(times: u32) {
    // SAFETY: a loop that changes one register and the flags.
    unsafe {
        core::arch::asm!("2:", "nop", "subs {0}, #1", "bne 2b", inout(reg) times => _, options(nomem, nostack));
    }
}

/// One instruction.
#[cfg(feature = "meter")]
pub use cortex_m::asm::nop;

/// SysTick's clock is 25 MHz on `mps2-an386` and 20 MHz on `mps2-an505`; an instruction takes a nanosecond.
#[cfg(feature = "meter")]
pub(crate) const INSTRUCTIONS_PER_TICK: u32 = if cfg!(board = "an505") { 50 } else { 40 };
#[cfg(feature = "meter")]
const RELOAD: u32 = 0x00FF_FFFF;
