//! Any stream gives records and garbage, the same whatever pieces it comes in; frames put between are all found.
#![no_main]

use core::fmt::Write;

use femto_core::frame::wire::WireFormatter;
use femto_core::{Details, Level, Record, WriteRecord};
use femto_std::decode::{Found, WireReader};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    // The fuzzer does not find checksums: give it some.
    let (piece, bytes) = bytes.split_first().map_or((1, bytes), |(piece, bytes)| (*piece, bytes));
    let crc = crc::Crc::<u32>::new(&crc::CRC_32_ISCSI).checksum(bytes);
    let payload = [bytes, &crc.to_le_bytes()].concat();
    let wire = WireFormatter::new();
    let details = Details::default();
    let mut stream = bytes.to_vec();
    for _ in 0..2 {
        let record = Record::from_message("between", &"m", Level::INFO, Record::NO_TIME, &details);
        let Ok(true) = wire.write_record(&record, &mut stream) else { unreachable!() };
        stream.push(0);
        stuff(&payload, &mut stream);
        stream.push(0);
    }
    let whole = read(&stream, stream.len());
    assert_eq!(read(&stream, usize::from(piece).max(1)), whole);
    assert!(whole.matches("between: m\n").count() >= 2);
});

fn read(stream: &[u8], piece: usize) -> String {
    let mut reader = WireReader::new();
    let mut seen = String::new();
    let mut take = |found: Found<'_>| {
        let _ = match found {
            Found::Record(record) => {
                let _ = write!(seen, "{}: ", record.logger_name());
                let _ = record.write_message(&mut seen);
                record.key_values().for_each(|(key, value)| _ = write!(seen, " {key}={value:?}"));
                writeln!(seen)
            }
            found => writeln!(seen, "{found:?}"),
        };
    };
    stream.chunks(piece).for_each(|piece| reader.read(piece, &mut take));
    reader.finish(&mut take);
    seen
}

/// COBS, plainly.
fn stuff(payload: &[u8], stream: &mut Vec<u8>) {
    for group in payload.split(|byte| *byte == 0) {
        let mut chunks = group.chunks(254).peekable();
        if chunks.peek().is_none() {
            stream.push(1);
        }
        let mut was_full = false;
        for chunk in chunks {
            stream.push(chunk.len() as u8 + 1);
            stream.extend(chunk);
            was_full = chunk.len() == 254;
        }
        if was_full {
            stream.push(1);
        }
    }
}
