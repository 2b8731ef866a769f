//! Any stream gives records and garbage, the same whatever pieces it comes in; frames put between are all found, those
//! spelled out and those of a program whose ELF is known.
#![no_main]

#[path = "../../../tests/support/program.rs"]
mod program;

use core::fmt::Write;
use std::sync::OnceLock;

use femto_core::frame::wire::WireFormatter;
use femto_core::{Details, Level, Record, WriteRecord};
use femto_std::decode::{Found, Image, WireReader};
use libfuzzer_sys::fuzz_target;
use program::{ABOUT, FROM_RING, Program, about, enclose, frame, packet};

fuzz_target!(|bytes: &[u8]| {
    let (piece, bytes) = bytes.split_first().map_or((1, bytes), |(piece, bytes)| (*piece, bytes));
    let App { elf, mark, logger, site } = app();
    let wire = WireFormatter::new();
    let details = Details::default();
    let mut stream = bytes.to_vec();
    for number in 0..2 {
        let record = Record::from_message("between", &"m", Level::INFO, Record::NO_TIME, &details);
        let Ok(true) = wire.write_record(&record, &mut stream) else { unreachable!() };
        stream.extend(packet(ABOUT, 0, &about(*mark, 1000)));
        stream.extend(packet(FROM_RING, number, &frame(0, 20, *site, *logger, 7, &[(9, &[5])])));
        // The fuzzer does not find checksums: give it some. And addresses.
        stream.extend(enclose(bytes));
        stream.extend(packet(FROM_RING, number, &any_frame(bytes, *site, *logger)));
    }
    let whole = read(elf, &stream, stream.len());
    assert_eq!(read(elf, &stream, usize::from(piece).max(1)), whole);
    assert!(whole.matches("between: m\n").count() >= 2);
    assert!(whole.matches("net: up in 5 ms\n").count() >= 2);
});

/// A frame of that statement, with any values.
fn any_frame(bytes: &[u8], site: u32, logger: u32) -> Vec<u8> {
    let Some((&[kind, count], bytes)) = bytes.split_first_chunk() else { return Vec::new() };
    let mut words = frame(u32::from(kind) & 7, 20, site, logger, 7, &[]);
    words.extend(bytes.as_chunks::<4>().0.as_flattened().iter().take(16_000));
    let length = (words.len() / 4) as u32;
    let header = u32::from_le_bytes([words[0], words[1], words[2], words[3]]) & !0xfff;
    let header = header | length | (u32::from(count) & 31) << 20;
    words[..4].copy_from_slice(&header.to_le_bytes());
    words
}

struct App {
    elf: Vec<u8>,
    mark: u32,
    logger: u32,
    site: u32,
}

fn app() -> &'static App {
    static APP: OnceLock<App> = OnceLock::new();
    APP.get_or_init(|| {
        let mut program = Program::new(0);
        let logger = program.logger("net");
        let site = program.site(20, 7, "up in {} ms", &[], None);
        App { elf: program.elf(1, 1), mark: program.mark, logger, site }
    })
}

fn read(elf: &[u8], stream: &[u8], piece: usize) -> String {
    let Ok(image) = Image::read(elf) else { unreachable!() };
    let mut reader = WireReader::new().with_image(image);
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
