//! The critical section of all programs: that of a single core, as `cortex-m` and `riscv` have it; with the feature
//! `masked`, one that notes how long it lasted.

use crate::processor;

struct Masking;
critical_section::set_impl!(Masking);

// SAFETY: one core; what it masks are all its interrupts.
unsafe impl critical_section::Impl for Masking {
    #[inline(always)]
    unsafe fn acquire() -> bool {
        #[cfg(feature = "masked")]
        crate::meter::masked::begins();
        processor::mask()
    }

    #[inline(always)]
    unsafe fn release(was_unmasked: bool) {
        if was_unmasked {
            processor::unmask();
            #[cfg(feature = "masked")]
            crate::meter::masked::ended();
        }
    }
}
