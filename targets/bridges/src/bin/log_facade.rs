//! The `log` crate's statements go to static loggers, from the main loop and an interrupt; its level follows theirs.
#![no_std]
#![no_main]

use board::sample::{Interrupting, Limit, Milliseconds};
use board::{Uart, entry, interrupt};
use femto_core::{Level, Logger, RingHandler, TextFormatter, bridge, set_clock};

static RING: RingHandler<256> = RingHandler::new();
static ROOT: Logger = Logger::root().with_handlers(&[&RING]);
static NET: Logger = Logger::child("net", &ROOT).with_level(Level::WARN);
static TCP: Logger = Logger::child("net.tcp", &NET).with_level(Level::DEBUG);

#[entry]
fn main() -> ! {
    let mut uart = Uart::new();
    assert!(set_clock(&Milliseconds).is_ok());
    log::error!("before install: nobody hears this");
    assert!(bridge::log::install(&ROOT).is_ok() && bridge::log::install(&NET).is_err());

    let (peer, owned) = ("10.0.0.7", Limit(5));
    log::info!(peer, port = 80, ratio = 0.5, open = true, owned:%; "up in {} ms", 12);
    log::debug!(target: "net::tcp", "not known yet, and the root is at INFO");
    // Known from now on: their levels count.
    assert!(!NET.is_enabled(Level::INFO) && TCP.is_enabled(Level::DEBUG));
    log::info!(target: "net::udp", "below the nearest logger's level");
    log::debug!(target: "net::tcp::syn", "inherits {}", "DEBUG");
    drain(&mut uart);

    levels();
    drain(&mut uart);
    interrupt::LOW.set_handler(|| log::warn!("interrupt"));
    log::info!("main, {}", Interrupting);
    for number in 0..30_u32 {
        log::info!(number; "more than the ring holds");
    }
    drain(&mut uart);
    board::finish()
}

fn levels() {
    log::info!("max level {}", log::max_level());
    TCP.set_level(Level::NOTSET);
    log::info!("max level {}", log::max_level());
    log::debug!(target: "net.tcp", "below");
    NET.set_level(Level::TRACE);
    log::info!("max level {}", log::max_level());
    log::trace!(target: "net.tcp", "inherited");
    NET.set_level(Level::OFF);
    ROOT.set_level(Level::ERROR);
    log::error!("max level {}", log::max_level());
    ROOT.set_level(Level::INFO);
}

fn drain(uart: &mut Uart) {
    let Ok(drained) = RING.drain(&TextFormatter::new(), uart);
    assert_eq!(drained.damaged, 0);
}
