//! The calls of every peer behind the `log` crate.

/// `call` and `call_disabled` by the macros of `log`; with key-values, or to one of fifty loggers.
macro_rules! log_calls {
    () => {
        log_calls!(@both "hello {} {}");
    };
    (fields) => {
        #[inline(always)]
        fn call(&self, word: &str, number: u64) {
            log::info!(user = word, status = number; "hello {} {}", word, number);
        }

        #[inline(always)]
        fn call_disabled(&self, word: &str, number: u64) {
            log::debug!(user = word, status = number; "hello {} {}", word, number);
        }
    };
    (one of fifty) => {
        log_calls!(@both target: crate::peer::ONE_OF_FIFTY, "hello {} {}");
    };
    (@both $($before:tt)*) => {
        #[inline(always)]
        fn call(&self, word: &str, number: u64) {
            log::info!($($before)*, word, number);
        }

        #[inline(always)]
        fn call_disabled(&self, word: &str, number: u64) {
            log::debug!($($before)*, word, number);
        }
    };
}

pub(super) use log_calls;
