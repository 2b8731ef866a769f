//! Counts what a statement costs: instructions and bytes of stack. Runs in thread mode, with no interrupt enabled.
//!
//! The count is of instructions, not of cycles, and holds only on QEMU's `mps2-an386` with `-icount shift=0`:
//! there an instruction takes one virtual nanosecond and SysTick counts at 25 MHz.

use core::hint::black_box;

use cortex_m::asm::nop;
use cortex_m::peripheral::{SYST, syst::SystClkSource};
use semihosting::println;

/// Measures statements and prints one row for each: name, instructions per call, bytes of stack.
pub struct Meter {
    timer: SYST,
    empty: Raw,
}

impl Meter {
    /// Starts the timer and measures what an empty statement costs, which every later row is spared.
    #[must_use]
    pub fn new(mut timer: SYST) -> Self {
        timer.set_clock_source(SystClkSource::Core);
        timer.set_reload(RELOAD);
        timer.clear_current();
        timer.enable_counter();
        let mut meter = Self { timer, empty: Raw::default() };
        meter.empty = meter.raw(|| {}, || {});
        meter
    }

    /// Measures `statement` and prints its row: name, instructions, bytes of stack. See [`Meter::cost`].
    pub fn row(&mut self, name: &str, prepare: impl FnMut(), statement: impl FnMut()) {
        let Cost { tenths, stack } = self.cost(prepare, statement);
        println!("{name} {}.{} {stack}", tenths / 10, tenths % 10);
    }

    /// Measures `statement`: the average of 1,000 calls.
    ///
    /// `prepare` runs outside the count before each batch of 100 calls; it makes room for them (drains a ring).
    /// Hide constants of the statement behind [`black_box`], or the optimiser removes what is to be measured.
    pub fn cost(&mut self, prepare: impl FnMut(), statement: impl FnMut()) -> Cost {
        let raw = self.raw(prepare, statement);
        let ticks = raw.ticks.saturating_sub(self.empty.ticks);
        let calls = BATCHES * CALLS;
        Cost {
            tenths: (ticks * INSTRUCTIONS_PER_TICK * 10 + calls / 2) / calls,
            stack: raw.stack.saturating_sub(self.empty.stack),
        }
    }

    fn raw(&mut self, mut prepare: impl FnMut(), mut statement: impl FnMut()) -> Raw {
        // One function makes every call, so that the statement is inlined as it is at an ordinary call site.
        let mut run = |calls| batch(calls, &mut statement);
        prepare();
        run(1); // what only a first call does is not the cost of a call
        let stack = stack(&mut run);
        let mut ticks = 0;
        for number in 0..BATCHES {
            prepare();
            self.timer.clear_current();
            // Each batch begins at another point within a tick, so that the error of a tick averages out.
            for _ in 0..number {
                nop();
                nop();
            }
            let start = SYST::get_current();
            run(CALLS);
            let end = SYST::get_current();
            ticks += start.wrapping_sub(end) & RELOAD; // it counts down
        }
        Raw { ticks, stack }
    }
}

/// What one call costs.
#[derive(Clone, Copy, Debug)]
pub struct Cost {
    /// Tenths of an instruction.
    pub tenths: u32,
    /// Bytes of stack below the caller's frame.
    pub stack: usize,
}

#[derive(Clone, Copy, Default)]
struct Raw {
    ticks: u32,
    stack: usize,
}

#[inline(never)]
fn batch(calls: u32, statement: &mut impl FnMut()) {
    for call in 0..calls {
        black_box(call);
        statement();
    }
}

/// Bytes of stack that one call touches below this frame.
#[inline(never)]
fn stack(run: &mut impl FnMut(u32)) -> usize {
    let top = cortex_m::register::msp::read() as usize;
    let bottom = (top - PAINTED).max(cortex_m_rt::heap_start().addr());
    for address in (bottom..top).step_by(4) {
        // SAFETY: between the end of the statics and the stack pointer nothing is alive, and no interrupt is enabled.
        unsafe { core::ptr::with_exposed_provenance_mut::<u32>(address).write_volatile(PAINT) };
    }
    run(1);
    let touched = (bottom..top).step_by(4).find(|&address| {
        // SAFETY: as above; the words were written by the loop before, or by the call since.
        let word = unsafe { core::ptr::with_exposed_provenance::<u32>(address).read_volatile() };
        word != PAINT
    });
    touched.map_or(0, |address| top - address)
}

const BATCHES: u32 = 10;
const CALLS: u32 = 100;
const INSTRUCTIONS_PER_TICK: u32 = 40;
const RELOAD: u32 = 0x00FF_FFFF;
const PAINT: u32 = 0xA5C3_5A3C;
const PAINTED: usize = 4096;
