//! The wire: whatever happens to the bytes on the way, frames that came through whole are read, and
//! no others.
#![cfg(not(loom))]
#![allow(clippy::unwrap_used, reason = "a failure is what a test reports")]

use core::time::Duration;

use femto_core::frame::portable::Style;
use femto_core::frame::wire::{Decoder, Garbage, Packet, Payload, WireError, WireFormatter};
use femto_core::{Details, Level, Logger, Record, RingHandler, Value, WriteRecord, info, warn};
use proptest::collection::vec;
use proptest::prelude::*;

proptest! {
    #[test]
    fn a_record_reads_back(
        name: String, message: String, level: u8, time: u64, pairs in vec((".*", any::<u64>()), 0..20),
    ) {
        let pairs: Vec<_> = pairs.iter().map(|(k, v)| (k.as_str(), Value::U64(*v))).collect();
        let mut details = Details::default();
        details.key_values = &pairs;
        details.location = Some(("src/main.rs", 7));
        details.exception = Some("a\nb");
        let record = Record::from_message(&name, &message, Level::new(level), time, &details);
        let bytes = encode(&WireFormatter::new().with_location(true), &record.cut());
        prop_assert!(bytes[1..bytes.len() - 1].iter().all(|byte| *byte != 0));
        let mut decoder = Decoder::new(vec![0; 1 << 16]);
        let packet = decoder.next(&mut &bytes[..]).unwrap().unwrap();
        prop_assert_eq!((packet.is_cut, packet.is_recovered, packet.is_since_epoch), (true, false, true));
        prop_assert_eq!(packet.time(time), record.time());
        let read = packet.portable().unwrap();
        prop_assert_eq!((read.name, read.template, read.level), (&*name, &*message, record.level()));
        prop_assert_eq!((read.style, read.time, read.location), (Style::Ready, time, Some(("src/main.rs", 7))));
        prop_assert_eq!(read.exception, Some("a\nb"));
        let read: Vec<_> = read.key_values.into_iter().flatten().map(|(k, v)| (k, format!("{v}"))).collect();
        let written: Vec<_> = pairs.iter().map(|(k, v)| (*k, format!("{v}"))).collect();
        prop_assert_eq!(read, written);
    }

    #[test]
    fn long_frames_go_through_the_small_buffer(
        parts in vec(prop_oneof![Just("\0".to_owned()), "[a-z\0]{0,9}", "[a-z]{250,260}"], 0..9),
    ) {
        let message = parts.concat();
        let bytes = encode(&WireFormatter::new(), &ready(&message));
        prop_assert!(bytes.len() <= 60 + message.len() + message.len() / 250);
        prop_assert_eq!(texts(&bytes, 7), vec![message]);
    }

    #[test]
    fn what_lies_between_frames_costs_none_of_them(
        messages in vec(".{0,40}", 1..8), garbage in vec(vec(any::<u8>(), 0..40), 8), chunk in 1..50_usize,
    ) {
        let wire = WireFormatter::new();
        let mut stream = Vec::new();
        for (message, garbage) in messages.iter().zip(&garbage) {
            stream.extend(garbage);
            stream.extend(encode(&wire, &ready(message)));
        }
        prop_assert_eq!(texts(&stream, chunk), messages);
    }

    /// Any damage: a byte flipped, dropped, or put in. What it did not touch is read, in order; what
    /// is read was sent.
    #[test]
    fn damage_costs_only_the_frames_that_it_hits(
        messages in vec("[a-z\0]{0,30}", 1..8), damage in vec(any::<(u8, prop::sample::Index, u8)>(), 0..6),
        end in any::<prop::sample::Index>(), is_truncated: bool, chunk in 1..50_usize,
    ) {
        // Each byte remembers its frame, so that the frames left whole are known.
        let mut stream: Vec<(u8, usize)> = Vec::new();
        let wire = WireFormatter::new();
        let mut is_whole = vec![true; messages.len()];
        for (frame, message) in messages.iter().enumerate() {
            stream.extend(encode(&wire, &ready(message)).into_iter().map(|byte| (byte, frame)));
        }
        for (how, at, with) in damage {
            let at = at.index(stream.len());
            let frame = stream[at].1;
            match how % 3 {
                0 if with != 0 => {
                    stream[at].0 ^= with;
                    is_whole[frame] = false;
                }
                1 => {
                    stream.remove(at);
                    is_whole[frame] = false;
                }
                _ => {
                    // Before the first byte of a frame it hurts nobody.
                    if at > 0 && stream[at - 1].1 == frame {
                        is_whole[frame] = false;
                    }
                    stream.insert(at, (with, frame));
                }
            }
            if stream.is_empty() {
                break;
            }
        }
        if is_truncated && !stream.is_empty() {
            let end = end.index(stream.len());
            stream[end..].iter().for_each(|(_, frame)| is_whole[*frame] = false);
            stream.truncate(end);
        }
        let bytes: Vec<u8> = stream.into_iter().map(|(byte, _)| byte).collect();
        let found = numbered(&bytes, chunk);
        let whole = messages.iter().enumerate().filter(|(frame, _)| is_whole[*frame]);
        for (frame, message) in whole {
            prop_assert!(found.contains(&(frame as u32, message.clone())), "frame {} is missing", frame);
        }
        prop_assert!(found.is_sorted());
        for (sequence, text) in found {
            prop_assert_eq!(&messages[sequence as usize], &text);
        }
    }

    #[test]
    fn every_byte_is_accounted_for(stream in vec(prop_oneof![Just(0), any::<u8>()], 0..400), chunk in 1..50_usize) {
        let mut decoder = Decoder::new([0; 64]);
        let mut covered = vec![false; stream.len()];
        let mut cover = |garbage: Garbage| {
            let at = garbage.at as usize;
            covered[at..at + garbage.bytes as usize].iter_mut().for_each(|byte| *byte = true);
        };
        for mut chunk in stream.chunks(chunk) {
            while let Some(found) = decoder.next(&mut chunk) {
                cover(found.unwrap_err());
            }
        }
        decoder.finish().into_iter().for_each(&mut cover);
        for (at, byte) in stream.iter().enumerate() {
            prop_assert_eq!(covered[at], *byte != 0, "byte {}", at);
        }
        prop_assert_eq!(decoder.position(), stream.len() as u64);
    }

    #[test]
    fn no_payload_makes_a_panic(payload in vec(any::<u8>(), 0..60), is_valid: bool) {
        let mut payload = payload;
        if is_valid {
            let crc = crc::Crc::<u32>::new(&crc::CRC_32_ISCSI).checksum(&payload);
            payload.extend(crc.to_le_bytes());
        }
        if let Ok(packet) = Packet::read(&payload) {
            let _ = packet.portable().map(|record| packet.time(record.time));
            if let Payload::About(about) = packet.payload {
                let _ = about.time(u64::from(packet.sequence));
            }
        }
    }

    #[test]
    fn about_the_writer_reads_back_or_is_short(
        mark: u32, rate: u64, seconds in 0..u64::MAX / 2, nanos in 0..1_000_000_000_u32, has_epoch: bool,
    ) {
        let flags = if has_epoch { 16 | 4 } else { 16 };
        let mut payload = vec![1, flags, 7, 0, 0, 0];
        payload.extend(mark.to_le_bytes());
        payload.extend(rate.to_le_bytes());
        if has_epoch {
            payload.extend(seconds.to_le_bytes());
            payload.extend(nanos.to_le_bytes());
        }
        for length in 0..=payload.len() {
            let mut cut = payload[..length].to_vec();
            cut.extend(crc::Crc::<u32>::new(&crc::CRC_32_ISCSI).checksum(&cut).to_le_bytes());
            let read = Packet::read(&cut);
            if length < payload.len() {
                let expected = if length == 0 { WireError::Version(0) } else { WireError::Short };
                prop_assert_eq!(read.unwrap_err(), expected);
                continue;
            }
            let packet = read.unwrap();
            let Payload::About(about) = packet.payload else { panic!("{packet:?}") };
            prop_assert_eq!((packet.sequence, packet.has_wide_words, about.mark), (7, false, mark));
            prop_assert_eq!(about.ticks_per_second, rate);
            let epoch = has_epoch.then(|| Duration::new(seconds, nanos));
            prop_assert_eq!(about.epoch, epoch);
            let zero = epoch.unwrap_or_default();
            prop_assert_eq!(about.time(0), (rate != 0).then_some(zero));
        }
    }
}

