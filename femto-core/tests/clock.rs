//! How the clock that was set shows in lines. A file of its own: there is one clock a process.
#![cfg(not(loom))]
#![allow(clippy::unwrap_used, reason = "a failure is what a test reports")]

use core::sync::atomic::{AtomicBool, Ordering::Relaxed};
use core::time::Duration;

use femto_core::frame::portable::Portable;
use femto_core::frame::wire::{Decoder, WireFormatter};
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
    let packet = Decoder::new([0; 256]).next(&mut &wire[..]).map(|packet| {
        let packet = packet.unwrap();
        let time = Portable::read(packet.frame).unwrap().time;
        (packet.is_since_epoch, packet.ticks_per_second, time)
    });
    assert_eq!(packet, Some((true, 32_768, 1_795_655_897 * 32_768)));
}

fn drained(formatter: &dyn Formatter) -> String {
    let mut out = Vec::new();
    RING.drain(formatter, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}
