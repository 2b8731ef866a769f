//! How the clock that was set shows in lines. A file of its own: there is one clock a process.
#![cfg(not(loom))]
#![allow(clippy::unwrap_used, reason = "a failure is what a test reports")]

use core::sync::atomic::{AtomicBool, Ordering::Relaxed};
use core::time::Duration;

use femto_core::frame::wire::{Decoder, Payload, WireFormatter};
use femto_core::{
    Clock, ClockAlreadySet, Formatter, JsonFormatter, LogfmtFormatter, Logger, RingHandler,
    TextFormatter, info, set_clock,
};

static RING: RingHandler<256> = RingHandler::new();
static ROOT: Logger = Logger::root().with_handlers(&[&RING]);

/// Counts at 32,768 Hz, as a watch does; stands still at a second and three quarters.
struct Watch;

static KNOWS_THE_DATE: AtomicBool = AtomicBool::new(false);

impl Clock for Watch {
    fn now(&self) -> u64 {
        32_768 + 24_576
    }

    fn ticks_per_second(&self) -> u64 {
        32_768
    }

    fn epoch(&self) -> Option<Duration> {
        KNOWS_THE_DATE.load(Relaxed).then_some(Duration::new(1_795_655_895, 250_000_000))
    }
}

#[test]
fn a_time_is_shown_as_the_clock_knows_it() {
    let lines = || {
        let formatters: [&dyn Formatter; 3] =
            [&TextFormatter::new(), &LogfmtFormatter::new(), &JsonFormatter::new()];
        formatters.map(|formatter| {
            info!(logger: ROOT, "m");
            drained(formatter)
        })
    };
    assert_eq!(
        lines(),
        [
            "INFO  root: m\n",
            "level=INFO logger=root message=\"m\"\n",
            "{\"level\":\"INFO\",\"logger\":\"root\",\"message\":\"m\"}\n",
        ]
    );

    set_clock(&Watch).unwrap();
    assert_eq!(set_clock(&Watch), Err(ClockAlreadySet));
    assert_eq!(
        lines(),
        [
            "[   1.750000] INFO  root: m\n",
            "uptime=1.750000000 level=INFO logger=root message=\"m\"\n",
            "{\"uptime\":1.750000000,\"level\":\"INFO\",\"logger\":\"root\",\"message\":\"m\"}\n",
        ]
    );

    info!(logger: ROOT, "from before the date was known");
    KNOWS_THE_DATE.store(true, Relaxed);
    assert_eq!(
        drained(&TextFormatter::new()),
        "2026-11-26T01:18:17.000000Z INFO  root: from before the date was known\n"
    );
    assert_eq!(
        lines(),
        [
            "2026-11-26T01:18:17.000000Z INFO  root: m\n",
            "time=2026-11-26T01:18:17.000000000Z level=INFO logger=root message=\"m\"\n",
            "{\"time\":\"2026-11-26T01:18:17.000000000Z\",\"level\":\"INFO\",\"logger\":\"root\",\"message\":\"m\"}\n",
        ]
    );

    info!(logger: ROOT, "m");
    let mut wire = Vec::new();
    RING.drain(&WireFormatter::new(), &mut wire).unwrap();
    let mut decoder = Decoder::new([0; 256]);
    let packet = decoder.next(&mut &wire[..]).unwrap().unwrap();
    let Payload::SpelledOut { ticks_per_second, .. } = packet.payload else { panic!("{packet:?}") };
    assert!(packet.is_since_epoch);
    assert_eq!(ticks_per_second, 32_768);
    assert_eq!(packet.portable().unwrap().time, 1_795_655_897 * 32_768);

    static FRESH: RingHandler<64> = RingHandler::new();
    static FRAMES: Logger = Logger::root().with_handlers(&[&FRESH]);
    info!(logger: FRAMES, "m");
    wire.clear();
    FRESH.drain_frames(&mut wire).unwrap();
    let packet = decoder.next(&mut &wire[..]).unwrap().unwrap();
    let Payload::About(about) = packet.payload else { panic!("{packet:?}") };
    let since_boot = Duration::new(1, 500_000_000);
    let epoch = about.epoch.unwrap();
    assert_eq!(about.time(32_768 + 16_384), Some(epoch + since_boot));
    assert_eq!((packet.is_since_epoch, epoch.subsec_nanos()), (true, 250_000_000));
}

fn drained(formatter: &dyn Formatter) -> String {
    let mut out = Vec::new();
    RING.drain(formatter, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}