#[test]
fn statements_go_as_template_and_values() {
    static WIRE: WireFormatter = WireFormatter::new();
    static RING: RingHandler<512> = RingHandler::new();
    static ROOT: Logger = Logger::root().with_handlers(&[&RING]);
    let (ms, width) = (12_u8, 6);
    info!(logger: ROOT, "link up in {ms} ms");
    warn!(logger: ROOT, peer = "é", tries = 3; "no answer: {:>width$.1} {ms}{{}}", 2.5);
    info!(logger: ROOT, target: "net.rx", "{1} {x} {0}", 1, x = 2);
    let mut bytes = Vec::new();
    assert_eq!(RING.drain(&WIRE, &mut bytes).unwrap().written, 3);
    let mut seen = Vec::new();
    let mut decoder = Decoder::new([0; 512]);
    let mut rest = &bytes[..];
    while let Some(packet) = decoder.next(&mut rest) {
        let packet = packet.unwrap();
        let record = packet.portable().unwrap();
        assert!(matches!(packet.payload, Payload::SpelledOut { ticks_per_second: 0, .. }));
        assert_eq!(record.style, Style::Rust);
        let pairs: Vec<_> = record.key_values.into_iter().flatten().collect();
        let arguments: Vec<_> = record.arguments.collect();
        seen.push(format!("{} {} {arguments:?} {pairs:?}", record.name, record.template));
    }
    assert_eq!(
        seen,
        [
            "root link up in {} ms [12] []",
            r#"root no answer: {:>1$.1} {2}{{}} [2.5, 6, 12] [("peer", "é"), ("tries", 3)]"#,
            "net.rx {} {0} {} [2, 1] []",
        ]
    );
}

