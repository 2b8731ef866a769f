//! Measures statements of a known cost, so that a wrong meter shows. The real measurements are `measure`.
#![no_std]
#![no_main]

use core::hint::black_box;

use bench::meter::Meter;
use bench::{entry, nop};

#[entry]
fn main() -> ! {
    let mut meter = Meter::new();
    meter.row("empty", 1, || {}, || {});
    meter.row("nops-5", 1, || {}, five);
    meter.row(
        "nops-20",
        1,
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
    bench::meter::finish()
}

#[inline(always)]
fn five() {
    nop();
    nop();
    nop();
    nop();
    nop();
}
