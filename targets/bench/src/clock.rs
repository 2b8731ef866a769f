//! The clock of our front ends.

use femto_core::Clock;

use crate::now;

pub(crate) struct Ticks;

impl Clock for Ticks {
    fn now(&self) -> u64 {
        now().into()
    }
}
