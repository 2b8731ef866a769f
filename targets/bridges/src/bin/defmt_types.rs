//! Our records and types, as defmt shows them: by the handler that forwards, and by `Format`.
#![no_std]
#![no_main]

use core::fmt;

use board::sample::Milliseconds;
use board::{Uart, entry};
use bridges::Wire;
use femto_core::bridge::defmt::{DefmtHandler, DefmtSink, init};
use femto_core::{
    Capture as _, Clock as _, Handler, Level, LevelFilter, Logger, Metadata, NameFilter, Record,
    RingHandler, TextFormatter, Value, critical, debug, error, info, log, set_clock, trace, warn,
};

static RING: RingHandler<1024> = RingHandler::new();
static DEFMT: DefmtHandler = DefmtHandler::new();
static ROOT: Logger = Logger::root().with_handlers(&[&DEFMT]).with_level(Level::TRACE);
static NET: Logger = Logger::child("net", &ROOT);
static SHOWN: Logger = Logger::root().with_handlers(&[&Show]);

defmt::timestamp!("{=u64:ms}", Milliseconds.now());

#[entry]
fn main() -> ! {
    assert!(set_clock(&Milliseconds).is_ok() && init(&RING).is_ok());
    let mut wire = DefmtSink::new(Wire::new());
    forwarded();
    let drained = RING.drain_with_defmt(&TextFormatter::new(), &mut Uart::new(), &mut wire);
    assert!(drained.is_ok());
    formatted();
    let drained = RING.drain_with_defmt(&TextFormatter::new(), &mut Uart::new(), &mut wire);
    assert!(drained.is_ok() && RING.dropped() == 0);
    board::finish()
}

fn forwarded() {
    let peer = "10.0.0.7";
    trace!(logger: NET, "trace");
    debug!(logger: NET, "{:?} {:#x}", "quo\"ted", 255_u16);
    info!(logger: ROOT, peer, tries = 3_u8; "link up in {} ms", 12_u32);
    log!(logger: NET, Level::new(35), "between warn and error");
    warn!(logger: NET, flags:? = Some('x'); "retry {:.1}", 2.5_f32);
    error!(logger: NET, "failed");
    if let Ok(long) = core::str::from_utf8(&[b'x'; 300]) {
        critical!(logger: NET, "{} é", long);
    }
    DEFMT.set_level(Level::ERROR);
    warn!(logger: NET, "below the handler's level");
    DEFMT.set_level(Level::NOTSET);
}

fn formatted() {
    for number in [0, 5, 10, 20, 30, 40, 50, 255, 25] {
        defmt::println!("{}", Level::new(number));
    }
    let arguments = format_args!("{}+{}", 1, 2);
    defmt::println!("{}", [Value::None, Value::Bool(true), Value::I8(-8), Value::I16(-16)]);
    defmt::println!("{}", [Value::I32(-32), Value::I64(-64), Value::U8(8), Value::U16(16)]);
    defmt::println!("{}", [Value::U32(32), Value::U64(64), 0.5_f32.capture(), 0.25_f64.capture()]);
    defmt::println!("{}", [Value::Char('é'), Value::Str("str"), Value::Bytes(&[1, 0xab])]);
    defmt::println!("{}", [Value::Rendered("rendered"), Value::Arguments(&arguments)]);
    info!(logger: SHOWN, peer = 7_u8, name = "n"; "{} and {}", 1, Shout);
    defmt::println!("{} {} {}", ROOT, NET, Metadata::new(Level::INFO, "net"));
    defmt::println!("{} {}", LevelFilter::new(Level::INFO..=Level::WARN), NameFilter("net"));
    defmt::println!("{} {} {}", RING, DEFMT, TextFormatter::new());
    defmt::println!("{}", "x".parse::<Level>().err());
}

/// Shows a record by its `Format`.
struct Show;

impl Handler for Show {
    fn level(&self) -> Level {
        Level::NOTSET
    }

    fn handle(&self, record: &Record<'_>) {
        defmt::println!("{} {}", record, record.site());
    }
}

struct Shout;

impl fmt::Display for Shout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a Display")
    }
}