#[test]
fn garbage_says_where_it_is_and_why() {
    let mut stream = b"boot\0".to_vec();
    let frame = encode(&WireFormatter::new(), &ready(&"x"));
    stream.extend(&frame);
    let second = stream.len();
    stream.extend(&frame);
    let letter = frame.iter().rposition(|byte| *byte == b'x').unwrap();
    stream[second + letter] ^= 0x40;
    let other_version = b"\0\x05\x02\0\0";
    let third = stream.len();
    stream.extend(&other_version[..]);
    stream.extend(b"\x03ab");
    let mut decoder = Decoder::new([0; 128]);
    let mut rest = &stream[..];
    let mut seen = Vec::new();
    while let Some(found) = decoder.next(&mut rest) {
        seen.push(found.map(|packet| packet.sequence).map_err(|g| (g.at, g.bytes, g.reason)));
    }
    let length = frame.len() as u64 - 2;
    let (second, third) = (second as u64 + 1, third as u64 + 1);
    assert_eq!(
        seen,
        [
            Err((0, 4, WireError::Framing)),
            Ok(0),
            Err((second, length, WireError::Checksum)),
            Err((third, 2, WireError::Framing)),
        ]
    );
    let last = decoder.finish().unwrap();
    assert_eq!((last.bytes, last.reason), (3, WireError::Unfinished));
    assert_eq!(decoder.finish(), None);
}

#[test]
fn a_frame_too_long_for_the_decoder_costs_no_other() {
    let wire = WireFormatter::new();
    let stream: Vec<u8> = ["first", &"x".repeat(500), "third"]
        .iter()
        .flat_map(|message| encode(&wire, &ready(message)))
        .collect();
    let mut decoder = Decoder::new([0; 200]);
    let mut rest = &stream[..];
    let mut seen = Vec::new();
    while let Some(found) = decoder.next(&mut rest) {
        seen.push(found.map(|packet| packet.sequence).map_err(|garbage| garbage.reason));
    }
    assert_eq!(seen, [Ok(0), Err(WireError::TooLong), Ok(2)]);
}

#[test]
fn a_message_that_changes_its_mind_is_cut_or_filled_up() {
    use core::cell::Cell;
    use core::fmt;
    struct Fickle(Cell<u8>, [&'static str; 2]);
    impl fmt::Display for Fickle {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            let call = self.0.replace(self.0.get() + 1);
            f.write_str(self.1[usize::from(call) % 2])
        }
    }
    let wire = WireFormatter::new();
    for (texts_of, expected) in [(["abcd", "é"], "é  "), (["abc", "aéé"], "aé"), (["", "x"], "")]
    {
        let fickle = Fickle(Cell::new(0), texts_of);
        let details = Details::default();
        let record = Record::from_message("n", &fickle, Level::INFO, 0, &details);
        assert_eq!(texts(&encode(&wire, &record), 9), [expected]);
    }
}

fn encode(wire: &WireFormatter, record: &Record<'_>) -> Vec<u8> {
    let mut bytes = Vec::new();
    assert!(wire.write_record(record, &mut bytes).unwrap());
    bytes
}

fn ready<'a>(message: &'a (impl core::fmt::Display + 'a)) -> Record<'a> {
    Record::from_message("n", message, Level::INFO, 0, Box::leak(Box::default()))
}

fn texts(stream: &[u8], chunk: usize) -> Vec<String> {
    numbered(stream, chunk).into_iter().map(|(_, text)| text).collect()
}

fn numbered(stream: &[u8], chunk: usize) -> Vec<(u32, String)> {
    let mut decoder = Decoder::new([0; 4096]);
    let mut found = Vec::new();
    for mut chunk in stream.chunks(chunk) {
        while let Some(packet) = decoder.next(&mut chunk) {
            if let Ok(packet) = packet {
                found.push((packet.sequence, packet.portable().unwrap().template.to_owned()));
            }
        }
    }
    found
}
