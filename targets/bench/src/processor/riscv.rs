//! RISC-V: `minstret` counts, `mstatus.MIE` masks.

pub use riscv_rt::entry;

use core::arch::asm;

/// The time of a record: one register.
#[inline(always)]
#[must_use]
pub fn now() -> u32 {
    let count;
    // SAFETY: reading the counter of instructions has no effect.
    unsafe { asm!("csrr {}, minstret", out(reg) count, options(nomem, nostack)) };
    count
}

/// Masks all interrupts; answers whether they were not masked before.
#[inline(always)]
pub(crate) fn mask() -> bool {
    let before: usize;
    // SAFETY: masking interrupts breaks nothing.
    unsafe { asm!("csrrci {}, mstatus, 8", out(reg) before) };
    before & 8 != 0
}

#[inline(always)]
pub(crate) fn unmask() {
    // SAFETY: the critical section that ends here masked them; or no interrupt is enabled yet.
    unsafe { asm!("csrsi mstatus, 8") };
}

/// Starts the counter; it runs.
#[cfg(feature = "meter")]
pub(crate) fn start() {
    unmask(); // as an application has it
}

/// Begins a tick: each instruction is one.
#[cfg(feature = "meter")]
#[inline(always)]
pub(crate) fn begin_tick() {}

/// Instructions from one reading of [`now`] to a later one.
#[cfg(feature = "meter")]
#[inline(always)]
pub(crate) fn between(start: u32, end: u32) -> u32 {
    end.wrapping_sub(start)
}

#[cfg(feature = "meter")]
#[inline(always)]
pub(crate) fn stack_pointer() -> usize {
    let pointer;
    // SAFETY: reading a register has no effect.
    unsafe { asm!("mv {}, sp", out(reg) pointer, options(nomem, nostack)) };
    pointer
}

/// Where the stack must not grow to.
#[cfg(feature = "meter")]
pub(crate) fn stack_end() -> usize {
    riscv_rt::heap_start().addr()
}

/// Takes three instructions for each of `times`, at least one.
#[cfg(feature = "meter")]
#[inline(always)]
pub(crate) fn spend_threes(times: u32) {
    // SAFETY: a loop that changes one register.
    unsafe {
        asm!("2:", "nop", "addi {0}, {0}, -1", "bnez {0}, 2b", inout(reg) times => _, options(nomem, nostack));
    }
}

/// One instruction.
#[cfg(feature = "meter")]
pub use riscv::asm::nop;

#[cfg(feature = "meter")]
pub(crate) const INSTRUCTIONS_PER_TICK: u32 = 1;
