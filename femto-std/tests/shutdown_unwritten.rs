//! What a shutdown leaves unwritten at its deadline is counted and told, and a worker that comes back
//! from its write later writes no more. One test: the engine ends.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

#[path = "support/scratch.rs"]
mod scratch;

use core::sync::atomic::{AtomicU64, Ordering};
use core::time::Duration;
use std::io::Read;
use std::net::TcpListener;
use std::sync::Arc;
use std::thread;

use femto_std::handlers::TcpHandlerBuilder;
use femto_std::{Failure, Handler, Manager, OverflowPolicy, info};
use scratch::{PATIENCE, Scratch, lone_logger, pattern, plain, stalled_pipe, wait_until, within};

#[test]
fn every_record_is_written_or_counted_as_dropped() {
    const RECORDS: u64 = 100_000;
    let scratch = Scratch::new("unwritten");
    let path = scratch.path("pipe");
    let mut pipe = stalled_pipe(&path);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let told = [(); 2].map(|()| Arc::new(AtomicU64::new(0)));
    let hook = |told: &Arc<AtomicU64>| {
        let told = told.clone();
        move |_: &Handler, failure: &Failure| {
            if let Failure::GaveUp { records } = failure {
                told.fetch_add(*records, Ordering::SeqCst);
            }
        }
    };
    // More than a worker's channel holds: the rest waits with the collector.
    let stalled =
        plain(&path).with_capacity(64 << 20).with_error_handler(hook(&told[0])).build().unwrap();
    let tcp = TcpHandlerBuilder::new(listener.local_addr().unwrap().to_string())
        .with_formatter(pattern("%(message)s"))
        .with_capacity(64 << 20)
        .with_overflow(OverflowPolicy::Block)
        .with_error_handler(hook(&told[1]))
        .build()
        .unwrap();
    let logger = lone_logger("unwritten", &stalled);
    logger.add_handler(tcp.clone());
    for i in 0..RECORDS {
        info!(logger: logger, "{} {}", i, "x".repeat(100));
    }
    let deadline = Duration::from_millis(500);
    let ended =
        within(Duration::from_secs(30), "shutdown", move || Manager::global().shutdown(deadline));
    ended.expect_err("neither is read");
    // The workers are still at their writes. Now those return.
    thread::spawn(move || while pipe.read(&mut [0; 4096]).is_ok() {});
    thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        while stream.read(&mut [0; 4096]).is_ok_and(|count| count > 0) {}
    });
    for (handler, told) in [&stalled, &tcp].into_iter().zip(&told) {
        wait_until("the count", || {
            let stats = handler.stats();
            stats.accepted == RECORDS && stats.written + stats.dropped == RECORDS
        });
        let stats = handler.stats();
        assert!(stats.dropped > 0, "{stats:?}");
        wait_until("the report", || told.load(Ordering::SeqCst) == stats.dropped);
        let _ = within(PATIENCE, "close", {
            let handler = handler.clone();
            move || handler.close(deadline)
        });
    }
}
