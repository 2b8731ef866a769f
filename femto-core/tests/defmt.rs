//! This crate as the program's defmt logger, and `defmt::Format` on its types. What a host's linker makes of
//! defmt's tags has no meaning; the bytes behind them have. `targets/` shows the text that `defmt-print` makes.
#![cfg(not(loom))]
#![allow(clippy::unwrap_used, reason = "a failure is what a test reports")]

use core::convert::Infallible;
use std::path::Path;
use std::sync::{Mutex, MutexGuard};

use defmt::Format;
use embedded_io::{ErrorKind, ErrorType, Write};
use femto_core::bridge::defmt::{DefmtHandler, DefmtSink, DrainError, RingAlreadySet, init};
use femto_core::{
    Level, Logger, RetainedHandler, RetainedHandlerBuilder, RetainedRam, RingHandler,
    RingHandlerBuilder, TextFormatter, info,
};

defmt::timestamp!("{=u8}", 0xA5);

static RING: RingHandler<64> = RingHandler::new();
static ROOT: Logger = Logger::root().with_handlers(&[&RING]);

/// There is one defmt logger in a process: tests take turns. The first sets the ring.
fn turn() -> MutexGuard<'static, ()> {
    static TURN: Mutex<bool> = Mutex::new(false);
    static TURNS: Mutex<()> = Mutex::new(());
    let turn = TURNS.lock().unwrap();
    let mut is_set = TURN.lock().unwrap();
    if !*is_set {
        defmt::error!("nobody hears this");
        defmt::error!("nor this {=u8}", 1);
        init(&RING).unwrap();
        assert_eq!(RING.dropped(), 2);
        assert_eq!(init(&RING), Err(RingAlreadySet));
        let (text, frames) = drain(&mut DefmtSink::new(Wire));
        assert_eq!(text, "WARN  femtologging: 2 records dropped\n");
        assert_eq!(frames, [[2]]);
        *is_set = true;
    }
    turn
}

#[test]
fn frames_and_records_share_the_ring_in_order_and_part_at_the_drain() {
    let _turn = turn();
    let mut out = DefmtSink::new(Wire);
    drain(&mut out);
    info!(logger: ROOT, "first");
    defmt::error!("{=u16} {=str} {=u32}", 0x1234, "five!", 0);
    info!(logger: ROOT, "third");
    defmt::error!("{=[u8]}", [9; 40]);
    let (text, frames) = drain(&mut out);
    assert_eq!(text, "INFO  root: first\nINFO  root: third\n");
    assert_eq!(frames[0], [&[0x34, 0x12, 5, 0, 0, 0][..], b"five!"].concat());
    assert_eq!(frames[1], [&[40, 0, 0, 0][..], &[9; 40]].concat());
    assert_eq!(frames.len(), 2);
}

#[test]
fn every_frame_is_drained_or_counted_and_both_sinks_are_told() {
    let _turn = turn();
    let mut out = DefmtSink::new(Wire);
    drain(&mut out);
    let before = RING.dropped();
    for n in 0..200_u32 {
        match n % 2 {
            0 => info!(logger: ROOT, "{}", n),
            _ => defmt::error!("{=u32}", n),
        }
    }
    let dropped = RING.dropped() - before;
    let (text, frames) = drain(&mut out);
    let (report, frames) = frames.split_last().unwrap();
    let mut lines: Vec<_> = text.lines().collect();
    assert_eq!(lines.pop().unwrap(), format!("WARN  femtologging: {dropped} records dropped"));
    assert_eq!(*report, bare(&dropped.to_le_bytes()));
    assert_eq!(lines.len() + frames.len() + dropped, 200);
    assert!(!lines.is_empty() && !frames.is_empty(), "one kind kept the other out");
    // The oldest are kept, and told once.
    assert_eq!(frames[0], [1]);
    assert_eq!(drain(&mut out), (String::new(), Vec::<Vec<u8>>::new()));
}

#[test]
fn a_frame_within_a_frame_is_dropped_and_leaves_the_outer_whole() {
    struct Nested;
    impl Format for Nested {
        fn format(&self, f: defmt::Formatter<'_>) {
            defmt::error!("inner {=u32}", 0x7777_7777);
            info!(logger: ROOT, "ours may");
            defmt::write!(f, "{=u8}", 0x99);
        }
    }
    let _turn = turn();
    let mut out = DefmtSink::new(Wire);
    drain(&mut out);
    let before = RING.dropped();
    defmt::error!("{} {=u8}", Nested, 0x42);
    assert_eq!(RING.dropped() - before, 1);
    defmt::error!("{=u8}", 0x43);
    let (text, frames) = drain(&mut out);
    assert_eq!(text, "INFO  root: ours may\nWARN  femtologging: 1 records dropped\n");
    assert_eq!(frames.len(), 3);
    assert_eq!(frames[0].last(), Some(&0x42));
    assert!(frames[0].contains(&0x99) && !frames[0].contains(&0x77));
    assert_eq!(frames[1], [0x43]);
    assert_eq!(frames[2], [1]);
}

