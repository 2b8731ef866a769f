//! Measures statements of a known cost, so that a wrong meter shows. The real measurements are other `measure` programs.
#![no_std]
#![no_main]

use core::hint::black_box;

use board::entry;
use board::meter::{Meter, nop};
use semihosting::println;

#[entry]
fn main() -> ! {
    let mut meter = Meter::new();
    row(&mut meter, "empty", || {});
    row(&mut meter, "nops-5", five);
    row(&mut meter, "nops-20", || {
        five();
        five();
        five();
        five();
    });
    let array = || {
        black_box([0_u8; 256]);
    };
    let cost = meter.cost(|| {}, array);
    assert!((256..320).contains(&cost.stack), "the array's stack does not show");
    board::finish()
}

/// Whole instructions: a timer of coarse ticks leaves a tenth over.
fn row(meter: &mut Meter, name: &str, statement: impl FnMut()) {
    let cost = meter.cost(|| {}, statement);
    println!("{name} {} {}", (cost.tenths + 5) / 10, cost.stack);
}

#[inline(always)]
fn five() {
    nop();
    nop();
    nop();
    nop();
    nop();
}
