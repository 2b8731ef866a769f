//! A shell and a log on one UART. Each Enter makes three records, which the levels let through or not. Ctrl-D ends
//! the program. Input is `expected/shell.in`, or what you type: `cargo run --release --target ... --bin shell`.
#![no_std]
#![no_main]

use board::{Uart, entry};
use embedded_io::Read as _;
use femto_core::{
    CallSiteFilter, Handler, Level, Logger, RingHandler, Shell, TextFormatter, debug, info,
    set_levels, set_root, warn,
};

static RING: RingHandler<256> = RingHandler::new();
static ROOT: Logger = Logger::root().with_handlers(&[&RING]);
static NET: Logger = Logger::child("net", &ROOT);
static TCP: Logger = Logger::child("net.tcp", &NET);
static MOTOR: Logger = Logger::child("motor", &ROOT).with_filters(&[&LIMIT]);

/// Lets everything through until the shell says otherwise.
static LIMIT: CallSiteFilter<4> = CallSiteFilter::every(1);

/// What the shell calls the handlers.
static HANDLERS: [(&str, &dyn Handler); 1] = [("uart", &RING)];

#[entry]
fn main() -> ! {
    assert!(set_root(&ROOT).is_ok());
    for logger in [&ROOT, &NET, &TCP, &MOTOR] {
        assert!(logger.register().is_ok());
    }
    assert!(set_levels("info,motor=error").is_ok());
    info!("press Enter for a prompt");

    let mut uart = Uart::new();
    let mut shell: Shell = Shell::new(&HANDLERS);
    let mut enters = 0_u32;
    loop {
        let Ok(_) = shell.beside(&mut uart, |screen| RING.drain(&TextFormatter::new(), screen));
        // A main loop with more to do calls `shell.poll(&mut uart)` and does not wait.
        let mut byte = [0];
        let Ok(_) = uart.read(&mut byte);
        if byte == [CONTROL_D] {
            board::finish();
        }
        let Ok(()) = shell.feed(byte[0], &mut uart);
        if byte == [b'\r'] {
            enters += 1;
            debug!(logger: TCP, "segment {enters}");
            info!(logger: NET, "{} frames", enters * 10);
            warn!(logger: MOTOR, target: "motor.left", level = Level::WARN; "slow");
        }
    }
}

const CONTROL_D: u8 = 4;
