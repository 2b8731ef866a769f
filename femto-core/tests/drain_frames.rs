//! Frames sent as they lie in the ring: what comes out of the container is what went in, numbered so that
//! every loss shows, and the writer says about itself what a reader has to know.
#![cfg(not(loom))]
#![allow(clippy::unwrap_used, reason = "a failure is what a test reports")]

use embedded_io::{ErrorKind, ErrorType, Write};
use femto_core::frame::wire::{Decoder, Payload};
use femto_core::frame::{Kind, address, local};
use femto_core::{Handler, Logger, OverflowPolicy, RingHandler, RingHandlerBuilder};
use femto_core::{Value, WORD_BYTES, error, info, warn};

/// What was found in a stream: numbers of records, and of what was said about the writer.
#[derive(Debug, PartialEq)]
enum Seen {
    About(u32),
    Record(u32, String),
}

#[test]
fn frames_arrive_as_they_lay_in_the_ring() {
    static RING: RingHandler<512> = RingHandler::new();
    static ROOT: Logger = Logger::root().with_handlers(&[&RING]);
    let long = "x".repeat(600);
    info!(logger: ROOT, "{} {}", -7_i8, "e\u{301}t\0");
    warn!(logger: ROOT, key = u64::MAX; "plain");
    error!(logger: ROOT, "{long}");
    let mut pieces = Pieces::default();
    let drained = RING.drain_frames(&mut pieces).unwrap();
    assert_eq!((drained.written, drained.damaged), (3, 0));
    // Short frames in one piece.
    assert!(pieces.0[..3].iter().all(|piece| piece[0] == 0 && piece.ends_with(&[0])));
    let expected = [
        Seen::About(0),
        Seen::Record(0, format!("INFO {:?}", [Value::I8(-7), Value::Str("e\u{301}t\0")])),
        Seen::Record(1, format!("WARN {:?}", [Value::U64(u64::MAX)])),
        Seen::Record(2, "ERROR cut 1 values".to_owned()),
    ];
    assert_eq!(seen(&pieces.0.concat()), expected);
    assert_eq!((RING.statistics().written, RING.dropped()), (3, 0));
    assert_eq!(&address::MARK[..5], b"femto");
}

#[test]
fn the_writer_says_about_itself_every_32_records() {
    static RING: RingHandler<64> = RingHandler::new();
    static ROOT: Logger = Logger::root().with_handlers(&[&RING]);
    let mut stream = Vec::new();
    for _ in 0..70 {
        info!(logger: ROOT, "m");
        RING.drain_frames(&mut stream).unwrap();
    }
    let about: Vec<_> = seen(&stream)
        .into_iter()
        .filter_map(|seen| if let Seen::About(number) = seen { Some(number) } else { None })
        .collect();
    assert_eq!(about, [0, 32, 64]);
}

#[test]
fn a_loss_shows_in_the_numbers() {
    static RING: RingHandler<64> = RingHandler::new();
    static ROOT: Logger = Logger::root().with_handlers(&[&RING]);
    let numbers = |count: usize| {
        (0..count).for_each(|_| info!(logger: ROOT, "m"));
        let mut stream = Vec::new();
        RING.drain_frames(&mut stream).unwrap();
        seen(&stream)
            .into_iter()
            .map(|seen| match seen {
                Seen::About(number) => (false, number),
                Seen::Record(number, _) => (true, number),
            })
            .collect::<Vec<_>>()
    };
    assert_eq!(numbers(1), [(false, 0), (true, 0)]);
    // Too many: behind the records in the ring it says how many there were.
    let lossy = numbers(100);
    let lost = RING.dropped() as u32;
    assert!(lost > 50);
    assert_eq!(lossy.len() as u32, 100 - lost + 1);
    assert_eq!(lossy[..2], [(true, 1), (true, 2)]);
    assert_eq!(lossy.last(), Some(&(false, 101)));
    assert_eq!(numbers(1), [(true, 101)]);
    // Lost before it came here, with nothing in the ring.
    RING.report_dropped(3);
    assert_eq!(numbers(0), [(false, 105)]);
    assert_eq!(numbers(0), []);
}

#[test]
fn what_made_room_is_missing_in_the_numbers() {
    static RING: RingHandler<64> =
        RingHandlerBuilder::new().with_policy(OverflowPolicy::OverwriteOldest).build_static();
    static ROOT: Logger = Logger::root().with_handlers(&[&RING]);
    (0..50).for_each(|_| info!(logger: ROOT, "m"));
    let mut stream = Vec::new();
    let drained = RING.drain_frames(&mut stream).unwrap();
    assert_eq!(drained.written + RING.overwritten(), 50);
    assert!(RING.overwritten() > 20);
    assert_eq!(seen(&stream).last(), Some(&Seen::About(50)));
}

