//! Measures what the front end's statements cost their caller, and prints `WHAT FIGURE` a line.
#![no_std]
#![no_main]

use bench::entry;
use bench::front::{self, drain};
use bench::meter::Meter;
use bench::statements::{self, Values};

#[entry]
fn main() -> ! {
    let mut meter = Meter::new();
    let values = Values::get();
    front::init();
    // The critical section that notes how long it lasts takes longer: in a build of its own.
    #[cfg(feature = "masked")]
    meter.masked(drain, || statements::ten(values));
    #[cfg(not(feature = "masked"))]
    {
        meter.row("int", 3, drain, || statements::ints(values));
        meter.row("str8", 3, drain, || statements::texts(values));
        meter.row("2int", 4, drain, || statements::pairs(values));
        meter.row("mix", 10, drain, || statements::ten(values));
        // Of one statement: more of them share a frame with their caller.
        let stacks = [
            meter.cost(drain, || statements::int(values)).stack,
            meter.cost(drain, || statements::str8(values)).stack,
            meter.cost(drain, || statements::pair(values)).stack,
        ];
        let [int, str8, pair] = stacks;
        semihosting::println!("stack {}", int.max(str8).max(pair));
        if front::HAS_CEILING {
            meter.row("above-ceiling", 10, drain, || statements::above_the_ceiling(values));
        }
        if front::switch_off() {
            meter.row("off", 10, drain, || statements::ten(values));
        }
    }
    bench::meter::finish()
}
