//! Signals that end the process are left to an application that waits for them too, by `tokio` here:
//! before, afterwards, or not at all.

#[path = "support/scratch.rs"]
mod scratch;

use core::time::Duration;

use femto_std::{Manager, Signal, handlers::FileHandlerBuilder, info};
use scratch::Scratch;
use tokio::signal::unix::{SignalKind, signal};
use tokio::time::timeout;

fn send(signal: i32) {
    // SAFETY: both calls take numbers.
    assert_eq!(unsafe { libc::kill(libc::getpid(), signal) }, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn signals_that_tokio_waits_for_do_not_end_the_process() {
    let scratch = Scratch::new("shutdown_on");
    let path = scratch.path("app.log");
    let file = FileHandlerBuilder::new(&path).build().unwrap();
    let root = Manager::global().root();
    root.set_level(femto_std::Level::INFO);
    root.add_handler(file);

    let long = Duration::from_secs(30);
    let mut before = signal(SignalKind::terminate()).unwrap();
    Manager::global().shutdown_on(&[Signal::Term, Signal::Int], long).unwrap();
    let mut after = signal(SignalKind::interrupt()).unwrap();
    // Once more: the handlers that are there are not put above each other.
    Manager::global().shutdown_on(&[Signal::Int, Signal::Term], long).unwrap();

    for round in 0..3 {
        for (number, stream) in [(libc::SIGTERM, &mut before), (libc::SIGINT, &mut after)] {
            info!("round {round}");
            send(number);
            assert!(timeout(long, stream.recv()).await.expect("it comes").is_some());
        }
    }
    // Nobody wakes the collector for records of this level; but the thread that waits has them written.
    Manager::global().flush(long).unwrap();
    assert_eq!(std::fs::read_to_string(&path).unwrap().lines().count(), 6);

    Manager::global().shutdown_on(&[], long).unwrap();
    for (number, stream) in [(libc::SIGTERM, &mut before), (libc::SIGINT, &mut after)] {
        send(number);
        assert!(timeout(long, stream.recv()).await.expect("it comes").is_some());
    }
}
