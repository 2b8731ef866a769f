//! Our records, forwarded to a defmt logger that is not this crate.
#![cfg(all(not(loom), not(feature = "defmt-global-logger")))]
#![allow(clippy::unwrap_used, reason = "a failure is what a test reports")]

use core::cell::RefCell;

use femto_core::bridge::defmt::DefmtHandler;
use femto_core::{Level, Logger, critical, error};

static HANDLER: DefmtHandler = DefmtHandler::new();
static ROOT: Logger = Logger::root().with_handlers(&[&HANDLER]);

defmt::timestamp!("{=u8}", 0);

#[test]
fn records_go_to_the_programs_logger_whichever_it_is() {
    error!(logger: ROOT, peer = 7; "link {} down", "eth0");
    assert_eq!(take(), ["root", "link eth0 down peer=7", ""]);
    let long = "é".repeat(100);
    critical!(logger: ROOT, "{}", long);
    assert_eq!(take(), ["root", &long[..192], " [cut]"]);
    HANDLER.set_level(Level::OFF);
    critical!(logger: ROOT, "switched off");
    assert_eq!(take(), [""; 0]);
}

/// The texts of the frame that was logged last.
fn take() -> Vec<String> {
    let frame = FRAME.take();
    // Behind the tag and the time, each with its length before it.
    let mut left = frame.get(3..).unwrap_or_default();
    let mut texts = Vec::new();
    while let Some((length, rest)) = left.split_first_chunk() {
        let (text, rest) = rest.split_at(u32::from_le_bytes(*length) as usize);
        texts.push(String::from_utf8(text.to_vec()).unwrap());
        left = rest;
    }
    texts
}

thread_local! {
    static FRAME: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

#[defmt::global_logger]
struct Keeping;

// SAFETY: each thread has a frame of its own.
unsafe impl defmt::Logger for Keeping {
    fn acquire() {
        FRAME.take();
    }

    unsafe fn flush() {}

    unsafe fn release() {}

    unsafe fn write(bytes: &[u8]) {
        FRAME.with_borrow_mut(|frame| frame.extend(bytes));
    }
}
