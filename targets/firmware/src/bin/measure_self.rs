//! Measures statements of a known cost, so that a wrong meter shows. The real measurements are other `measure` programs.
#![no_std]
#![no_main]

use core::hint::black_box;

use board::entry;
use board::meter::{Meter, nop};

#[entry]
fn main() -> ! {
    let mut meter = Meter::new();
    meter.row("empty", || {}, || {});
    meter.row("nops-5", || {}, five);
    meter.row(
        "nops-20",
        || {},
        || {
            five();
            five();
            five();
            five();
        },
    );
    let array = || {
        black_box([0_u8; 256]);
    };
    let cost = meter.cost(|| {}, array);
    assert!((256..320).contains(&cost.stack), "the array's stack does not show");
    board::finish()
}

#[inline(always)]
fn five() {
    nop();
    nop();
    nop();
    nop();
    nop();
}
