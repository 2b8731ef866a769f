//! What QEMU's RISC-V `virt` machine brings: entry, the machine software and timer interrupts, reset, the stack.

use core::sync::atomic::{AtomicU32, Ordering};

use riscv::interrupt::{self, Exception, Interrupt};
use riscv_rt::{TrapFrame, core_interrupt, exception};

pub use riscv_rt::entry;

use crate::interrupt::{HIGH, LOW};
use crate::register::Register;

/// Resets the system; memory keeps its contents.
pub fn reset() -> ! {
    TEST_DEVICE.write(RESET);
    loop {
        riscv::asm::wfi();
    }
}

/// Does what the processor takes for a fault; see [`on_panic`](crate::on_panic).
pub fn fault() -> ! {
    // SAFETY: the instruction does not exist, so the processor goes to the handler below.
    unsafe { core::arch::asm!("unimp", options(noreturn, nomem, nostack)) }
}

#[exception(Exception::IllegalInstruction)]
fn taken_illegal_instruction(_: &TrapFrame) -> ! {
    crate::panic::handle(&"hard fault")
}

pub(crate) fn enable_interrupts() {
    interrupt::disable();
    if PERIOD.load(Ordering::Relaxed) == 0 {
        set_alarm(u64::MAX);
    }
    // SAFETY: both have a handler here, and interrupts are off.
    unsafe { interrupt::enable_interrupt(Interrupt::MachineSoft) };
    // SAFETY: as above.
    unsafe { interrupt::enable_interrupt(Interrupt::MachineTimer) };
    // SAFETY: no caller is in a critical section: handlers are set by the main loop.
    unsafe { interrupt::enable() };
}

#[inline(never)]
pub(crate) fn raise_low() {
    SOFTWARE_INTERRUPT.write(1);
    riscv::asm::fence();
}

#[inline(never)]
pub(crate) fn raise_high() {
    set_alarm(0);
    riscv::asm::fence();
}

pub(crate) fn raise_high_every(instructions: u32) {
    let ticks = instructions / INSTRUCTIONS_PER_TICK;
    PERIOD.store(ticks, Ordering::Relaxed);
    set_alarm(next(ticks));
}

#[core_interrupt(Interrupt::MachineSoft)]
fn taken_low() {
    SOFTWARE_INTERRUPT.write(0);
    interrupt::disable_interrupt(Interrupt::MachineSoft);
    // SAFETY: only the timer's interrupt can come now, whose handler leaves this one's state as it is.
    unsafe { interrupt::nested(|| LOW.handle()) };
    // SAFETY: interrupts are off again until the handler returns.
    unsafe { interrupt::enable_interrupt(Interrupt::MachineSoft) };
}

#[core_interrupt(Interrupt::MachineTimer)]
fn taken_high() {
    set_alarm(next(PERIOD.load(Ordering::Relaxed)));
    HIGH.handle();
}

/// The time at which the timer is due again.
fn next(ticks: u32) -> u64 {
    if ticks == 0 { u64::MAX } else { time() + u64::from(ticks) }
}

pub use riscv::asm::{nop, wfi};

fn time() -> u64 {
    loop {
        let (high, low) = (TIME_HIGH.read(), TIME_LOW.read());
        if TIME_HIGH.read() == high {
            return u64::from(high) << 32 | u64::from(low);
        }
    }
}

/// Sets the time of the next timer interrupt; never passes through one that is earlier.
fn set_alarm(time: u64) {
    ALARM_HIGH.write(u32::MAX);
    ALARM_LOW.write(time as u32);
    ALARM_HIGH.write((time >> 32) as u32);
}

/// Ticks between two timer interrupts, 0 for none.
static PERIOD: AtomicU32 = AtomicU32::new(0);

// The core-local interruptor (*SiFive FU540-C000 Manual*, chapter CLINT); its timer counts at 10 MHz.
const CLINT: usize = 0x0200_0000;
const SOFTWARE_INTERRUPT: Register<u32> = Register::at(CLINT);
const ALARM_LOW: Register<u32> = Register::at(CLINT + 0x4000);
const ALARM_HIGH: Register<u32> = Register::at(CLINT + 0x4004);
const TIME_LOW: Register<u32> = Register::at(CLINT + 0xBFF8);
const TIME_HIGH: Register<u32> = Register::at(CLINT + 0xBFFC);
const INSTRUCTIONS_PER_TICK: u32 = 100;

/// SiFive's test device.
const TEST_DEVICE: Register<u32> = Register::at(0x0010_0000);
const RESET: u32 = 0x7777;
