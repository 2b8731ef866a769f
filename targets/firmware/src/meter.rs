//! Counts what a statement costs: instructions and bytes of stack. Runs in thread mode, with no interrupt enabled.
//!
//! The count is of instructions, not of cycles, and holds only on the machines that `qemu.sh` takes for programs whose
//! name begins with `measure`: there an instruction takes one virtual nanosecond.

use core::hint::black_box;

use semihosting::println;

use crate::processor::{Counter, stack_end, stack_pointer};

pub use crate::processor::nop;

/// Measures statements and prints one row for each: name, instructions per call, bytes of stack.
pub struct Meter {
    counter: Counter,
    empty: Raw,
}

impl Meter {
    /// Starts the counter, which is the timer of [`raise_high_every`](crate::interrupt::raise_high_every), and measures what an empty statement costs, which every later row is spared.
    #[must_use]
    pub fn new() -> Self {
        let mut meter = Self { counter: Counter::new(), empty: Raw::default() };
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
        let instructions = raw.instructions.saturating_sub(self.empty.instructions);
        let calls = BATCHES * CALLS;
        Cost {
            tenths: (instructions * 10 + calls / 2) / calls,
            stack: raw.stack.saturating_sub(self.empty.stack),
        }
    }

    fn raw(&mut self, mut prepare: impl FnMut(), mut statement: impl FnMut()) -> Raw {
        // One function makes every call, so that the statement is inlined as it is at an ordinary call site.
        let mut run = |calls| batch(calls, &mut statement);
        prepare();
        run(1); // what only a first call does is not the cost of a call
        let stack = stack(&mut run);
        let mut instructions = 0;
        for number in 0..BATCHES {
            prepare();
            self.counter.restart();
            // Each batch begins at another point within a tick, so that the error of a tick averages out.
            for _ in 0..number {
                nop();
                nop();
            }
            let start = self.counter.now();
            run(CALLS);
            instructions += self.counter.now().wrapping_sub(start);
        }
        Raw { instructions, stack }
    }
}

impl Default for Meter {
    fn default() -> Self {
        Self::new()
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
    instructions: u32,
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
    let top = stack_pointer();
    let bottom = (top - PAINTED).max(stack_end());
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
const PAINT: u32 = 0xA5C3_5A3C;
const PAINTED: usize = 4096;
