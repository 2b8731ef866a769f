//! A peer that refuses until the deadline of the shutdown: its error is what is told. One test: the
//! engine ends.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

#[path = "support/scratch.rs"]
mod scratch;

use core::time::Duration;
use std::net::TcpListener;

use femto_std::handlers::TcpHandlerBuilder;
use femto_std::{FlushError, Manager, info};
use scratch::{lone_logger, wait_until};

#[test]
fn the_cause_is_told_and_the_record_counted() {
    // A port that was free a moment ago.
    let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let handler = TcpHandlerBuilder::new(address.to_string())
        .with_error_handler(|_: &_, _: &_| {})
        .build()
        .unwrap();
    let logger = lone_logger("refused", &handler);
    info!(logger: logger, "nobody hears it");
    let ended = Manager::global().shutdown(Duration::from_millis(300));
    let Err(FlushError::WriteRecords { handler: name, error }) = ended else { panic!("{ended:?}") };
    assert_eq!(name, format!("tcp://{address}"));
    assert!(error.starts_with("Connection refused (os error 111)"), "{error}");
    wait_until("the count", || handler.stats().dropped == 1);
}
