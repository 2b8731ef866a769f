//! The calls of every peer behind the `log` crate.

/// `call` and `call_disabled` by the macros of `log`.
macro_rules! log_calls {
    () => {
        #[inline(always)]
        fn call(&self, word: &str, number: u64) {
            log::info!("hello {} {}", word, number);
        }

        #[inline(always)]
        fn call_disabled(&self, word: &str, number: u64) {
            log::debug!("hello {} {}", word, number);
        }
    };
}

pub(super) use log_calls;
