//! Two interrupts that nest: [`LOW`] interrupts the main loop, [`HIGH`] interrupts both.
//!
//! | | Cortex-M | RISC-V |
//! |---|---|---|
//! | `LOW` | PendSV | machine software interrupt, with interrupts on again in its handler |
//! | `HIGH` | SysTick | machine timer |

use core::cell::Cell;

use critical_section::Mutex;

use crate::processor;

/// The interrupt of lower priority.
pub static LOW: Interrupt = Interrupt::new(processor::raise_low);
/// The interrupt of higher priority, which [`raise_high_every`] raises by a timer.
pub static HIGH: Interrupt = Interrupt::new(processor::raise_high);

/// One interrupt and the function that handles it.
pub struct Interrupt {
    handler: Mutex<Cell<fn()>>,
    raise: fn(),
}

impl Interrupt {
    const fn new(raise: fn()) -> Self {
        Self { handler: Mutex::new(Cell::new(|| {})), raise }
    }

    /// Sets the function that runs when it is taken, and enables both interrupts.
    pub fn set_handler(&self, handler: fn()) {
        critical_section::with(|held| self.handler.borrow(held).set(handler));
        processor::enable_interrupts();
    }

    /// Raises it. Where it may interrupt, it is taken before this returns.
    pub fn raise(&self) {
        (self.raise)();
    }

    pub(crate) fn handle(&self) {
        let handler = critical_section::with(|held| self.handler.borrow(held).get());
        handler();
    }
}

/// Raises [`HIGH`] once every so many instructions from now on, as they are counted on the machine of the measuring
/// programs, rounded down to a tick of the timer (at most 100 instructions); 0 stops it.
///
/// Called by the handler, it changes the time to the next.
pub fn raise_high_every(instructions: u32) {
    processor::raise_high_every(instructions);
}