#[test]
fn frames_within_frames_within_frames_cost_themselves_alone() {
    struct Nested(u8);
    impl Format for Nested {
        fn format(&self, f: defmt::Formatter<'_>) {
            if self.0 > 0 {
                defmt::error!("{} {=[u8]}", Nested(self.0 - 1), [0x77; 20]);
                defmt::error!("{=u8}", 0x77);
            }
            defmt::write!(f, "{=u8}", 0x99);
        }
    }
    let _turn = turn();
    let mut out = DefmtSink::new(Wire);
    drain(&mut out);
    let before = RING.dropped();
    defmt::error!("{=u8} {} {=u8}", 1, Nested(3), 2);
    assert_eq!(RING.dropped() - before, 6);
    // One that is too long stays so, whatever comes within it.
    defmt::error!("{=[u8]} {} {=u8}", [1; 600].as_slice(), Nested(1), 2);
    assert_eq!(RING.dropped() - before, 9);
    defmt::error!("{=u8}", 3);
    let (_, frames) = drain(&mut out);
    let [outer, next, report] = frames.as_slice() else { panic!("{frames:?}") };
    assert_eq!((outer.first(), outer.last()), (Some(&1), Some(&2)));
    assert!(outer.contains(&0x99) && !outer.contains(&0x77));
    assert_eq!((next.as_slice(), report.as_slice()), (&[3][..], &[9][..]));
}

#[test]
fn values_of_every_width_are_whole_wherever_they_lie() {
    let _turn = turn();
    let mut out = DefmtSink::new(Wire);
    drain(&mut out);
    let text = "0123456789abcdefghij";
    for start in 0..8 {
        for length in 0..text.len() {
            let (before, after) = (&text.as_bytes()[..start], &text[start.min(length)..length]);
            let (wide, narrow) = (0x1122_3344_5566_7788_u64, 0x99aa_bbcc_u32);
            defmt::error!("{=[u8]}{=u64}{=u32}{=u16}{=str}", before, wide, narrow, 0xddee, after);
            let expected = [
                &(before.len() as u32).to_le_bytes()[..],
                before,
                &wide.to_le_bytes(),
                &narrow.to_le_bytes(),
                &0xddee_u16.to_le_bytes(),
                &(after.len() as u32).to_le_bytes(),
                after.as_bytes(),
            ];
            assert_eq!(drain(&mut out).1, [bare(&expected.concat())]);
        }
    }
}

#[test]
fn a_frame_that_no_ring_takes_is_counted() {
    let _turn = turn();
    let mut out = DefmtSink::new(Wire);
    drain(&mut out);
    let before = RING.dropped();
    // Too long for half of this ring, for the longest frame, and for any.
    for length in [300, 600, 5000] {
        defmt::error!("{=[u8]}", vec![1; length].as_slice());
        defmt::error!("{=[u8]} {=u8}", vec![1; length].as_slice(), 2);
    }
    assert_eq!(RING.dropped() - before, 6);
    defmt::error!("{=u8}", 3);
    let (_, frames) = drain(&mut out);
    assert_eq!(frames, [vec![3], vec![6]]);
}

#[test]
fn a_drain_for_text_only_says_that_it_drops_frames() {
    let _turn = turn();
    let mut out = DefmtSink::new(Wire);
    drain(&mut out);
    defmt::error!("not for a terminal");
    let mut text = Vec::new();
    let drained = RING.drain(&TextFormatter::new(), &mut text).unwrap();
    assert_eq!((drained.written, drained.damaged), (0, 0));
    let told = "WARN  femtologging: 1 records dropped\n\
        WARN  femtologging: 1 of the dropped are defmt frames, which only drain_with_defmt writes\n";
    assert_eq!(String::from_utf8(text).unwrap(), told);
    assert_eq!(drain(&mut out), (String::new(), vec![vec![1]]));
}

#[test]
fn a_failing_wire_costs_the_frame_at_hand_which_is_counted() {
    let _turn = turn();
    drain(&mut DefmtSink::new(Wire));
    let before = RING.dropped();
    let mut out = DefmtSink::new(Failing { room: 64, bytes: Vec::new() });
    defmt::error!("{=[u8]}", [7; 100].as_slice());
    let failed = RING.drain_with_defmt(&TextFormatter::new(), &mut Vec::new(), &mut out);
    assert_eq!(failed.unwrap_err(), DrainError::Defmt(ErrorKind::Other));
    assert_eq!(RING.dropped() - before, 1);
    // What came through of the frame does not spoil the next.
    defmt::error!("{=u8}", 8);
    RING.drain_with_defmt(&TextFormatter::new(), &mut Vec::new(), &mut out).unwrap();
    let wire = out.into_inner().bytes;
    let (_, whole) = wire.split_at(64);
    assert_eq!(whole[0], 0);
    assert_eq!(decode(whole)[0], [8]);
}

