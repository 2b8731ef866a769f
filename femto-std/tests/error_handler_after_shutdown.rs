//! An error hook that is called when there is no collector any more, by a caller that does its work: the
//! collector's lock is not held then. One test: the engine ends.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

#[path = "support/scratch.rs"]
mod scratch;

use core::sync::atomic::{AtomicBool, Ordering};
use core::time::Duration;
use std::io;
use std::sync::{Arc, mpsc};
use std::thread;

use femto_std::handlers::SinkHandlerBuilder;
use femto_std::sink::Sink;
use femto_std::{Failure, Handler, Manager, info};
use scratch::{PATIENCE, lone_logger, within};

/// Refuses until told otherwise.
struct Refuses(Arc<AtomicBool>);

impl Sink for Refuses {
    fn write(&mut self, block: &[u8]) -> io::Result<usize> {
        match self.0.load(Ordering::SeqCst) {
            true => Err(io::Error::other("as asked")),
            false => Ok(block.len()),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn threads_beside_the_hook_log_and_flush_while_it_waits_for_them() {
    let refuses = Arc::new(AtomicBool::new(false));
    let (tell, told) = mpsc::sync_channel(64);
    let was_called = AtomicBool::new(false);
    let hook = move |handler: &Handler, _: &Failure| {
        // What it does makes the sink fail again.
        if was_called.swap(true, Ordering::SeqCst) {
            return;
        }
        assert!(handler.flush(PATIENCE).is_err(), "not from here");
        let (done, is_done) = mpsc::channel();
        thread::spawn(move || {
            let logger = Manager::global().get_logger("hook");
            info!(logger: logger, "beside the hook");
            let _ = Manager::global().flush(Duration::from_secs(1));
            done.send(())
        });
        let _ = tell.try_send(is_done.recv_timeout(Duration::from_secs(20)).is_ok());
    };
    let opened = refuses.clone();
    let handler = SinkHandlerBuilder::from_fn("refusing", move || Ok(Refuses(opened.clone())))
        .with_error_handler(hook)
        .build()
        .unwrap();
    let logger = lone_logger("hook", &handler);
    info!(logger: logger, "before");
    Manager::global().shutdown(PATIENCE).unwrap();
    refuses.store(true, Ordering::SeqCst);
    within(PATIENCE, "a log call after shutdown", move || info!(logger: logger, "after"));
    assert!(told.recv_timeout(PATIENCE).unwrap(), "a thread beside the hook waits for a lock");
    refuses.store(false, Ordering::SeqCst);
    scratch::wait_until("the rest", || {
        let _ = handler.flush(PATIENCE);
        let stats = handler.stats();
        stats.dropped == 0 && stats.written == stats.accepted
    });
}