#[test]
fn a_sink_that_fails_costs_the_record_at_hand() {
    static RING: RingHandler<64> = RingHandler::new();
    static ROOT: Logger = Logger::root().with_handlers(&[&RING]);
    info!(logger: ROOT, "first");
    info!(logger: ROOT, "second");
    assert_eq!(RING.drain_frames(&mut Broken), Err(ErrorKind::Other));
    assert_eq!((RING.dropped(), RING.statistics().written), (1, 0));
    let mut stream = Vec::new();
    assert_eq!(RING.drain_frames(&mut stream).unwrap().written, 1);
    let record = Seen::Record(0, "INFO []".to_owned());
    assert_eq!(seen(&stream), [Seen::About(0), record, Seen::About(2)]);
}

#[test]
fn a_panic_within_a_drain_sends_what_waits_and_counts_the_record_at_hand_once() {
    static RING: RingHandler<64> = RingHandler::new();
    static ROOT: Logger = Logger::root().with_handlers(&[&RING]);
    /// A driver in which the program panics at its second frame, with the driver of the panic handler.
    #[derive(Default)]
    struct Panicking(usize, Vec<u8>);
    impl ErrorType for Panicking {
        type Error = core::convert::Infallible;
    }
    impl Write for Panicking {
        fn write(&mut self, bytes: &[u8]) -> Result<usize, Self::Error> {
            self.0 += 1;
            if self.0 == 2 {
                error!(logger: ROOT, "panicked");
                assert!(RING.drain_frames(&mut Broken).unwrap().written == 0, "a drain is at work");
                RING.drain_last_frames(&mut self.1).unwrap();
            }
            Ok(bytes.len())
        }

        fn flush(&mut self) -> Result<(), Self::Error> {
            Ok(())
        }
    }
    (0..3).for_each(|_| info!(logger: ROOT, "m"));
    let mut sink = Panicking::default();
    RING.drain_frames(&mut sink).unwrap();
    // The first is lost, two are left, and the last one's own.
    let record = |number, level| Seen::Record(number, format!("{level} []"));
    let expected =
        [Seen::About(0), record(0, "INFO"), record(1, "INFO"), record(2, "ERROR"), Seen::About(4)];
    assert_eq!(seen(&sink.1), expected);
    assert_eq!((RING.statistics().written, RING.dropped()), (3, 1));
}

fn seen(stream: &[u8]) -> Vec<Seen> {
    let mut decoder = Decoder::new([0; 1024]);
    let mut rest = stream;
    let mut seen = Vec::new();
    while let Some(packet) = decoder.next(&mut rest) {
        let packet = packet.unwrap();
        assert_eq!(packet.has_wide_words, WORD_BYTES == 8);
        seen.push(match packet.payload {
            Payload::About(about) => {
                assert_eq!((about.ticks_per_second, about.epoch), (0, None));
                Seen::About(packet.sequence)
            }
            Payload::FromRing(words) => Seen::Record(packet.sequence, show(words)),
            other => panic!("{other:?}"),
        });
    }
    assert_eq!(decoder.finish(), None);
    seen
}

fn show(words: &[u8]) -> String {
    let header = *words.first_chunk().unwrap();
    let header = femto_core::frame::Header::from_word(femto_core::Word::from_le_bytes(header));
    assert_eq!(header.unwrap().words * WORD_BYTES, words.len());
    let mut values = [const { Value::None }; 16];
    let event = local::read(words, &mut values).unwrap();
    match header.unwrap().kind {
        Kind::LocalCut => format!("{} cut {} values", event.level, event.values.len()),
        _ => format!("{} {:?}", event.level, event.values),
    }
}

/// Keeps apart what is written at once.
#[derive(Default)]
struct Pieces(Vec<Vec<u8>>);

impl ErrorType for Pieces {
    type Error = core::convert::Infallible;
}

impl Write for Pieces {
    fn write(&mut self, bytes: &[u8]) -> Result<usize, Self::Error> {
        self.0.push(bytes.to_vec());
        Ok(bytes.len())
    }

    fn flush(&mut self) -> Result<(), Self::Error> {
        Ok(())
    }
}

struct Broken;

impl ErrorType for Broken {
    type Error = ErrorKind;
}

impl Write for Broken {
    fn write(&mut self, _: &[u8]) -> Result<usize, ErrorKind> {
        Err(ErrorKind::Other)
    }

    fn flush(&mut self) -> Result<(), ErrorKind> {
        Ok(())
    }
}