#[test]
fn a_handler_forwards_our_records() {
    static HANDLER: DefmtHandler = DefmtHandler::new();
    static FORWARDING: Logger = Logger::root().with_handlers(&[&HANDLER]);
    let _turn = turn();
    let mut out = DefmtSink::new(Wire);
    drain(&mut out);
    femto_core::error!(logger: FORWARDING, peer = 7; "link {} down", "eth0");
    HANDLER.set_level(Level::CRITICAL);
    femto_core::error!(logger: FORWARDING, "below the handler's level");
    let (_, frames) = drain(&mut out);
    let text = |text: &str| [&(text.len() as u32).to_le_bytes()[..], text.as_bytes()].concat();
    let expected = bare(&[text("root"), text("link eth0 down peer=7"), text("")].concat());
    assert_eq!(frames, [expected]);
}

/// The text, and the frames behind tag and time.
fn drain(out: &mut DefmtSink<Wire>) -> (String, Vec<Vec<u8>>) {
    let mut text = Vec::new();
    RING.drain_with_defmt(&TextFormatter::new(), &mut text, out).unwrap();
    let frames = decode(&core::mem::take(&mut *WIRE.lock().unwrap()));
    (String::from_utf8(text).unwrap(), frames)
}

/// Frames of rzCOBS (by its description in defmt's book), without tag and time, nor the zeros at the end, which
/// the encoding does not tell from padding.
fn decode(wire: &[u8]) -> Vec<Vec<u8>> {
    let frames = wire.split(|&byte| byte == 0).filter(|frame| !frame.is_empty());
    frames
        .map(|frame| {
            let mut bytes = Vec::new();
            let mut left = frame.iter().rev();
            while let Some(&code) = left.next() {
                match code {
                    0x00 => unreachable!(),
                    0x01..=0x7F => {
                        for bit in 0..7 {
                            bytes.push(if code >> (6 - bit) & 1 == 0 {
                                left.next().copied().unwrap()
                            } else {
                                0
                            });
                        }
                    }
                    0x80..=0xFE => {
                        bytes.push(0);
                        bytes.extend((0..(code & 0x7F) + 7).map(|_| left.next().unwrap()));
                    }
                    0xFF => bytes.extend((0..134).map(|_| left.next().unwrap())),
                }
            }
            bytes.reverse();
            let (_tag, rest) = bytes.split_at(2);
            assert_eq!(rest[0], 0xA5, "the time");
            bare(&rest[1..])
        })
        .collect()
}

static WIRE: Mutex<Vec<u8>> = Mutex::new(Vec::new());

/// Without the zeros at the end.
fn bare(bytes: &[u8]) -> Vec<u8> {
    let end = bytes.iter().rposition(|&byte| byte != 0).map_or(0, |last| last + 1);
    bytes[..end].to_vec()
}

struct Wire;

impl ErrorType for Wire {
    type Error = Infallible;
}

