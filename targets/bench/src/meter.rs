//! Counts what statements cost: instructions and bytes of stack, or how long they mask interrupts. Runs in thread mode;
//! no interrupt is enabled.
//!
//! The counts are of instructions, not of cycles, and hold only under QEMU with `-icount shift=0`: there an
//! instruction takes one virtual nanosecond. Where a tick of the counter is many instructions, the batches begin at each
//! point within a tick equally often, so that the sum is right; where it counts instructions (RISC-V), each count is.

#[cfg(feature = "masked")]
pub mod masked;

use core::hint::black_box;

use semihosting::println;

use crate::processor::{self, INSTRUCTIONS_PER_TICK, now};

/// Measures statements and prints a line for each figure: name and figure.
#[derive(Debug)]
pub struct Meter {
    dither: Dither,
    empty: Cost,
}

impl Meter {
    /// Starts the counter and measures what an empty statement costs, which every later one is spared.
    #[must_use]
    #[allow(clippy::new_without_default, reason = "it starts a device")]
    pub fn new() -> Self {
        processor::start();
        let mut meter = Self { dither: Dither(0), empty: Cost::default() };
        meter.empty = meter.raw(|| {}, || {});
        meter
    }

    /// Measures `statement`, which makes `calls` calls, and prints instructions per call.
    ///
    /// `prepare` runs uncounted before each batch of five; it makes room (drains a ring). Hide constants behind
    /// [`black_box`], or the optimiser removes what is to be measured.
    pub fn row(&mut self, name: &str, calls: u32, prepare: impl FnMut(), statement: impl FnMut()) {
        let tenths = self.cost(prepare, statement).tenths;
        print(name, (tenths + calls / 2) / calls);
    }

    /// Prints the longest stretch of instructions in `statement` with interrupts masked.
    #[cfg(feature = "masked")]
    pub fn masked(&mut self, prepare: impl FnMut(), statement: impl FnMut()) {
        print("masked", masked::longest(&mut self.dither, prepare, statement));
    }

    /// What `statement` costs: the average of 5,000 runs.
    pub fn cost(&mut self, prepare: impl FnMut(), statement: impl FnMut()) -> Cost {
        let raw = self.raw(prepare, statement);
        Cost {
            tenths: raw.tenths.saturating_sub(self.empty.tenths),
            stack: raw.stack.saturating_sub(self.empty.stack),
        }
    }

    fn raw(&mut self, mut prepare: impl FnMut(), mut statement: impl FnMut()) -> Cost {
        // One function makes every run, so that the statement is inlined as it is at an ordinary call site.
        let mut run = |times| batch(times, &mut statement);
        prepare();
        run(1); // what only a first call does is not the cost of a call
        let stack = stack(&mut run);
        let mut ticks = 0;
        for _ in 0..BATCHES {
            prepare();
            self.dither.wait();
            let start = now();
            run(BATCH);
            ticks += processor::between(start, now());
        }
        let runs = BATCHES * BATCH;
        Cost { tenths: tenths(ticks, runs), stack }
    }
}

/// What a statement costs.
#[derive(Clone, Copy, Debug, Default)]
pub struct Cost {
    /// Tenths of an instruction.
    pub tenths: u32,
    /// Bytes of stack below the caller's frame.
    pub stack: usize,
}

/// Tenths of an instruction in each of `runs`.
fn tenths(ticks: u32, runs: u32) -> u32 {
    let all = u64::from(ticks) * u64::from(INSTRUCTIONS_PER_TICK) * 10;
    ((all + u64::from(runs / 2)) / u64::from(runs)) as u32
}

fn print(name: &str, tenths: u32) {
    println!("{name} {}.{}", tenths / 10, tenths % 10);
}

/// Ends the program with success, through the emulator.
pub fn finish() -> ! {
    semihosting::process::exit(0)
}

/// Begins a tick and waits for a part of it: a whole number of calls sees each part equally often.
#[derive(Debug)]
struct Dither(u32);

impl Dither {
    #[inline(never)]
    fn wait(&mut self) {
        // A division takes a changing time: it must not be put off.
        self.0 = black_box((self.0 + 1) % INSTRUCTIONS_PER_TICK);
        processor::begin_tick();
        // Three is coprime to the instructions of a tick; the first ticks are those of the counter's own start.
        processor::spend_threes(self.0 + 100);
    }
}

#[inline(never)]
fn batch(times: u32, statement: &mut impl FnMut()) {
    for time in 0..times {
        black_box(time);
        statement();
    }
}

/// Bytes of stack that one run touches below this frame.
#[inline(never)]
fn stack(run: &mut impl FnMut(u32)) -> usize {
    let top = processor::stack_pointer();
    let bottom = (top - PAINTED).max(processor::stack_end());
    for address in (bottom..top).step_by(4) {
        // SAFETY: between the end of the statics and the stack pointer nothing is alive, and no interrupt is enabled.
        unsafe { core::ptr::with_exposed_provenance_mut::<u32>(address).write_volatile(PAINT) };
    }
    run(1);
    let touched = (bottom..top).step_by(4).find(|&address| {
        // SAFETY: as above; the words were written by the loop before, or by the run since.
        let word = unsafe { core::ptr::with_exposed_provenance::<u32>(address).read_volatile() };
        word != PAINT
    });
    touched.map_or(0, |address| top - address)
}

/// A multiple of the instructions of every machine's tick.
const BATCHES: u32 = 1000;
const BATCH: u32 = 5;
const PAINT: u32 = 0xA5C3_5A3C;
const PAINTED: usize = 4096;
