//! The smallest program with the statements: what it takes of flash and RAM is looked up in its ELF.
#![no_std]
#![no_main]

use bench::statements::{self, Values};
use bench::{entry, front};

#[entry]
fn main() -> ! {
    front::init();
    let values = Values::get();
    loop {
        if cfg!(feature = "ten") {
            of_a_module(values, statements::ints);
            of_a_module(values, statements::texts);
            of_a_module(values, statements::pairs);
        }
        if cfg!(feature = "twenty") {
            of_a_module(values, statements::more_ints);
            of_a_module(values, statements::more_texts);
            of_a_module(values, statements::more_pairs);
        }
        if cfg!(feature = "above") {
            statements::above_the_ceiling(values);
        }
        front::drain();
    }
}

/// A function with a few statements, as programs have them.
#[inline(never)]
fn of_a_module(values: &Values, statements: impl Fn(&Values)) {
    statements(values);
}