impl Write for Wire {
    fn write(&mut self, bytes: &[u8]) -> Result<usize, Infallible> {
        WIRE.lock().unwrap().extend(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> Result<(), Infallible> {
        Ok(())
    }
}

/// Fails once, when there is no more room.
struct Failing {
    room: usize,
    bytes: Vec<u8>,
}

impl ErrorType for Failing {
    type Error = ErrorKind;
}

impl Write for Failing {
    fn write(&mut self, bytes: &[u8]) -> Result<usize, ErrorKind> {
        if bytes.len() > self.room {
            self.room = usize::MAX;
            return Err(ErrorKind::Other);
        }
        self.room -= bytes.len();
        self.bytes.extend(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> Result<(), ErrorKind> {
        Ok(())
    }
}

/// Every public type, so that none is forgotten: a type that is found in the sources must be here.
#[test]
fn every_public_type_has_format() {
    macro_rules! listed {
        ($($type:ident $(<$($argument:ty),*>)? in $($path:ident)::*;)*) => {{
            fn has_format<T: Format>() {}
            $(let _ = has_format::<$($path)::*::$type $(<$($argument),*>)?>;)*
            [$(stringify!($type)),*]
        }};
    }
    type Words = [femto_core::AtomicWord; 16];
    let listed = listed! {
        About in femto_core::frame::wire;
        CallSite in femto_core;
        CallSiteFilter in femto_core;
        ClockAlreadySet in femto_core;
        CompositeFilter in femto_core;
        Consumer<&'static femto_core::ring::Lane<Words>> in femto_core::ring;
        CrlfSink<Vec<u8>> in femto_core;
        Decoder<Vec<u8>> in femto_core::frame::wire;
        DefmtHandler in femto_core::bridge::defmt;
        DefmtSink<Vec<u8>> in femto_core::bridge::defmt;
        Details in femto_core;
        DirectHandler<TextFormatter, Vec<u8>> in femto_core;
        DirectHandlerBuilder<TextFormatter, Vec<u8>> in femto_core;
        DrainError<ErrorKind, ErrorKind> in femto_core::bridge::defmt;
        Drained in femto_core;
        Dump in femto_core::frame::retained;
        Event in femto_core::frame::local;
        Field in femto_core;
        FilterBuilder in femto_core;
        FilterSlot in femto_core;
        FmtSink<Vec<u8>> in femto_core;
        FormatterBuilder in femto_core;
        FrameError in femto_core::frame;
        Full in femto_core::ring;
        Garbage in femto_core::frame::wire;
        Header in femto_core::frame;
        Hex in femto_core;
        Hexdump in femto_core;
        InitError in femto_core;
        JsonFormatter in femto_core;
        Kind in femto_core::frame;
        Lane<Words> in femto_core::ring;
        Level in femto_core;
        LevelFilter in femto_core;
        Limit in femto_core;
        LogAlreadySet in femto_core::bridge::log;
        LogfmtFormatter in femto_core;
        Logger in femto_core;
        Metadata in femto_core;
        NameFilter<&'static str> in femto_core;
        OverflowPolicy in femto_core;
        Packet in femto_core::frame::wire;
        Pair<Vec<u8>, Vec<u8>> in femto_core;
        Pairs in femto_core::frame::portable;
        ParseLevelError in femto_core;
        ParseLimitError in femto_core;
        Payload in femto_core::frame::wire;
        Portable in femto_core::frame::portable;
        Producer<&'static femto_core::ring::Lane<Words>> in femto_core::ring;
        Record in femto_core;
        Recovery in femto_core;
        RegistryFull in femto_core;
        Retained in femto_core::frame::retained;
        RingAlreadySet in femto_core::bridge::defmt;
        RootAlreadySet in femto_core;
        SetLevelsError in femto_core;
        Shape in femto_core::frame;
        SharedRing<Words> in femto_core::ring;
        Shell in femto_core;
        SiteFacts in femto_core;
        Statistics in femto_core;
        Style in femto_core::frame::portable;
        Terminal<Vec<u8>> in femto_core;
        TextFormatter in femto_core;
        Value in femto_core;
        Values in femto_core::frame::portable;
        WireError in femto_core::frame::wire;
        WireFormatter in femto_core::frame::wire;
        Writer in femto_core::frame;
    };
    // Those that a macro cannot spell: their parameter is a number. And those of the feature `async`.
    fn has_format<T: Format>() {}
    let _ = (has_format::<RingHandler<16>>, has_format::<RingHandlerBuilder<16>>);
    let _ = (has_format::<RetainedHandler<64>>, has_format::<RetainedHandlerBuilder<64>>);
    let _ = has_format::<RetainedRam<64>>;
    #[cfg(feature = "async")]
    let _ = (has_format::<femto_core::AsyncRingHandler<16>>, has_format::<femto_core::RecordPart>);
    let elsewhere = [
        "AsyncRingHandler",
        "RecordPart",
        "RetainedHandler",
        "RetainedHandlerBuilder",
        "RetainedRam",
        "RingHandler",
        "RingHandlerBuilder",
    ];
    // What the macros' expansions use is no part of the public interface.
    let private =
        ["Arg", "DefaultLogger", "Moment", "NamedLogger", "RecordPath", "Room", "TargetLogger"];
    let mut found = Vec::new();
    find_types(Path::new(env!("CARGO_MANIFEST_DIR")).join("src").as_path(), &mut found);
    assert!(found.iter().any(|name| name == "Level"), "the search found nothing");
    found.retain(|name| !elsewhere.contains(&name.as_str()) && !private.contains(&name.as_str()));
    found.sort();
    assert_eq!(found, listed);
}

fn find_types(folder: &Path, found: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            find_types(&path, found);
            continue;
        }
        for line in std::fs::read_to_string(&path).unwrap().lines() {
            let rest = line.strip_prefix("pub struct ").or_else(|| line.strip_prefix("pub enum "));
            let name = rest.and_then(|rest| rest.split(|c: char| !c.is_alphanumeric()).next());
            found.extend(name.map(String::from));
        }
    }
}
