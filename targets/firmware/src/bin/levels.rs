//! Levels: inherited from the parent, of one's own, set at run time by name, and a handler's.
#![no_std]
#![no_main]

use board::{Uart, entry};
use femto_core::{
    Level, Logger, RingHandler, TextFormatter, critical, debug, error, find_logger, info, log,
    set_root, trace, warn,
};

static RING: RingHandler<512> = RingHandler::new();
static ROOT: Logger = Logger::root().with_handlers(&[&RING]);
static NET: Logger = Logger::child("net", &ROOT);
static TCP: Logger = Logger::child("net.tcp", &NET);
static MOTOR: Logger = Logger::child("motor", &ROOT).with_level(Level::ERROR);

#[entry]
fn main() -> ! {
    let mut uart = Uart::new();
    critical!("nobody hears this: the root is not set");
    assert!(set_root(&ROOT).is_ok());

    log_all(&mut uart, "root from INFO, motor from ERROR");
    TCP.set_level(Level::TRACE);
    log_all(&mut uart, "tcp from TRACE");
    NET.set_level(Level::OFF);
    log_all(&mut uart, "net switched off");
    TCP.set_level(Level::NOTSET);
    log_all(&mut uart, "tcp inherits again");
    set_by_name("net", Level::WARN);
    set_by_name("motor", Level::NOTSET);
    log_all(&mut uart, "net from WARN, motor inherits");
    ROOT.set_level(Level::DEBUG);
    log_all(&mut uart, "root from DEBUG");
    RING.set_level(Level::ERROR);
    log_all(&mut uart, "handler from ERROR");
    RING.set_level(Level::NOTSET);

    let target = "motor";
    log!(target: target, Level::new(35), "a level of one's own, a target known at run time");
    drain(&mut uart);
    board::finish()
}

fn set_by_name(name: &str, level: Level) {
    let Some(logger) = find_logger(name) else { panic!("{name} has logged before") };
    logger.set_level(level);
}

/// One record at each level from each logger.
fn log_all(uart: &mut Uart, when: &'static str) {
    for logger in [&ROOT, &NET, &TCP, &MOTOR] {
        trace!(logger: logger, "{when}");
        debug!(logger: logger, "{when}");
        info!(logger: logger, "{when}");
        warn!(logger: logger, "{when}");
        error!(logger: logger, "{when}");
        critical!(logger: logger, "{when}");
    }
    drain(uart);
}

fn drain(uart: &mut Uart) {
    let Ok(drained) = RING.drain(&TextFormatter::new(), uart);
    assert!(drained.damaged == 0 && RING.dropped() == 0);
}
