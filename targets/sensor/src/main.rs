//! The firmware to start from: a sensor loop whose log goes to a UART, beside a shell that changes levels while it runs;
//! what was logged before a reset is shown after it. `docs/firmware.md` explains it.
//!
//! Only `simulated.rs` is not yours: it stands for the sensor, the timer, and who types.
#![no_std]
#![no_main]

mod simulated;

use core::panic::PanicInfo;
use core::sync::atomic::{AtomicU16, Ordering};
use core::time::Duration;

use board::{Uart, entry, interrupt, reset};
use embedded_io::Write;
use femto_core::{
    CallSiteFilter, Clock, CrlfSink, DirectHandler, Handler, Level, Logger, RetainedHandlerBuilder,
    RingHandler, Shell, TextFormatter, critical, debug, info, init, retained, warn, words,
};

/// What waits for the UART.
static CONSOLE: RingHandler<{ words(2048) }> = RingHandler::new();

retained! {
    /// What the next boot shows: the newest records.
    static CRASH_LOG: RetainedHandler<{ words(1024) }> =
        RetainedHandlerBuilder::new().with_level(Level::INFO);
}

static ROOT: Logger = Logger::root().with_handlers(&[&CONSOLE, &CRASH_LOG]);
static ADC: Logger = Logger::child("adc", &ROOT);
static THERMAL: Logger = Logger::child("thermal", &ROOT).with_filters(&[&SELDOM]);

/// Each statement of the logger once in two seconds.
static SELDOM: CallSiteFilter<4> = CallSiteFilter::at_most(1, Duration::from_secs(2));

/// What the shell calls the handlers.
static HANDLERS: [(&str, &dyn Handler); 2] = [("console", &CONSOLE), ("crash", &CRASH_LOG)];

#[entry]
fn main() -> ! {
    let mut uart = simulated::Console::new(Uart::new());
    let mut shell: Shell = Shell::new(&HANDLERS);
    start_log(&mut shell, &mut uart);
    interrupt::LOW.set_handler(on_conversion);
    loop {
        let Ok(()) = shell.poll(&mut uart);
        simulated::start_conversion();
        control(RAW.load(Ordering::Relaxed));
        let Ok(_) = shell.beside(&mut uart, |screen| CONSOLE.drain(&TextFormatter::new(), screen));
    }
}

/// First thing after boot: the crash log, before anything new is written to it.
fn start_log(shell: &mut Shell, uart: &mut simulated::Console) {
    let recovery = CRASH_LOG.start(concat!("sensor ", env!("CARGO_PKG_VERSION")));
    if recovery.records > 0 {
        let Ok(()) = shell.beside(uart, |screen| {
            screen.write_all(b"--- before the reset\n")?;
            CRASH_LOG.drain(&TextFormatter::new(), screen)?;
            screen.write_all(b"---\n")
        });
    }
    init(&ROOT, &Uptime, &[&ADC, &THERMAL]).expect("called once, with room for 32 loggers");
    info!(resets = recovery.resets; "started");
}

/// The interrupt of the converter: logging takes some 100 instructions of it.
fn on_conversion() {
    let raw = simulated::conversion();
    debug!(logger: ADC, "raw {raw:#05x}");
    RAW.store(raw, Ordering::Relaxed);
}

static RAW: AtomicU16 = AtomicU16::new(0);

/// Has a mistake: a reading beyond the table.
fn control(raw: u16) {
    let celsius = DEGREES[usize::from(raw >> 8)];
    if celsius > LIMIT {
        warn!(logger: THERMAL, celsius, limit = LIMIT; "too warm");
    } else {
        debug!(logger: THERMAL, "{celsius} degrees");
    }
}

const DEGREES: [i16; 8] = [-40, -20, 0, 20, 40, 60, 80, 100];
const LIMIT: i16 = 50;

#[panic_handler]
fn panic(info: &PanicInfo<'_>) -> ! {
    CONSOLE.enter_panic_mode(&LAST_WORDS); // what waits goes out now, and what comes directly
    critical!(logger: ROOT, "{info}"); // into the crash log too, also before `init`
    reset()
}

/// The same UART once more, for nobody but the panic handler. A terminal wants `\r\n`.
static LAST_WORDS: DirectHandler<TextFormatter, CrlfSink<Uart>> =
    DirectHandler::new(TextFormatter::new(), CrlfSink::new(Uart::again()));

/// The time since boot, counted by a timer.
struct Uptime;

impl Clock for Uptime {
    fn now(&self) -> u64 {
        simulated::milliseconds().into()
    }

    fn ticks_per_second(&self) -> u64 {
        1000
    }
}
